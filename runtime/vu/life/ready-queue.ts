// Iterations that may start at once, in turn: sockets and timers get theirs every few milliseconds.
// Without it 2,000 ready sockets starve the timers for half a second.
import { SLICE_MS } from './turns.ts';
import type { VuSlot } from '../vu-slot.ts';

/** With no more waiting than these, each gets a turn of the loop of its own. */
const FEW = 16;
const resolved = Promise.resolve();

export class ReadyQueue {
  readonly #start: (vu: VuSlot) => void;
  #queue: VuSlot[] = [];
  #head = 0;
  #scheduled = false;
  /** Guest code is entered from a promise job only: from elsewhere it could not be cut off safely. */
  readonly #turn = (): void => void resolved.then(this.#slice);
  readonly #slice = (): void => this.#run();

  /** @param start begins an iteration of a VU, if it still may */
  constructor(start: (vu: VuSlot) => void) {
    this.#start = start;
  }

  push(vu: VuSlot): void {
    this.#queue.push(vu);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  /** After a stall: the turn that was cut off will not come back by itself. */
  rearm(): void {
    if (this.#scheduled) setImmediate(this.#turn);
  }

  #run(): void {
    // Only those that were waiting when the turn began: who is ready again at once waits for the next.
    const waiting = this.#queue.length;
    const end = waiting - this.#head <= FEW ? Math.min(this.#head + 1, waiting) : waiting;
    const until = performance.now() + SLICE_MS;
    while (this.#head < end) {
      const vu = this.#queue[this.#head++];
      if (vu !== undefined) this.#start(vu);
      if (performance.now() > until) break;
    }
    if (this.#head >= this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
      this.#scheduled = false;
      return;
    }
    if (this.#head > 4096) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    setImmediate(this.#turn);
  }
}
