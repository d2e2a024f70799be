// One batch of points to the server, whatever it takes: retries with a back-off, halves what is
// too large, finds the points that are refused and sets them aside.
import type { Point, LeftOut, UploadClient, WriteOutcome } from './client.ts';

export interface DeliveryPorts {
  readonly client: UploadClient;
  /** Resolves after so many ms, or earlier: when there is news or, `firm`, only at the stop. */
  readonly sleep: (ms: number, firm: boolean) => Promise<void>;
  /** True once the output gives up. */
  readonly stopped: () => boolean;
  readonly onRefused: (point: Point, why: string) => void;
  /** Some of a batch, which the server does not name. */
  readonly onLeftOut: (refusal: LeftOut) => void;
  readonly onOutage: (why: string) => void;
  readonly onRecovered: () => void;
}

/** `written`, or why the rest of the batch could not be. */
export type DeliveryResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'forbidden'; readonly why: string };

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;
const MAX_POINTS = 5_000;

export class Uploading {
  readonly #ports: DeliveryPorts;
  #written = 0;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  /** Points stored; each counted once, however often it was sent. */
  get written(): number {
    return this.#written;
  }

  async deliver(points: readonly Point[]): Promise<DeliveryResult> {
    for (let from = 0; from < points.length; from += MAX_POINTS) {
      const result = await this.#batch(points.slice(from, from + MAX_POINTS));
      if (result.kind !== 'done') return result;
    }
    return { kind: 'done' };
  }

  async #batch(points: readonly Point[]): Promise<DeliveryResult> {
    if (points.length === 0) return { kind: 'done' };
    const outcome = await this.#persist(points);
    switch (outcome.kind) {
      case 'written':
        this.#written += points.length - this.#without(outcome.without, points.length);
        return { kind: 'done' };
      case 'refused':
      case 'too-large':
        return this.#halve(points, outcome.kind === 'refused' ? outcome.why : 'point too large');
      case 'forbidden':
        return outcome;
      case 'retry':
      case 'no-database':
        return { kind: 'stopped' };
    }
  }

  #without(refusal: LeftOut | undefined, points: number): number {
    if (refusal === undefined) return 0;
    const count = Math.min(refusal.count, points);
    this.#ports.onLeftOut({ ...refusal, count });
    return count;
  }

  /** A refused batch may be stored in part; writing those again changes nothing. */
  async #halve(points: readonly Point[], why: string): Promise<DeliveryResult> {
    const [only] = points;
    if (points.length === 1 && only !== undefined) {
      this.#ports.onRefused(only, why);
      return { kind: 'done' };
    }
    const middle = points.length >> 1;
    const first = await this.#batch(points.slice(0, middle));
    return first.kind === 'done' ? this.#batch(points.slice(middle)) : first;
  }

  /** Tries until the server has said something definite. */
  async #persist(points: readonly Point[]): Promise<WriteOutcome> {
    let delay = FIRST_RETRY_MS;
    let out = false;
    for (;;) {
      const outcome = await this.#once(points);
      if (outcome.kind !== 'retry' && outcome.kind !== 'no-database') {
        if (out) this.#ports.onRecovered();
        return outcome;
      }
      if (!out) this.#ports.onOutage(outcome.kind === 'retry' ? outcome.why : 'no such database');
      out = true;
      if (this.#ports.stopped()) return outcome;
      const asked = outcome.kind === 'retry' ? outcome.afterMs : undefined;
      await this.#ports.sleep(Math.max(delay, asked ?? 0), asked !== undefined);
      if (this.#ports.stopped()) return outcome;
      delay = Math.min(delay * 2, LAST_RETRY_MS);
    }
  }

  /** One attempt; a missing database is made on the way. */
  async #once(points: readonly Point[]): Promise<WriteOutcome> {
    const outcome = await this.#ports.client.write(points);
    if (outcome.kind !== 'no-database') return outcome;
    const made = await this.#ports.client.prepare();
    if (made.kind === 'forbidden' || made.kind === 'retry') return made;
    return this.#ports.client.write(points);
  }
}
