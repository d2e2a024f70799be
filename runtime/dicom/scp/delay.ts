// Delays as data, and calls that come later through the thread's timer wheel.
import { wheel } from '../ul/thread.ts';
import type { WheelEntry } from '../ul/timer-wheel.ts';

/** ms, or a log-normal distribution by its median and 95th percentile in ms. */
export type DelaySpec = number | { readonly p50: number; readonly p95: number };

/** z of the 95th percentile of the normal distribution. */
const Z95 = 1.6448536269514722;

/** Draws a delay in ms. `random` gives numbers in [0, 1). */
export function drawDelay(spec: DelaySpec | undefined, random: () => number): number {
  if (spec === undefined) return 0;
  if (typeof spec === 'number') return spec;
  const sigma = Math.log(spec.p95 / spec.p50) / Z95;
  // Box and Muller; 1 - u keeps the logarithm away from 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return spec.p50 * Math.exp(sigma * normal);
}

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
