// Milliseconds since the run's t0, the same on every thread of one machine.

/** Time of one thread. Before `start` it counts from the thread's own beginning. */
export class RunClock {
  #t0: number;

  /** @param t0 epoch ms with fractions; unknown until the run starts */
  constructor(t0 = performance.timeOrigin) {
    this.#t0 = t0;
  }

  start(t0: number): void {
    this.#t0 = t0;
  }

  now(): number {
    return performance.timeOrigin + performance.now() - this.#t0;
  }

  /** A `performance.now()` of this thread as ms since t0. */
  at(stamp: number): number {
    return performance.timeOrigin + stamp - this.#t0;
  }
}
