import { describe, expect, it } from 'vitest';
import { bytes, clock, millis, number, percent, stamp } from './units.ts';

describe('units', () => {
  it('prints bytes in powers of ten', () => {
    expect([0, 999, 1_000, 31_400, 999_600, 1.9e6, 86e6, 2.4e9].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '31 kB',
      '1.0 MB',
      '1.9 MB',
      '86 MB',
      '2.4 GB',
    ]);
  });

  it('prints times', () => {
    expect([0, 59_999, 63_000, 7_500_000].map(clock)).toEqual(['0s', '59s', '1m03s', '2h05m']);
    expect(stamp(70_000)).toBe('00:01:10');
    expect([0.5, 121.4, 1_234].map(millis)).toEqual(['0.5 ms', '121 ms', '1.23 s']);
  });

  it('prints numbers with three digits and groups', () => {
    expect([0, 0.314, 12.44, 412.2, 9_812, 1_234_567].map(number)).toEqual([
      '0',
      '0.31',
      '12.4',
      '412',
      '9 812',
      '1 234 567',
    ]);
    expect(percent(0.0031)).toBe('0.31%');
    expect(number(Number.NaN)).toBe('-');
  });
});
