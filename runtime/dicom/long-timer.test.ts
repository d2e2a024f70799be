import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LongTimer, MAX_TIMER_MS } from './long-timer.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each([0, 1, MAX_TIMER_MS, MAX_TIMER_MS + 1, 3 * MAX_TIMER_MS + 5])(
  'runs once after %d ms',
  (ms) => {
    const run = vi.fn();
    const timer = new LongTimer(run, ms);
    vi.advanceTimersByTime(Math.max(0, ms - 1));
    expect(run).toHaveBeenCalledTimes(ms === 0 ? 1 : 0);
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(MAX_TIMER_MS);
    expect(run).toHaveBeenCalledTimes(1);
    timer.clear();
  },
);

it('does not run once it is cleared, in whichever step, nor ever after Infinity', () => {
  const run = vi.fn();
  const timer = new LongTimer(run, 2 * MAX_TIMER_MS);
  vi.advanceTimersByTime(MAX_TIMER_MS + 10);
  timer.clear();
  new LongTimer(run, Infinity);
  vi.advanceTimersByTime(4 * MAX_TIMER_MS);
  expect(run).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
