import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { structuredClone as clone } from './clone.ts';

describe('structuredClone', () => {
  it('copies as the engine does', () => {
    const shared = { n: 1 };
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const value = {
      map: new Map<unknown, unknown>([[shared, new Set([shared])]]),
      date: new Date(5),
      pattern: /a/gi,
      part: bytes.subarray(1, 3),
      whole: bytes,
      view: new DataView(bytes.buffer, 1),
      list: [undefined, , null, 1n],
      shared,
    };
    const copy = clone(value) as typeof value;
    const theirs = structuredClone(value);
    for (const key of Object.keys(value) as (keyof typeof value)[]) {
      expect(isDeepStrictEqual(copy[key], theirs[key]), key).toBe(true);
    }
    expect([...copy.map.keys()][0]).toBe(copy.shared);
    expect(copy.part.buffer).toBe(copy.whole.buffer);
    expect(copy.whole.buffer).not.toBe(bytes.buffer);
  });

  it('keeps the kind, message and cause of an error', () => {
    const copy = clone(new RangeError('far', { cause: new Map([[1, 2]]) })) as Error;
    expect(copy).toBeInstanceOf(RangeError);
    expect(copy).toMatchObject({ name: 'RangeError', message: 'far', cause: new Map([[1, 2]]) });
  });

  it('keeps circles', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = [circle];
    const copy = clone(circle) as { self: unknown[] };
    expect(copy.self[0]).toBe(copy);
  });

  it.each([[() => 1], [Symbol('s')], [Promise.resolve(1)], [new WeakMap()]])(
    'refuses %s',
    (value) => {
      expect(() => clone({ value })).toThrow(/cannot be cloned/);
    },
  );
});
