import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveOf, histogramOf, Hours } from './curve.ts';

const associations = fc.array(fc.tuple(fc.nat(4_000_000), fc.nat(600_000)), {
  minLength: 1,
  maxLength: 60,
});

describe('a recording over time', () => {
  it('has each start in one bucket, and at its peak as many open as there ever were', () => {
    fc.assert(
      fc.property(associations, (all) => {
        const starts = all.map(([at]) => at);
        const stops = all.map(([at, ms]) => at + ms);
        const { open, starts: begun, bucketMs } = curveOf(starts, stops);
        expect(begun.reduce((sum, n) => sum + n)).toBe(all.length);
        const openAt = (time: number): number =>
          all.filter(([at, ms]) => at <= time && (at + ms > time || at === time)).length;
        // What ends in a moment is gone before what begins in it is there.
        expect(Math.max(...open)).toBe(Math.max(...starts.map(openAt)));
        expect(open.length).toBeLessThanOrEqual(721);
        expect(bucketMs % 1000).toBe(0);
      }),
    );
  });

  it('shows what is open in a bucket in which nothing begins or ends', () => {
    const { open, starts } = curveOf([0, 500, 1000], [200, 3500, 1000]);
    expect(open).toEqual([1, 2, 1, 1]);
    expect(starts).toEqual([2, 1, 0, 0]);
  });

  it('counts by hours from the first association on, whichever was written first', () => {
    const hours = new Hours();
    const at = 5 * 3_600_000;
    hours.association(at + 3_600_000);
    hours.request(at + 3_600_000 + 5, 70);
    hours.association(at + 100);
    hours.request(at + 200, 10);
    hours.request(at + 3_599_000, 10);
    expect(hours.from(at + 100)).toEqual([
      { associations: 1, requests: 2, bytes: 20 },
      { associations: 1, requests: 1, bytes: 70 },
    ]);
  });

  it('counts values by powers of two', () => {
    expect(histogramOf([3, 4, 5, 17])).toEqual([
      [4, 2],
      [8, 1],
      [16, 0],
      [32, 1],
    ]);
    expect(histogramOf([])).toEqual([]);
    expect(histogramOf([0, 1])).toEqual([[1, 2]]);
  });
});
