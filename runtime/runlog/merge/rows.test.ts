import { describe, expect, it } from 'vitest';
import type { ViewDecl } from '../../metrics/engine-types.ts';
import { combined } from './rows.ts';

const decl = (metric: string, type: ViewDecl['type']): ViewDecl => ({
  ...{ id: 7, metric, type, view: 'all', tags: {}, builtin: true, contains: 'default' },
});

describe('one second of two parts', () => {
  it('adds counters and rates', () => {
    const rows = [
      [7, 3, 2],
      [7, 4, 5],
    ];
    expect(combined(decl('dicom_reqs', 'counter'), rows)).toEqual([7, 7, 7]);
    expect(combined(decl('checks', 'rate'), rows)).toEqual([7, 7, 7]);
  });

  it('adds trends, with the percentiles of the slower part', () => {
    const rows = [
      [7, 2, 30, 10, 20, 10, 20, 20, 20, 20],
      [7, 1, 15, 15, 15, 15, 15, 15, 15, 15],
    ];
    const sum = [7, 3, 45, 10, 20, 15, 20, 20, 20, 20];
    expect(combined(decl('work', 'trend'), rows)).toEqual(sum);
  });

  it('adds numbers of VUs, takes the worst generator and the last of other gauges', () => {
    const rows = [
      [7, 5, 4, 6, 1, 5],
      [7, 3, 1, 3, 1, 3],
    ];
    expect(combined(decl('vus', 'gauge'), rows)).toEqual([7, 8, 5, 9, 1, 8]);
    expect(combined(decl('generator_cpu', 'gauge'), rows)).toEqual([7, 5, 1, 6, 2, 8]);
    expect(combined(decl('level', 'gauge'), rows)).toEqual([7, 3, 1, 6, 2, 8]);
  });
});
