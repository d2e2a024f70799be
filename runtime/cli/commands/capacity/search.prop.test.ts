import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchCapacity } from './search.ts';

const RANGE = { from: 1, to: 10_000, precision: 0.02 };

describe('searchCapacity', () => {
  it('finds a limit within its precision, in few steps, and confirms it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 1.01, max: 9_990, noNaN: true }), async (limit) => {
        const asked: [number, boolean][] = [];
        const { rate, broken } = await searchCapacity(RANGE, async (at, confirms) => {
          asked.push([at, confirms]);
          return { holds: at <= limit };
        });
        expect(rate).toBeLessThanOrEqual(limit);
        expect(broken).toBeGreaterThan(limit);
        expect((rate ?? 0) / limit).toBeGreaterThan(0.97);
        expect(asked.at(-1)).toEqual([rate, true]);
        expect(asked.length).toBeLessThan(24);
      }),
    );
  });

  it('says when the first rate does not hold, and when the last does', async () => {
    const never = await searchCapacity(RANGE, async () => ({ holds: false }));
    expect(never).toEqual({ rate: null, broken: 1 });
    const always = await searchCapacity(RANGE, async () => ({ holds: true }));
    expect(always).toEqual({ rate: 10_000, broken: null });
  });

  it('goes on below a rate that does not hold a second time', async () => {
    const { rate, broken } = await searchCapacity(RANGE, async (at, confirms) => ({
      holds: at <= (confirms ? 80 : 100),
    }));
    expect(rate).toBeLessThanOrEqual(80);
    expect(rate).toBeGreaterThan(0);
    expect(broken).toBeGreaterThanOrEqual(rate ?? 0);
  });
});
