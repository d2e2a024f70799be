// A time by which something must have happened, in the worker's one timer queue.
import type { Timed, TimerQueue } from '../timer-queue.ts';

export class Deadline implements Timed {
  at = 0;
  index = -1;
  readonly #timers: TimerQueue;
  readonly #passed: () => void;

  constructor(timers: TimerQueue, passed: () => void) {
    this.#timers = timers;
    this.#passed = passed;
  }

  /** (Re)sets it; `passed` is called once, in `ms`. */
  set(ms: number): void {
    this.#timers.remove(this);
    this.at = performance.now() + ms;
    this.#timers.add(this);
  }

  clear(): void {
    this.#timers.remove(this);
  }

  due(): void {
    this.#passed();
  }
}
