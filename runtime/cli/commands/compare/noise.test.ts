import { describe, expect, it } from 'vitest';
import { batchNoise, percentileNoise, shareNoise, studentQuantile, type Second } from './noise.ts';

/** Evenly distributed between -1 and 1, the same in every run of the test. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const seconds = (n: number, value: (at: number) => number): Second[] =>
  Array.from({ length: n }, (_, at) => ({ value: value(at), weight: 1 }));

const mean = (run: readonly Second[]): number =>
  run.reduce((sum, { value }) => sum + value, 0) / run.length;

/** Seconds that take over half of what the second before was off by. */
function sluggish(n: number, random: () => number): Second[] {
  let off = 0;
  return seconds(n, () => 100 + (off = 0.5 * off + 10 * random()));
}

describe('batchNoise', () => {
  it.each([8, 30, 120])('seldom takes chance for a change: runs of %i s', (n) => {
    const random = randomness(n);
    const runs = Array.from({ length: 300 }, () => [sluggish(n, random), sluggish(n, random)]);
    const wrong = runs.filter(
      ([a = [], b = []]) => Math.abs(mean(b) - mean(a)) > (batchNoise(a, b) ?? 0),
    );
    expect(wrong.length / runs.length).toBeLessThan(0.06);
  });

  it.each([8, 30, 120])('sees a change that is there: runs of %i s', (n) => {
    const random = randomness(n);
    const before = sluggish(n, random);
    const after = sluggish(n, random).map((one) => ({ ...one, value: one.value + 40 }));
    expect(mean(after) - mean(before)).toBeGreaterThan(batchNoise(before, after) ?? Infinity);
  });

  it('is not misled by what the load does in both runs, such as a ramp', () => {
    const random = randomness(1);
    const ramp = (extra: number) => seconds(60, (at) => extra + at * 10 + random());
    expect(batchNoise(ramp(0), ramp(20))).toBeLessThan(1);
  });

  it('lays runs of different lengths not side by side', () => {
    const random = randomness(2);
    const of = (n: number) => seconds(n, () => 100 + random());
    expect(batchNoise(of(20), of(60))).toBeGreaterThan(0);
    expect(batchNoise(of(20), of(60))).toBeLessThan(2);
  });

  it('weighs a second by its requests, and leaves out what had none', () => {
    const busy = seconds(8, () => 5);
    const spike = busy.map((one, at) => (at === 3 ? { value: 5000, weight: 0 } : one));
    expect(batchNoise(busy, spike)).toBe(0);
  });

  it('says nothing about runs of a few seconds', () => {
    expect(
      batchNoise(
        seconds(3, () => 1),
        seconds(3, () => 2),
      ),
    ).toBeNull();
    expect(batchNoise([], [])).toBeNull();
  });
});

it.each([
  [3, 5.841],
  [7, 3.499],
  [19, 2.861],
  [1e9, 2.576],
])('knows the quantile of Student with %d degrees of freedom', (freedom, quantile) => {
  expect(Math.abs(studentQuantile(freedom) / quantile - 1)).toBeLessThan(0.035);
});

describe('percentileNoise', () => {
  const evenly = (samples: number) => ({ samples, percentile: (p: number) => p });
  it('is less the more was sampled, and more in the tail than in the middle of a skewed one', () => {
    expect(percentileNoise(50, evenly(100), evenly(100))).toBeCloseTo(2.5758 * 5 * Math.SQRT2, 2);
    expect(percentileNoise(50, evenly(10_000), evenly(10_000))).toBeCloseTo(1.82, 2);
    const skewed = { samples: 1000, percentile: (p: number) => 1 / (101 - p) };
    expect(percentileNoise(99, skewed, skewed)).toBeGreaterThan(
      percentileNoise(50, skewed, skewed),
    );
  });
});

describe('shareNoise', () => {
  it('takes one failure of a thousand for chance, and ten not', () => {
    const none = { count: 0, of: 1000 };
    expect(0.001).toBeLessThan(shareNoise(none, { count: 1, of: 1000 }));
    expect(0.01).toBeGreaterThan(shareNoise(none, { count: 10, of: 1000 }));
    expect(shareNoise(none, none)).toBe(0);
  });
});
