import { describe, expect, it } from 'vitest';
import type { RunFacts } from '../facts.ts';
import type { Summary, ThresholdResult } from '../summary.ts';
import type { Totals } from '../totals.ts';
import { judgeRun } from './verdict.ts';
import { ViewIndex } from '../view-index.ts';

const TOTALS = ['C-ECHO', 'C-STORE'].map((service) => ({
  key: { metric: 'dicom_req_duration', view: 'service', tags: { service } },
  total: { type: 'counter', count: 1, samples: 1 },
})) as unknown as Totals;

/** The reason of a run whose one threshold has no data. */
function reasonOf(metric: string): string {
  const threshold = { metric, expression: 'p(95)<500', failed: true } as ThresholdResult;
  const parts = {
    thresholds: [threshold],
    execution: { iterations: 1, failed: 0, interrupted: 0 },
    checks: { passes: 0, fails: 0 },
  } as unknown as Summary;
  const facts = {
    exit: { code: 0, reason: '' },
    run: { mode: 'run', truncated: false },
    ...{ warnings: [], outputs: [], cases: [], strictOutput: false },
    generator: { saturated: false, reasons: [] },
  } as unknown as RunFacts;
  return judgeRun(parts, new ViewIndex(TOTALS), facts).reason;
}

describe('a threshold without data', () => {
  it.each([
    [
      'dicom_req_duration{servce:C-STORE}',
      /no data \(no tag "servce"; did you mean "service"\?\)$/,
    ],
    [
      'dicom_req_duration{service:C-Store}',
      /no data \(service was never "C-Store", but C-ECHO, C-STORE\)$/,
    ],
    ['dicom_req_duration{service:C-STORE}', /no data$/],
    ['dicom_req_duration{site:north}', /no data$/],
    ['own_metric{servce:a}', /no data$/],
    ['dicom_reqs', /no data$/],
  ])('%s', (metric, reason) => {
    expect(reasonOf(metric)).toMatch(reason);
  });
});
