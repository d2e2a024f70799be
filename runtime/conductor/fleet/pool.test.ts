import { describe, expect, it } from 'vitest';
import { defaultHeap } from './pool.ts';

const GIB = 1024 ** 3;

describe('the heap of a worker where nobody says', () => {
  it('is its share of half the memory', () => {
    expect(defaultHeap(9, 16 * GIB)).toBe(GIB);
  });

  it('is at most 4 GiB and at least 256 MiB', () => {
    expect(defaultHeap(2, 64 * GIB)).toBe(4 * GIB);
    expect(defaultHeap(64, 2 * GIB)).toBe(GIB / 4);
    expect(defaultHeap(1, 4 * GIB)).toBe(2 * GIB);
  });
});
