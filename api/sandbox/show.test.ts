import { describe, expect, it } from 'vitest';
import { show } from './show.ts';

const circle: Record<string, unknown> = { name: 'a' };
circle['self'] = circle;

describe('console.log of a value', () => {
  it.each<readonly [string, unknown, string]>([
    ['text', 'as it is', 'as it is'],
    ['bytes', new Uint8Array(1 << 20), 'Uint8Array(1048576) [0, 0, 0'],
    ['a buffer', new ArrayBuffer(4), 'ArrayBuffer(4) [0, 0, 0, 0]'],
    ['floats', new Float64Array([1.5]), 'Float64Array(1) [1.5]'],
    ['a pattern', /x/g, '/x/g'],
    ['a promise', Promise.resolve(1), 'Promise (not awaited)'],
    ['a bigint', { n: 5n }, '{ n: 5n }'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a map', new Map([['a', { b: 1 }]]), 'Map(1) {"a" => { b: 1 }}'],
    ['a set', new Set([1, 'x']), 'Set(2) {1, "x"}'],
    ['a date', [new Date(0)], '[1970-01-01T00:00:00.000Z]'],
    ['no date', new Date(Number.NaN), 'Invalid Date'],
    ['a circle', circle, '{ name: "a", self: [Circular] }'],
    ['no prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{ a: 1 }'],
    ['a long list', new Array(1000).fill(0), '… 900 more]'],
  ])('%s', (_, value, text) => {
    expect(show(value)).toContain(text);
  });

  it('calls no getter, and never throws', () => {
    const thrown = (): never => {
      throw new Error('no');
    };
    expect(show({ get x() { return thrown(); } })).toBe('{ x: [Getter] }'); // prettier-ignore
    expect(show({ a: { toJSON: thrown } })).toBe('{ a: [cannot be shown] }');
    const hostile = new Proxy({}, { ownKeys: thrown, getPrototypeOf: thrown, get: thrown });
    expect(show([hostile])).toBe('[[cannot be shown]]');
  });

  it('is short whatever it is', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`k${i}`, 'x'.repeat(99)]),
    );
    expect(show([wide, wide, wide]).length).toBeLessThan(11_000);
    expect(show(['x'.repeat(1e6)]).length).toBeLessThan(11_000);
  });
});
