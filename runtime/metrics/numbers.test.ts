import { describe, expect, it } from 'vitest';
import { bytes, clock, count, percent, plural, short, span, time } from './numbers.ts';

describe('numbers as people read them', () => {
  it.each([
    [count(12_028), '12,028'],
    [count(1_234_567), '1,234,567'],
    [count(2.5), '2.5'],
    [count(Number.NaN), '–'],
    [plural(1, 'image'), '1 image'],
    [plural(1.0004, 'image'), '1 image'],
    [plural(0, 'image'), '0 images'],
    [plural(12_028, 'query', 'queries'), '12,028 queries'],
    [short(0.84), '0.84'],
    [short(12.34), '12.3'],
    [short(142.6), '143'],
    [short(null), '–'],
    [time(0.84), '0.84 ms'],
    [time(999.4), '999 ms'],
    [time(999.6), '1 s'],
    [time(1750), '1.75 s'],
    [time(125_000), '2 m 5 s'],
    [time(1750, 'us'), '1,750,000 us'],
    [time(null), '–'],
    [span(350), '350 ms'],
    [span(30_000), '30 s'],
    [span(3_780_000), '1 h 3 m'],
    [clock(70_000), '00:01:10'],
    [percent(0.846), '84.6 %'],
    [percent(1), '100 %'],
    [percent(0.00001), '<0.01 %'],
    [percent(0.99999), '>99.99 %'],
    [bytes(512), '512 B'],
    [bytes(922_000), '922 kB'],
    [bytes(999_600), '1 MB'],
  ])('%s', (made, wanted) => {
    expect(made).toBe(wanted);
  });

  it('never rounds something to nothing, nor nearly all to all', () => {
    for (let n = 1; n < 100_000; n = n * 3 + 1) {
      expect(percent(1 / n) === '0 %').toBe(false);
      if (n > 1) expect(percent(1 - 1 / n) === '100 %').toBe(false);
    }
  });
});
