import { describe, expect, it } from 'vitest';
import { merged, page, type Measured } from './figures.ts';
import { row } from './tally.ts';

const measured = (name: string, day: string, value: number): Measured => ({
  case: name,
  facts: { cpu: '2 × some', commit: `c${day}`, day },
  rows: [row(`what ${name} costs`, [value], { unit: 'µs', better: '<' })],
});

describe('figures on record', () => {
  const before = [measured('a', '2026-11-01', 1), measured('b', '2026-11-01', 2)];

  it('are those of the last time each case was measured', () => {
    const now = [measured('b', '2026-11-30', 3), measured('c', '2026-11-30', 4)];
    const all = merged(before, now, ['c', 'b', 'a']);
    expect(all.map((one) => [one.case, one.rows[0]?.value])).toEqual([
      ['c', 4],
      ['b', 3],
      ['a', 1],
    ]);
  });

  it('keep those of a case that gave nothing, and drop those of a case that is gone', () => {
    const failed = { ...measured('a', '2026-11-30', 9), rows: [] };
    expect(merged(before, [failed], ['a'])).toEqual([before[0]]);
  });

  it('stand in a table for each machine and version, the newest first', () => {
    const text = page(merged(before, [measured('b', '2026-11-30', 3)], ['a', 'b']));
    const heads = text.split('\n').filter((line) => line.startsWith('## '));
    expect(heads).toEqual(['## 2026-11-30, c2026-11-30', '## 2026-11-01, c2026-11-01']);
    expect(text).toContain('| what b costs | 3.00 µs |');
    expect(text).not.toContain('2.00 µs');
    expect(text).toContain('cpu 2 × some');
  });
});
