import { expect, it } from 'vitest';
import { PieceBag, withoutFirst } from './piece-bag.ts';

const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251));

it('gives back what went in, whatever the pieces, and keeps it when used again', () => {
  const bag = new PieceBag();
  const taken = [1, 700, 65_536, 200_000, 3_000_000].map((piece) => {
    for (let at = 0; at < bytes.length; at += piece) {
      bag.add(bytes, at, Math.min(at + piece, bytes.length));
      if (piece === 1 && at > 100_000) break;
    }
    const length = bag.bytes;
    return { length, parts: bag.take().parts };
  });
  for (const { length, parts } of taken) {
    expect(Buffer.concat(parts).equals(bytes.subarray(0, length))).toBe(true);
    expect(parts.length).toBeLessThan(48);
  }
  expect(bag.take().parts).toEqual([]);
});

it('leaves out the first bytes', () => {
  const parts = [Buffer.from('abc'), Buffer.from('de'), Buffer.from('f')];
  for (let n = 0; n <= 7; n++) {
    expect(Buffer.concat(withoutFirst(parts, n)).toString()).toBe('abcdef'.slice(n));
  }
});
