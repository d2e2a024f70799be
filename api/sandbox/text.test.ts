import { describe, expect, it } from 'vitest';
import { cutText, LONGEST_TEXT, textOf } from './text.ts';

const thrower = {
  get message(): string {
    throw new Error('a getter');
  },
  toString(): string {
    throw new TypeError('toString');
  },
  toJSON(): unknown {
    throw null as unknown;
  },
};
const cycle: Record<string, unknown> = {};
cycle['itself'] = cycle;

describe('textOf', () => {
  // Not it.each: it would show the values, which is what they do not bear.
  const cases: readonly (readonly [unknown, string])[] = [
    ['as it is', 'as it is'],
    [new Error('no good'), 'no good'],
    [new TypeError('x is null'), 'TypeError: x is null'],
    [null, 'null'],
    [undefined, 'undefined'],
    [404, '404'],
    [-0, '0'],
    [Number.NaN, 'NaN'],
    [{}, '{}'],
    [{ code: 5 }, '{"code":5}'],
    [[1, 'a'], '[1,"a"]'],
    [() => 1, '[Function anonymous]'],
    [Symbol('s'), 'Symbol(s)'],
    [1n, '1'],
    [Object.create(null), '{}'],
    [{ toString: null }, '{"toString":null}'],
    [thrower, 'a value that cannot be read'],
    [cycle, 'a value that cannot be read'],
    [{ big: 1n }, 'a value that cannot be read'],
    [
      Object.defineProperty(new Error('e'), 'name', {
        get: () => {
          throw new Error('a getter');
        },
      }),
      'a value that cannot be read',
    ],
    [
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('a trap');
          },
        },
      ),
      'a value that cannot be read',
    ],
  ];
  it('reads anything', () => {
    cases.forEach(([value, text], i) => expect(textOf(value), `case ${i}`).toBe(text));
  });

  it('cuts what is long and says how long it was', () => {
    const long = textOf('x'.repeat(1_000_000));
    expect(long.length).toBeLessThan(LONGEST_TEXT + 40);
    expect(long).toMatch(/… \(1000000 characters\)$/);
    expect(cutText('short', 5)).toBe('short');
  });
});
