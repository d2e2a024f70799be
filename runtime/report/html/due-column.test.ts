import { describe, expect, it } from 'vitest';
import { dueColumn, dueOf } from './due-column.ts';

describe('starts that were due', () => {
  const due = { bucketSeconds: 2, starts: [4, 0, 6] };

  it('are a rate in the buckets of the timeline, longer or shorter than theirs', () => {
    expect(dueColumn(due, [0, 1, 2, 3, 4, 5, 6], 1)).toEqual([2, 2, 0, 0, 3, 3, 0]);
    expect(dueColumn(due, [0, 4], 4)).toEqual([1, 1.5]);
    expect(dueColumn(due, [0, 3], 3)).toEqual([4 / 3, 2]);
  });

  it('are there where something was replayed, and nowhere else', () => {
    expect(dueOf({ scenarios: [], due })).toEqual(due);
    for (const plan of [null, {}, 'x', { due: null }, { due: { starts: 3 } }]) {
      expect(dueOf(plan)).toBeNull();
    }
  });
});
