import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteStream } from './byte-stream.ts';

const SENT = Buffer.from(Array.from({ length: 200 }, (_, i) => i));

/** Segments of what was sent: all of it once, some of it again, in any order. */
const segments = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 199 }), { maxLength: 20 }),
    fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 50 })), { maxLength: 10 }),
  )
  .map(([cuts, again]) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), SENT.length];
    const once = edges.slice(1).map((end, i) => [edges[i] ?? 0, end] as const);
    return [...once, ...again.map(([from, n]) => [from, Math.min(SENT.length, from + n)] as const)];
  })
  .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

describe('a captured stream', () => {
  it('is what was sent, whatever the order and however often, also where numbers go round', () => {
    fc.assert(
      fc.property(segments, fc.constantFrom(0, 1000, 2 ** 32 - 100), (all, isn) => {
        const stream = new ByteStream();
        stream.onSyn(isn);
        const read = all.flatMap(([from, to]) =>
          stream.push((isn + 1 + from) >>> 0, SENT.subarray(from, to)),
        );
        expect(Buffer.concat(read).equals(SENT)).toBe(true);
        expect(stream.hasGap).toBe(false);
      }),
    );
  });

  it('says that bytes are missing, and reads nothing after them', () => {
    const stream = new ByteStream();
    stream.onSyn(9);
    expect(stream.push(10, SENT.subarray(0, 5))).toHaveLength(1);
    expect(stream.push(20, SENT.subarray(10, 15))).toEqual([]);
    expect(stream.hasGap).toBe(true);
  });
});
