import { describe, expect, it } from 'vitest';
import type { ReportData } from '../../data.ts';
import { scatterOf } from './scatter-lines.ts';

const data = (scatter: ReportData['scatter']): ReportData =>
  ({
    timeline: { time: [0, 1], bucketSeconds: 1, columns: { 'max C-STORE': [9, null] } },
    services: ['C-STORE'],
    scatter,
  }) as unknown as ReportData;

describe('the scatter of single requests', () => {
  it('draws every point, also those of the same moment', () => {
    const { x, lines } = scatterOf(
      data([
        { service: 'C-STORE', kind: 'ok', seen: 2, time: [0.5, 1.5], value: [2, 4] },
        { service: 'C-STORE', kind: 'failure', seen: 3, time: [0.5, 0.5, 0.5], value: [1, 3, 5] },
        { service: 'C-STORE', kind: 'unanswered', seen: 1, time: [1.5], value: [0] },
      ]),
      () => 'c1',
    );
    expect(x).toEqual([0, 0.5, 0.5, 0.5, 1.5, 2]);
    const drawn = lines.map(({ label, values }) => [label, values]);
    expect(drawn).toEqual([
      ['C-STORE', [9, 2, null, null, 4, null]],
      ['C-STORE failed', [null, 1, 3, 5, null, null]],
      ['C-STORE without answer', [null, null, null, null, 1, null]],
    ]);
  });
});
