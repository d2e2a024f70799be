// Holds the instances of a study back until nothing of it came for a while.
import { LongTimer } from '../../dicom/long-timer.ts';
import type { QueueItem } from './queue.ts';

/** An instance and where it goes. */
export interface Held {
  readonly item: QueueItem;
  readonly to: string;
}

interface Study {
  readonly items: Held[];
  timer: LongTimer;
}

/** One timer per study that is arriving. */
export class StableStudies {
  readonly #studies = new Map<string, Study>();
  readonly #stableMs: number;
  readonly #now: () => number;
  readonly #send: (items: readonly Held[]) => void;

  constructor(stableMs: number, now: () => number, send: (items: readonly Held[]) => void) {
    this.#stableMs = stableMs;
    this.#now = now;
    this.#send = send;
  }

  /** Bytes held back, in memory. */
  bytes = 0;

  /** Instances held back. */
  get size(): number {
    let sum = 0;
    for (const { items } of this.#studies.values()) sum += items.length;
    return sum;
  }

  add(item: QueueItem, to: string): void {
    const study = this.#studies.get(item.study);
    this.bytes += item.bytes;
    const timer = new LongTimer(() => this.#complete(item.study), this.#stableMs);
    if (study === undefined) this.#studies.set(item.study, { items: [{ item, to }], timer });
    else {
      study.timer.clear();
      study.timer = timer;
      study.items.push({ item, to });
    }
  }

  close(): void {
    for (const { timer } of this.#studies.values()) timer.clear();
    this.#studies.clear();
  }

  #complete(uid: string): void {
    const study = this.#studies.get(uid);
    if (study === undefined) return;
    this.#studies.delete(uid);
    for (const { item } of study.items) {
      item.due = Math.max(item.due, this.#now());
      this.bytes -= item.bytes;
    }
    this.#send(study.items);
  }
}
