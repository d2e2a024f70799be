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
  /** Who had the next iteration at once in this turn of the loop, and until when somebody may. */
  #had: VuSlot[] = [];
  #until = 0;
  /** Those of them that have not begun it yet. */
  readonly #coming = new Set<VuSlot>();
  readonly #turnOver = (): void => void (this.#had = []);
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

  /**
   * Queues a VU whose iteration has just ended. Where nobody waits, its next one is a promise job of the
   * same turn: a turn for each takes a tenth of a small iteration. Once for a VU and for a few in a turn,
   * and for some milliseconds, so that sockets and timers get theirs as before.
   */
  again(vu: VuSlot): void {
    const had = this.#had;
    const mayNow = !this.#scheduled && had.length < FEW && !had.includes(vu);
    if (!mayNow || (had.length > 0 && performance.now() > this.#until)) {
      this.push(vu);
      return;
    }
    if (had.length === 0) {
      this.#until = performance.now() + SLICE_MS;
      setImmediate(this.#turnOver);
    }
    had.push(vu);
    this.#coming.add(vu);
    void resolved.then(() => this.#begin(vu));
  }

  #begin(vu: VuSlot): void {
    if (this.#coming.delete(vu)) this.#start(vu);
  }

  /** After a stall: what was cut off will not come back by itself. */
  rearm(): void {
    this.#had = [];
    const lost = [...this.#coming];
    this.#coming.clear();
    for (const vu of lost) this.push(vu);
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
