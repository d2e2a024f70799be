import { describe, expect, it } from 'vitest';
import { Retrieved } from './retrieved.ts';

const part10 = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.from('rest')]);

/** Feeds one part in pieces of a size; how many were no instance. */
function oddOf(part: Buffer, piece: number): number {
  const retrieved = new Retrieved(null, null);
  retrieved.onPart();
  for (let at = 0; at < part.length; at += piece) {
    retrieved.onPartData(part, at, Math.min(part.length, at + piece));
  }
  retrieved.onPartEnd();
  expect(retrieved).toMatchObject({ parts: 1, bytes: part.length });
  return retrieved.odd;
}

describe('parts that nobody looks into', () => {
  it.each([1, 3, 127, 128, 129, 130, 131, 132, 1000])(
    'are known by DICM, %i bytes a piece',
    (n) => {
      expect(oddOf(part10, n)).toBe(0);
      const wrong = Buffer.from(part10);
      wrong[131] = 0x6d;
      expect(oddOf(wrong, n)).toBe(1);
      expect(oddOf(part10.subarray(0, 131), n)).toBe(1);
    },
  );

  it('are nothing when they are empty', () => {
    expect(oddOf(Buffer.alloc(0), 1)).toBe(1);
  });
});
