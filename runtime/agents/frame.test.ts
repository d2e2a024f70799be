// What goes through a frame and another engine is what one engine would have counted by itself.
import { describe, expect, it } from 'vitest';
import { createEngine } from '../metrics/engine.ts';
import type { Engine } from '../metrics/engine-types.ts';
import { Dice } from '../metrics/distribution/scatter.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

const COUNTS = {
  ...{ activeVUs: 3, vusMade: 4, iterationsStarted: 9, iterationsDone: 7, interrupted: 1 },
  ...{ associationsOpen: 2, dropped: 5 },
};
const HEAD = { counts: COUNTS, peakVUs: 4, cpu: 12.5, loopLagMs: 1, rssBytes: 1e8 };

const engine = (): Engine => createEngine({ thresholds: {}, onWarning: () => undefined });

const custom = (type: 'gauge' | 'trend') => ({ custom: { type, isTime: false } });
const SERIES: readonly SeriesDecl[] = [
  { id: 0, metric: 'dicom_req_duration', tags: { service: 'C-STORE', scenario: 'a' } },
  { id: 1, metric: 'dicom_reqs', tags: { service: 'C-STORE', scenario: 'a' } },
  { id: 2, metric: 'dicom_req_failed', tags: { service: 'C-STORE', outcome: 'timeout' } },
  { id: 3, metric: 'level', tags: {}, ...custom('gauge') },
  { id: 4, metric: 'size', tags: { kind: 'x' }, ...custom('trend') },
];

/** So many samples of every series, those of a second. */
function columns(dice: Dice, n: number, second: number) {
  const series = Uint32Array.from({ length: n }, (_, i) => i % SERIES.length);
  const value = Float64Array.from(series, (id) => {
    if (id === 1) return 1;
    if (id === 2) return dice.below(2);
    return dice.below(1e6) / 1000;
  });
  const time = Float64Array.from(series, () => second * 1000 + dice.below(1e6) / 1000);
  return { n, series, value, time };
}

describe('frames of several agents in one engine', () => {
  it('are all samples in one engine: every view, every row, every percentile', () => {
    const dice = new Dice();
    const [one, whole] = [engine(), engine()];
    const agents = [engine(), engine(), engine()];
    for (const [i, agent] of agents.entries()) {
      agent.addSeries(0, SERIES);
      one.addSeries(i, SERIES);
    }
    for (let second = 0; second < 12; second++) {
      for (const [i, agent] of agents.entries()) {
        const batch = columns(dice, 500 + dice.below(500), second);
        one.ingest(i, batch);
        agent.ingest(0, batch);
        const share = agent.share();
        const { points } = agent.tick((second + 1) * 1000);
        const sent: Frame = { ...HEAD, at: second, saturated: false, ...share, points };
        const frame = decodeFrame(encodeFrame(sent));
        expect(frame).toEqual(sent);
        whole.addSeries(i, frame.series);
        whole.absorb(i, frame.intervals, []);
      }
      const [expected, got] = [one.tick((second + 1) * 1000), whole.tick((second + 1) * 1000)];
      expect(got.rows.map(rounded)).toEqual(expected.rows.map(rounded));
      expect(got.blocks).toEqual(expected.blocks);
      expect(got.views).toEqual(expected.views);
    }
    one.finish(12_000, 12_000);
    whole.finish(12_000, 12_000);
    expect(whole.counts).toEqual(one.counts);
    for (const [i, { key, total }] of one.totals().entries()) {
      const got = whole.totals()[i];
      expect(got?.key).toEqual(key);
      if (total.type !== 'trend' || got?.total.type !== 'trend') continue;
      for (const p of [0, 1, 50, 90, 95, 99, 99.9, 100]) {
        expect(got.total.percentile(p)).toBe(total.percentile(p));
      }
    }
  });

  it('of a second without samples are below 300 bytes', () => {
    const nothing = { series: [], intervals: [], points: [] };
    expect(encodeFrame({ ...HEAD, at: 0, saturated: false, ...nothing }).length).toBeLessThan(300);
  });

  it('refuses what is none', () => {
    expect(() => decodeFrame(Buffer.from('no frame at all'))).toThrow();
    const cut = encodeFrame({
      ...{ ...HEAD, at: 0, saturated: false, series: [], points: [] },
      intervals: [],
    });
    expect(() => decodeFrame(cut.subarray(0, cut.length >> 1))).toThrow();
  });
});

/** Sums of floats in another order differ in the last digit. */
const rounded = (row: readonly number[]): number[] =>
  row.map((value) => Number(value.toPrecision(12)));
