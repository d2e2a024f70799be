// What the uploader asks of a server, whichever it is: take a batch, and say what became of it.

/** One row for a server, as the line protocol has it. */
export interface Point {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number | string>>;
  /** ns since the epoch, decimal. */
  readonly timestamp: string;
}

/** Points of a batch that a server left out and does not name: sending it again would not help. */
export interface LeftOut {
  readonly count: number;
  readonly why: string;
}

export type WriteOutcome =
  | { readonly kind: 'written'; readonly without?: LeftOut }
  /** Nothing is known about the batch, or it was not taken; try again later. */
  | {
      readonly kind: 'retry';
      readonly why: string;
      /** Not before so many ms, the server says. */
      readonly afterMs?: number;
      /** No answer came: it may be stored. */
      readonly unanswered?: boolean;
    }
  /** At least one point of the batch is refused for good; the others may be stored. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'no-database' }
  | { readonly kind: 'forbidden'; readonly why: string };

export interface UploadClient {
  write(points: readonly Point[]): Promise<WriteOutcome>;
  /** What has to be there before the first batch; `written` when it is. */
  prepare(): Promise<WriteOutcome>;
}

/** Shorter ones would blot out half of a message. */
const SHORTEST_SECRET = 3;

/** What a server says may repeat what it was sent: no secret of ours gets into a message or a file. */
export function discreet(
  outcome: WriteOutcome,
  { username, password, token }: Readonly<Record<string, string | undefined>>,
): WriteOutcome {
  const pair = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
  const secrets = [token, password, password === undefined ? undefined : pair].filter(
    (one): one is string => one !== undefined && one.length >= SHORTEST_SECRET,
  );
  const without = (why: string): string =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '***'), why);
  if ('why' in outcome) return { ...outcome, why: without(outcome.why) };
  if (outcome.kind !== 'written' || outcome.without === undefined) return outcome;
  const { count, why } = outcome.without;
  return { ...outcome, without: { count, why: without(why) } };
}
