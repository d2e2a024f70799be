import { describe, expect, it } from 'vitest';
import type { Summary } from '../../metrics/summary.ts';
import { compareRuns, compareText } from './compare-runs.ts';

function run(p95: number, rate: number, failedShare: number): Summary {
  const duration = { count: 9, avg: 1, min: 1, max: 9, med: 1, p90: 1, p95, p99: p95, p999: p95 };
  return {
    operations: [{ service: 'C-STORE', count: 9, ratePerSecond: rate, failedShare, duration }],
    associations: { requested: 3, accepted: 3 },
    delivery: { routes: [] },
    execution: { iterations: 3, failed: 0 },
  } as unknown as Summary;
}

const verdicts = (before: Summary, after: Summary) =>
  Object.fromEntries(compareRuns(before, after, 0.1).map((row) => [row.figure, row.verdict]));

describe('compareRuns', () => {
  it('tells worse from better by what the figure means', () => {
    expect(verdicts(run(10, 100, 0), run(20, 50, 0.05))).toMatchObject({
      'C-STORE p95': 'worse',
      'C-STORE rate': 'worse',
      'C-STORE failed': 'worse',
      'C-STORE p50': 'same',
    });
    expect(verdicts(run(20, 50, 0.05), run(10, 100, 0))).toMatchObject({
      'C-STORE p95': 'better',
      'C-STORE rate': 'better',
      'C-STORE failed': 'better',
    });
  });

  it('leaves alone what lies within the tolerance or is noise', () => {
    const rows = compareRuns(run(10, 100, 0), run(10.9, 95, 0.0005), 0.1);
    expect(rows.every((row) => row.verdict === 'same')).toBe(true);
    expect(compareText(rows, (_, text) => text)).toContain('no regression');
  });
});
