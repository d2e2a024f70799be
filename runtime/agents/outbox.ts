// What an agent has to report, in order, until the journal has taken it: kept while the engine is
// away, within a limit; what is beyond it is given up and counted. What the coordinator waits for and
// what later frames need is never given up.
import { setTimeout as delay } from 'node:timers/promises';
import type { SeriesDecl } from '../metrics/samples.ts';
import type { Bus } from './bus.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { upSubject } from './protocol.ts';
import type { UpRecord } from './protocol.ts';

interface Letter {
  readonly subject: string;
  data: Uint8Array;
  readonly id: string;
  readonly at: number;
  /** What a frame declares; null: a letter of records. */
  series: readonly SeriesDecl[] | null;
  /** The coordinator waits for it. */
  readonly needed: boolean;
}

/** How much is kept, and for how long. */
export interface OutboxLimits {
  readonly ms: number;
  readonly bytes: number;
}

const LIMITS: OutboxLimits = { ms: 120_000, bytes: 64 * 1024 ** 2 };
const RETRY_MS = 250;
/** Records that come in a burst go out in one letter. */
const GATHER_MS = 50;
/** So many bytes of records go out in one letter at most, but for one that is larger by itself. */
const LETTER_BYTES = 1024 ** 2;
/** Of a text that a script or a peer made as long as it liked, the coordinator is told so much. */
const TEXT_CHARACTERS = 64 * 1024;
/** Records that nobody waits for. */
const TOLD: ReadonlySet<UpRecord['k']> = new Set(['log', 'error', 'case']);

export class FrameOutbox {
  readonly #bus: Pick<Bus, 'append'>;
  readonly #run: string;
  readonly #index: number;
  readonly #limits: OutboxLimits;
  readonly #letters: Letter[] = [];
  #bytes = 0;
  #seq = 0;
  #sending = false;
  #discarded = false;
  /** As JSON. */
  #records: string[] = [];
  #recordBytes = 0;
  #needed = false;
  #gather: NodeJS.Timeout | undefined;
  #lost = 0;
  /** Series that a frame declared which was given up, and no other frame is there yet. */
  #undeclared: readonly SeriesDecl[] = [];

  constructor(bus: Pick<Bus, 'append'>, run: string, index: number, limits = LIMITS) {
    this.#bus = bus;
    this.#run = run;
    this.#index = index;
    this.#limits = limits;
  }

  /** Letters that were given up. */
  get lost(): number {
    return this.#lost;
  }

  frame(frame: Frame): void {
    this.#flush();
    const full = { ...frame, series: [...this.#undeclared, ...frame.series] };
    this.#undeclared = [];
    this.#post('frame', encodeFrame(full), { needed: false, series: full.series });
  }

  record(record: UpRecord): void {
    const json = JSON.stringify(record, record.k === 'setup' ? undefined : told);
    const bytes = Buffer.byteLength(json);
    if (this.#recordBytes + bytes > LETTER_BYTES) this.#flush();
    this.#records.push(json);
    this.#recordBytes += bytes;
    this.#needed ||= !TOLD.has(record.k);
    // A large one goes alone: a letter has its limit.
    if (record.k === 'open') return this.#flush();
    this.#gather ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  /** Nobody reads it any more. */
  discard(): void {
    this.#discarded = true;
    this.#letters.length = 0;
  }

  /** True when everything was taken within the time. */
  async drain(ms: number): Promise<boolean> {
    this.#flush();
    const until = performance.now() + ms;
    while (this.#letters.length > 0 && performance.now() < until) await delay(20);
    return this.#letters.length === 0;
  }

  #flush(): void {
    clearTimeout(this.#gather);
    this.#gather = undefined;
    if (this.#records.length === 0) return;
    const data = Buffer.from(`[${this.#records.join(',')}]`);
    const needed = this.#needed;
    this.#records = [];
    this.#recordBytes = 0;
    this.#needed = false;
    this.#post('record', data, { needed, series: null });
  }

  #post(kind: 'frame' | 'record', data: Uint8Array, what: Pick<Letter, 'needed' | 'series'>): void {
    const subject = upSubject(this.#run, this.#index, kind);
    const id = `${this.#run}-${this.#index}-${++this.#seq}`;
    if (this.#discarded) return;
    this.#letters.push({ ...what, subject, data, id, at: performance.now() });
    this.#bytes += data.length;
    this.#forget();
    if (!this.#sending) void this.#send();
  }

  /** The oldest go first: what is new says more. */
  #forget(): void {
    const { ms, bytes } = this.#limits;
    for (;;) {
      // why not the first: it may be on its way
      const at = this.#letters.findIndex(({ needed }, i) => i > 0 && !needed);
      const letter = this.#letters[at];
      if (letter === undefined) return;
      const isOld = performance.now() - letter.at > ms;
      if (!isOld && this.#bytes <= bytes) return;
      this.#letters.splice(at, 1);
      this.#bytes -= letter.data.length;
      this.#lost++;
      if (letter.series !== null) this.#declareLater(letter.series, at);
    }
  }

  /** Later frames count in the series of one that was given up. */
  #declareLater(series: readonly SeriesDecl[], from: number): void {
    if (series.length === 0) return;
    const next = this.#letters.find((one, i) => i >= from && one.series !== null);
    if (next === undefined) {
      this.#undeclared = [...this.#undeclared, ...series];
      return;
    }
    const frame = decodeFrame(next.data);
    next.series = [...series, ...frame.series];
    this.#bytes -= next.data.length;
    next.data = encodeFrame({ ...frame, series: next.series });
    this.#bytes += next.data.length;
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (;;) {
      const [letter] = this.#letters;
      if (letter === undefined) break;
      try {
        await this.#bus.append(letter.subject, letter.data, letter.id);
        this.#letters.shift();
        this.#bytes -= letter.data.length;
      } catch {
        // Not taken, or taken and not said so: the same again does no harm.
        await delay(RETRY_MS);
      }
    }
    this.#sending = false;
  }
}

/** No text that would not fit into a letter: what is not taken is tried for ever. */
function told(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= TEXT_CHARACTERS) return value;
  return `${value.slice(0, TEXT_CHARACTERS)}… ${value.length - TEXT_CHARACTERS} characters more`;
}
