import { expect, it } from 'vitest';
import { Realtime, type Clocks } from './realtime.ts';

/** Clocks whose every reading takes 0.01 ms, the first of second of which is ahead by so much. */
function clocks(offset: (ms: number) => number): Clocks {
  let ms = 5.003;
  const tick = (): number => (ms += 0.01);
  return { now: tick, date: () => Math.floor(tick() + offset(ms)) };
}

it('finds the time since the epoch of what has whole ms of it only', () => {
  const { ms, within } = new Realtime(clocks(() => 1_000_000.4567)).offset();
  expect(within).toBeLessThan(0.02);
  expect(Math.abs(ms - 1_000_000.4567)).toBeLessThanOrEqual(within);
});

it('says how far it may be wrong where one clock was adjusted meanwhile', () => {
  const of = new Realtime(clocks((ms) => (ms < 20 ? 1000.2 : 1000.5))).offset();
  expect(of.within).toBeGreaterThan(0.14);
  expect(Math.abs(of.ms - 1000.35)).toBeLessThan(0.02);
});
