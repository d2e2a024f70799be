import { describe, expect, it } from 'vitest';
import { Scatter } from './scatter.ts';

const duration = (outcome: string) =>
  ['dicom_req_duration', { service: 'C-STORE', outcome }] as const;

describe('Scatter', () => {
  it('keeps a few successes of each second, from all of it', () => {
    const scatter = new Scatter();
    const lane = scatter.laneOf(...duration('success'));
    const late: number[] = [];
    for (let second = 0; second < 260; second++) {
      for (let i = 0; i < 1000; i++) lane?.add(second * 1000 + i, i);
      const [points] = scatter.take();
      expect(points).toMatchObject({ service: 'C-STORE', kind: 'ok', seen: 1000 });
      expect(points?.time).toHaveLength(second < 60 ? 20 : 4);
      if (second >= 60) late.push(...(points?.value.filter((value) => value >= 500) ?? []));
    }
    expect(late.length).toBeGreaterThan(320);
    expect(late.length).toBeLessThan(480);
    expect(scatter.take()).toEqual([]);
  });

  it('keeps every failure up to its caps, and counts those beyond', () => {
    const scatter = new Scatter();
    const lane = scatter.laneOf(...duration('failure'));
    for (let i = 0; i < 100; i++) lane?.add(i, 2);
    expect(scatter.take()[0]?.time).toEqual(Array.from({ length: 100 }, (_, i) => i));
    let kept = 100;
    for (let second = 1; second < 300; second++) {
      for (let i = 0; i < 150; i++) lane?.add(second * 1000, 2);
      const [points] = scatter.take();
      expect(points?.seen).toBe(150);
      kept += points?.time.length ?? 0;
    }
    expect(kept).toBe(20_000);
  });

  it('takes what got no answer from the failures, and nothing that is no request', () => {
    const scatter = new Scatter();
    scatter.laneOf('dicom_req_failed', { service: 'C-FIND', outcome: 'timeout' })?.add(7, 0);
    expect(scatter.take()).toEqual([
      { service: 'C-FIND', kind: 'unanswered', seen: 1, time: [7], value: [0] },
    ]);
    expect(
      scatter.laneOf('dicom_req_failed', { service: 'C-FIND', outcome: 'failure' }),
    ).toBeNull();
    expect(scatter.laneOf('iteration_duration', {})).toBeNull();
  });
});
