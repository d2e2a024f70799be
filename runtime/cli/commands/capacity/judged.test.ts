import { describe, expect, it } from 'vitest';
import { judgedBy, noiseWarning, observedOf } from './judged.ts';
import type { Step } from './step.ts';

const P95 = { metric: 'dicom_req_duration', expression: 'p(95)<40', limit: 40 };

function step(rate: number, observed: number): Step {
  const failed = observed >= 40;
  const judged = [
    { metric: 'dicom_req_failed', expression: 'rate<0.01', limit: 0.01, observed: 0 },
    { ...P95, observed },
  ].map((one, i) => ({ ...one, failed: i === 1 && failed, contains: 'time' as const }));
  return {
    ...{ rate, confirms: false, holds: !failed, reasons: [], achieved: rate, dropped: 0 },
    ...{ p95Ms: 1, failedShare: 0, judged, saturated: false, folder: '' },
  };
}

describe('what a search is judged by', () => {
  it('is the threshold that broke first, with what each step showed of it', () => {
    const steps = [step(40, 41.95), step(20, 30)];
    expect(judgedBy(steps)).toBe('dicom_req_duration p(95)<40');
    expect(observedOf(step(40, 41.95), 'dicom_req_duration p(95)<40')).toBe('42 ms');
    expect(observedOf(step(40, 41.95), 'checks rate==1')).toBeNull();
    expect(judgedBy([step(20, 30)])).toBe('dicom_req_failed rate<0.01');
    expect(judgedBy([])).toBeNull();
  });

  it('is noisy when it falls under a higher load, or differs at one rate, near its limit', () => {
    const precision = 0.02;
    expect(noiseWarning([step(20, 38), step(40, 63), step(30, 141)], precision)).toMatch(
      /noise is larger than the precision: dicom_req_duration p\(95\)<40 varied by 124 %/,
    );
    expect(noiseWarning([step(20, 39), step(20, 41), step(30, 60)], precision)).toMatch(/by 5 %/);
    expect(noiseWarning([step(20, 39), step(20, 41), step(30, 60)], 0.1)).toBeNull();
    expect(noiseWarning([step(10, 5), step(20, 3), step(40, 39), step(80, 90)], precision)).toBe(
      null,
    );
  });
});
