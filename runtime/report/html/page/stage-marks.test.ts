import { describe, expect, it } from 'vitest';
import { marksOf } from './stage-marks.ts';

const stage = (at: number, title: string) => ({ at, type: 'stage', title, text: '' }) as const;
const threshold = (at: number, title: string) =>
  ({ at, type: 'threshold', title, text: '' }) as const;

describe('marks of a run', () => {
  it('leave out the name of a scenario that is the only one', () => {
    const marks = marksOf([stage(0, 'default: stage 0'), stage(3, 'default: stage 1')]);
    expect(marks.map(({ label }) => label)).toEqual(['stage 0', 'stage 1']);
  });

  it('are one for what begins together', () => {
    const events = ['a: stage 1', 'b: stage 1', 'c: stage 2'].map((title) => stage(3, title));
    expect(marksOf(events.slice(0, 2))).toEqual([{ at: 3, label: 'stage 1 of 2 scenarios' }]);
    expect(marksOf(events)).toEqual([{ at: 3, label: 'stages of 3 scenarios' }]);
  });

  it('say what was crossed, shortened, and how many at once', () => {
    const rule = 'dicom_req_duration{service:C-ECHO,scenario:emergency_radiography} p(95)<1';
    expect(marksOf([threshold(4, `${rule}: failed`), threshold(9, `${rule}: ok`)])).toEqual([
      { at: 4, label: '✗ dicom_req_du…adiography} p(95)<1', first: true },
      { at: 9, label: '✓ dicom_req_du…adiography} p(95)<1', first: true },
    ]);
    expect(marksOf([4, 4.1].map((at) => threshold(at, `${rule}: failed`)))).toEqual([
      { at: 4, label: '✗ 2 thresholds', first: true },
    ]);
  });

  it('take a title that is not one of ours as it is', () => {
    expect(marksOf([stage(1, 'x'.repeat(100)), stage(4, 'b: stage 1')])[0]?.label).toBe(
      `stage of ${'x'.repeat(12)}…${'x'.repeat(11)}`,
    );
  });
});
