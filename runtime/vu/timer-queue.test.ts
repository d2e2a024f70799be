import { expect, it } from 'vitest';
import { TimerQueue } from './timer-queue.ts';

it('waits longer than a timer of Node can be, without a word', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  const queue = new TimerQueue();
  let [due, long] = [0, 0];
  // What sleep(1e10) waits for.
  const item = { at: performance.now() + 1e13, index: -1, due: () => void long++ };
  queue.add(item);
  // A timer that is too long fires after a millisecond; a warning comes in a later turn.
  await new Promise<void>((resolve) => {
    queue.add({ at: performance.now() + 20, index: -1, due: () => (due++, resolve()) });
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([due, long, queue.size, warnings]).toEqual([1, 0, 1, []]);
  queue.remove(item);
  process.off('warning', note);
});

it('serves what is due in order, whatever was taken out before', async () => {
  const queue = new TimerQueue();
  const now = performance.now();
  const served: number[] = [];
  const items = Array.from({ length: 500 }, (_, i) => {
    const at = now - 1000 + ((i * 7919) % 500);
    return { at, index: -1, due: () => void served.push(at) };
  });
  for (const item of items) queue.add(item);
  const out = items.filter((_, i) => i % 3 === 0);
  for (const item of out) queue.remove(item);
  const left = items.filter((item) => !out.includes(item)).map(({ at }) => at);
  expect(queue.size).toBe(left.length);
  await expect.poll(() => served.length).toBe(left.length);
  expect(served).toEqual(left.sort((a, b) => a - b));
  expect([queue.size, ...new Set(items.map(({ index }) => index))]).toEqual([0, -1]);
});

it('keeps what waits, and in order, while most of what is added is taken out again', async () => {
  const queue = new TimerQueue();
  const base = performance.now() + 20;
  const served: number[] = [];
  const itemAt = (at: number) => ({ at, index: -1, due: () => void served.push(at) });
  const kept = Array.from({ length: 50 }, (_, i) => itemAt(base + ((i * 37) % 50) / 10));
  for (const item of kept) queue.add(item);
  for (let round = 0; round < 5000; round++) {
    // The same millisecond again and again, then one of its own each.
    const item = itemAt(base + (round % 2 === 0 ? 3 : 1e6 + round));
    queue.add(item);
    queue.remove(item);
    queue.remove(item);
  }
  expect(queue.size).toBe(50);
  await expect.poll(() => served.length).toBe(50);
  expect(served).toEqual(kept.map(({ at }) => at).sort((a, b) => a - b));
  expect(queue.size).toBe(0);
});
