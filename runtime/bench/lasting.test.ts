import { describe, expect, it } from 'vitest';
import { countFor, lasting, type Ran } from './lasting.ts';

describe('a difference of two runs', () => {
  it('is of as many operations as last, found by one probe of each command', async () => {
    const counts: number[] = [];
    const run = (count: number): Promise<Ran> => {
      counts.push(count);
      return Promise.resolve({ operations: count, wallS: 1 + count / 1000, cpuS: count / 10_000 });
    };
    const what = { key: 'a', short: 100, probe: 100, quick: false };
    const pace = await lasting(what, run);
    const [long = 0] = counts.slice(-1);
    expect((long - 100) / 1000).toBeGreaterThanOrEqual(3);
    expect(pace.perSecond).toBeCloseTo(1000);
    expect(pace.cpuUs).toBeCloseTo(100);
    await lasting(what, run);
    expect(counts).toEqual([100, 200, 100, long, 100, long]);
  });

  it('takes the probe itself where that lasted', async () => {
    let runs = 0;
    const run = (count: number): Promise<Ran> => {
      runs++;
      return Promise.resolve({ operations: count, wallS: count, cpuS: count });
    };
    await lasting({ key: 'b', short: 1, probe: 5, quick: false }, run);
    expect(runs).toBe(2);
  });

  it('grows by no more than fifty times at once, also of a probe below zero', () => {
    expect(countFor(100, -0.2, 3)).toBe(countFor(100, 0, 3));
    expect(countFor(100, 0, 3)).toBeLessThanOrEqual(5500);
    expect(countFor(100, 3, 3)).toBe(100);
  });
});
