// What an agent has to report, in order, until the journal has taken it: kept while the engine is
// away, within a limit; what is beyond it is given up and counted.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from './bus.ts';
import { encodeJson, upSubject } from './protocol.ts';
import type { UpRecord } from './protocol.ts';

interface Letter {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly id: string;
  readonly at: number;
}

const KEEP_MS = 120_000;
const KEEP_BYTES = 64 * 1024 ** 2;
const RETRY_MS = 250;
/** Records that come in a burst go out in one letter. */
const GATHER_MS = 50;

export class Outbox {
  readonly #bus: Pick<Bus, 'append'>;
  readonly #run: string;
  readonly #index: number;
  readonly #letters: Letter[] = [];
  #bytes = 0;
  #seq = 0;
  #sending = false;
  #records: UpRecord[] = [];
  #gather: NodeJS.Timeout | undefined;
  #lost = 0;

  constructor(bus: Pick<Bus, 'append'>, run: string, index: number) {
    this.#bus = bus;
    this.#run = run;
    this.#index = index;
  }

  /** Letters that were given up. */
  get lost(): number {
    return this.#lost;
  }

  frame(data: Uint8Array): void {
    this.#flush();
    this.#post('frame', data);
  }

  record(record: UpRecord): void {
    this.#records.push(record);
    this.#gather ??= setTimeout(() => this.#flush(), GATHER_MS);
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
    const records = this.#records;
    this.#records = [];
    this.#post('record', encodeJson(records));
  }

  #post(kind: 'frame' | 'record', data: Uint8Array): void {
    const subject = upSubject(this.#run, this.#index, kind);
    const id = `${this.#run}-${this.#index}-${++this.#seq}`;
    this.#letters.push({ subject, data, id, at: performance.now() });
    this.#bytes += data.length;
    this.#forget();
    if (!this.#sending) void this.#send();
  }

  /** The oldest go first: what is new says more. */
  #forget(): void {
    for (;;) {
      const [, second] = this.#letters;
      if (second === undefined) return;
      // why not the first: it may be on its way
      const isOld = performance.now() - second.at > KEEP_MS;
      if (!isOld && this.#bytes <= KEEP_BYTES) return;
      this.#letters.splice(1, 1);
      this.#bytes -= second.data.length;
      this.#lost++;
    }
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
