// Calls that come later, through the thread's timer wheel.
import { wheel } from '../ul/thread.ts';
import type { WheelEntry } from '../ul/timer-wheel.ts';

class Later implements WheelEntry {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  readonly #call: () => void;

  constructor(call: () => void) {
    this.#call = call;
  }

  onDue(): void {
    this.#call();
  }
}

/** Calls after `ms`; at once when that is 0. */
export function later(ms: number, call: () => void): void {
  if (ms <= 0) call();
  else wheel.set(new Later(call), ms);
}
