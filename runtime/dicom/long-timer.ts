// Timers of any length: Node's fire at once beyond 2^31 ms.

/** Longest delay of one timer of Node, ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Runs something once, later; beyond 24 days in several steps. */
export class LongTimer {
  #timer: NodeJS.Timeout | undefined;

  /** @param ms from now on; Infinity: never */
  constructor(run: () => void, ms: number) {
    this.#wait(run, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #wait(run: () => void, ms: number): void {
    if (ms === Infinity) return;
    const next = ms > MAX_TIMER_MS ? () => this.#wait(run, ms - MAX_TIMER_MS) : run;
    this.#timer = setTimeout(next, Math.min(ms, MAX_TIMER_MS));
  }
}
