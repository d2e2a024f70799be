import { describe, expect, it } from 'vitest';
import { repeated, row, spread, table } from './tally.ts';

const UNIT = { unit: '/s', better: '>' } as const;

describe('a row that would flatter', () => {
  it('says what was offered and reached, and gives no figure of a load that was not carried', () => {
    const offered = { load: 5000, reached: [3191, 3200, 3100] };
    const less = row('5,000 VUs', [33, 34, 35], { ...UNIT, floor: 40, offered });
    expect(less.value).toBeNaN();
    const text = table([less]);
    expect(text).toContain('load not reached');
    expect(text).toContain('offered 5,000/s, reached 3,191/s');
    const all = row('5,000 VUs', [33], { ...UNIT, offered: { load: 5000, reached: [4950] } });
    expect([all.value, all.unfit]).toEqual([33, undefined]);
  });

  it('counts loads in what they are of', () => {
    const offered = { load: 10_000, unit: ' associations', reached: [9000] };
    const less = row('memory', [300], { unit: 'MB', better: '<', offered });
    expect(less.unfit).toBe('load not reached');
    expect(less.note).toBe('offered 10,000 associations, reached 9,000 associations');
  });

  it('gives no figure of differences that are wide, or below zero', () => {
    const wide = row('x', [100, 150, 200], { ...UNIT, difference: true });
    expect(wide).toMatchObject({ value: NaN, unfit: 'not measurable here: spread 67 %' });
    const negative = row('x', [-1790, 500, 500], { ...UNIT, difference: true });
    expect(negative.unfit).toBe('not measurable here: differences below 0');
    expect(row('x', [100, 103, 105], { ...UNIT, difference: true }).value).toBe(103);
    expect(row('x', [100, 150, 200], UNIT).value).toBe(150);
  });
});

describe('a measurement that is repeated', () => {
  const measured = async (
    values: readonly number[],
    rounds: number,
  ): Promise<readonly number[]> => {
    let at = 0;
    return repeated(
      rounds,
      () => Promise.resolve(values[at++] ?? NaN),
      (one) => [one],
    );
  };

  it('is done as often as asked where it is steady', async () => {
    expect(await measured([100, 101, 102, 103], 3)).toEqual([100, 101, 102]);
  });

  it('goes on until its middle half is narrow', async () => {
    const values = [50, 100, 101, 102, 103, 104];
    const done = await measured(values, 3);
    expect(done.length).toBeGreaterThan(3);
    expect(spread(done)).toBeLessThan(0.1);
  });

  it('ends after twice as many', async () => {
    const wild = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : 1000));
    expect((await measured(wild, 3)).length).toBe(6);
  });
});
