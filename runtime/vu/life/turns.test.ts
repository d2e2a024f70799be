import { describe, expect, it } from 'vitest';
import { newcomersMs, SLICE_MS, Turns } from './turns.ts';

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise(setImmediate);
}

/** How many items were taken in each turn of the loop. */
async function turnsOf(items: number, each: (n: number) => void): Promise<number[]> {
  const perTurn: number[] = [];
  let taken = 0;
  let before = 0;
  let on = true;
  const look = (): void => {
    if (taken > before) perTurn.push(taken - before);
    before = taken;
    if (on) setImmediate(look);
  };
  const turns = new Turns<number>((n) => {
    taken++;
    each(n);
  });
  for (let n = 0; n < items; n++) turns.push(n);
  setImmediate(look);
  await until(() => taken === items);
  on = false;
  look();
  return perTurn;
}

describe('turns', () => {
  it('take all items, in their order', async () => {
    const seen: number[] = [];
    await turnsOf(10_000, (n) => seen.push(n));
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });

  it('leave the loop to sockets between a few items, however cheap', async () => {
    const perTurn = await turnsOf(1000, () => undefined);
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(32);
  });

  it('leave it after some milliseconds where items take long', async () => {
    const perTurn = await turnsOf(12, () => {
      const end = performance.now() + 3;
      while (performance.now() < end);
    });
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(3);
  });

  it('do what an item began before the next one’s turn', async () => {
    const order: string[] = [];
    await turnsOf(3, (n) => {
      order.push(`begin ${n}`);
      void Promise.resolve().then(() => Promise.resolve().then(() => order.push(`end ${n}`)));
    });
    await until(() => order.length === 6);
    expect(order).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('take what comes while others wait', async () => {
    const seen: number[] = [];
    const turns: Turns<number> = new Turns((n) => {
      seen.push(n);
      if (n < 100) turns.push(n + 2);
    });
    turns.push(0);
    turns.push(1);
    await until(() => seen.includes(101));
    expect(seen).toEqual(Array.from({ length: 102 }, (_, n) => n));
  });
});

describe('the time of newcomers', () => {
  it('is half of what the others took, so that those who are at work come first', () => {
    for (const others of [2, 3, 6]) expect(newcomersMs(others)).toBeCloseTo(others / 2, 9);
  });

  it('is a little where the others have nothing to do, or nothing is known of them', () => {
    const little = newcomersMs(0);
    expect(little).toBeGreaterThan(0);
    expect(little).toBeLessThan(1);
    expect(newcomersMs(Number.NEGATIVE_INFINITY)).toBe(little);
  });

  it('is never longer than a slice, nor less beside more work', () => {
    expect([2, 8, 50, 1000].map(newcomersMs)).toEqual([1, SLICE_MS, SLICE_MS, SLICE_MS]);
  });
});
