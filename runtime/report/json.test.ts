import { beforeAll, describe, expect, it } from 'vitest';
import type { SummaryData } from '../../api/k6/summary-data.ts';
import type { Summary } from '../metrics/summary.ts';
import { sampleRun } from '../tests/sample-run.ts';
import { schemaMisfits } from '../tests/summary-schema.ts';
import { handleSummaryData, renderJson } from './json.ts';
import { renderK6Export } from './k6-export.ts';

let summary: Summary;
beforeAll(async () => {
  ({ summary } = await sampleRun({ seconds: 12 }));
});

describe('summary.json', () => {
  it('fits its published schema', () => {
    expect(schemaMisfits(JSON.parse(renderJson(summary)))).toEqual([]);
    const wrong = { ...summary, schema: 'other', extra: 1, timeUnit: 'min' };
    expect(schemaMisfits(wrong)).toEqual([
      '$.schema: not the constant',
      '$.timeUnit: not in enum',
      '$.extra: unknown',
    ]);
  });

  it('gives handleSummary k6 metrics with thresholds by expression', () => {
    // What scripts are told it is.
    const data: SummaryData = handleSummaryData(summary, {
      ...{ colour: true, stdoutTTY: true, stderrTTY: false },
    });
    expect(data.metrics['checks']).toMatchObject({
      type: 'rate',
      contains: 'default',
      values: { passes: 479, fails: 1 },
      thresholds: { 'rate>0.99': { ok: true } },
    });
    const duration = data.metrics['dicom_req_duration{service:C-STORE}'];
    expect(Object.keys(duration?.values ?? {})).toEqual([
      'avg',
      'min',
      'med',
      'max',
      'p(90)',
      'p(95)',
    ]);
    expect(data.options).toMatchObject({ noColor: false, summaryTimeUnit: 'ms' });
    expect(data.state.testRunDurationMs).toBe(12_000);
    expect(data.root_group.checks.map(({ name }) => name)).toContain('stored');
  });
});

describe('--summary-export', () => {
  it('has k6 values flat, and true for a crossed threshold', async () => {
    const failed = await sampleRun({
      seconds: 5,
      thresholds: { checks: [{ threshold: 'rate>1' }], iterations: [{ threshold: 'count>1' }] },
    });
    const data = JSON.parse(renderK6Export(failed.summary)) as {
      metrics: Record<string, Record<string, unknown>>;
      root_group: { checks: Record<string, { passes: number }> };
    };
    expect(data.metrics['checks']).toEqual({
      value: 1,
      passes: 200,
      fails: 0,
      thresholds: { 'rate>1': true },
    });
    expect(data.metrics['iterations']).toMatchObject({
      count: 25,
      thresholds: { 'count>1': false },
    });
    expect(data.root_group.checks['stored']?.passes).toBe(100);
  });
});
