import { describe, expect, it } from 'vitest';
import { NagleWatch } from './nagle-watch.ts';

const told = (gaps: readonly number[]): number => {
  const watch = new NagleWatch();
  return gaps.filter((gap) => watch.answered(gap)).length;
};

describe('NagleWatch', () => {
  it('says it once when responses are held back regularly', () => {
    expect(told(Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? 40 : 0.1)))).toBe(1);
  });

  it('does not take single late responses for it', () => {
    expect(told(Array.from({ length: 400 }, (_, at) => (at % 50 === 49 ? 38 : 0.1)))).toBe(0);
    expect(told([40, 41, 39])).toBe(0);
  });

  it('does not take slow responses for it', () => {
    expect(told(Array.from({ length: 50 }, () => 400))).toBe(0);
  });
});
