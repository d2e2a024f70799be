// The clock of a thread: monotonic, in ms since t0. One anchor for all threads, given by main. A reading
// is what performance.now() said in this thread: it goes on as t0 becomes known, where stamps jump.
import { BEFORE_T0, isBeforeT0 } from './samples.ts';

export class Clock {
  /** performance.now() of t0; the clock shows negative times until the run has started. */
  #t0 = Number.POSITIVE_INFINITY;

  /** @param epochMs t0 on the shared time line: performance.timeOrigin + performance.now() */
  start(epochMs: number): void {
    this.#t0 = epochMs - performance.timeOrigin;
  }

  get started(): boolean {
    return this.#t0 !== Number.POSITIVE_INFINITY;
  }

  /** ms since t0, fractions kept. Before t0 is known: ms since the epoch, less {@link BEFORE_T0}. */
  now(): number {
    return this.at(performance.now());
  }

  /** ms since t0 of a performance.now() reading. */
  at(reading: number): number {
    return this.started ? reading - this.#t0 : reading + performance.timeOrigin - BEFORE_T0;
  }

  /** performance.now() of this thread at a stamp, of whichever thread and also from before t0. */
  reading(stamp: number): number {
    if (isBeforeT0(stamp)) return stamp + BEFORE_T0 - performance.timeOrigin;
    return this.#t0 + stamp;
  }

  /** t0 as ms since the epoch. */
  get epoch(): number {
    return performance.timeOrigin + this.#t0;
  }
}
