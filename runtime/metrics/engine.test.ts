import { describe, expect, it } from 'vitest';
import { createEngine } from './engine.ts';
import type { Engine, EngineOptions, Tick } from './engine-types.ts';
import { RunHistogram } from './distribution/histogram.ts';
import type { SeriesDecl } from './samples.ts';

function engineOf(options: Partial<EngineOptions> = {}): { engine: Engine; warnings: string[] } {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  return { engine: createEngine({ thresholds: {}, onWarning, ...options }), warnings };
}

const STORE = { scenario: 'a', service: 'C-STORE', route: 'R1', status: '0000' };

function series(id: number, metric: string, tags: Record<string, string> = STORE): SeriesDecl {
  return { id, metric, tags };
}

function send(
  engine: Engine,
  thread: number,
  samples: readonly (readonly [number, number])[],
): void {
  engine.ingest(thread, {
    n: samples.length,
    series: Uint32Array.from(samples.map(([id]) => id)),
    value: Float64Array.from(samples.map(([, value]) => value)),
    time: new Float64Array(samples.length),
  });
}

function rowOf(engine: Engine, tick: Tick, metric: string, view: string): readonly number[] {
  const id = engine.totals().findIndex(({ key }) => key.metric === metric && key.view === view);
  return tick.rows.find((row) => row[0] === id) ?? [];
}

function trend(engine: Engine, metric: string, view = 'all') {
  const total = engine
    .totals()
    .find(({ key }) => key.metric === metric && key.view === view)?.total;
  if (total?.type !== 'trend') throw new Error(`no trend ${metric} ${view}`);
  return total;
}

describe('views', () => {
  it('counts a sample once in every view that its tags belong to', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [series(0, 'dicom_reqs'), series(1, 'dicom_reqs', { scenario: 'b' })]);
    send(engine, 1, [
      [0, 1],
      [0, 1],
      [1, 1],
    ]);
    const tick = engine.tick(1000);
    const names = tick.views.map(({ view, tags }) => [view, ...Object.values(tags)].join(' '));
    expect(names.sort()).toEqual([
      'all',
      'scenario a',
      'scenario b',
      'service C-STORE',
      'service+route C-STORE R1',
      'service+status C-STORE 0000',
    ]);
    expect(rowOf(engine, tick, 'dicom_reqs', 'all')).toEqual([0, 3, 3]);
    expect(rowOf(engine, tick, 'dicom_reqs', 'service').slice(1)).toEqual([2, 2]);
  });

  it('merges the same series of two threads', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [series(0, 'dicom_req_duration')]);
    engine.addSeries(2, [series(7, 'dicom_req_duration')]);
    send(engine, 1, [[0, 10]]);
    send(engine, 2, [[7, 30]]);
    const row = rowOf(engine, engine.tick(1000), 'dicom_req_duration', 'service');
    expect(row.slice(1, 5)).toEqual([2, 40, 10, 30]);
  });

  it('emits rows only for views with samples in the interval, and announces each view once', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [series(0, 'dicom_reqs')]);
    send(engine, 1, [[0, 1]]);
    expect(engine.tick(1000).views).not.toHaveLength(0);
    expect(engine.tick(2000)).toMatchObject({ at: 1, rows: [], views: [] });
    send(engine, 1, [[0, 1]]);
    const third = engine.tick(3000);
    expect(third.views).toHaveLength(0);
    expect(third.rows).not.toHaveLength(0);
  });

  it('stamps rows with strictly increasing seconds whatever the timer does', () => {
    const { engine } = engineOf();
    const at = [-1000, 3, 1000.4, 1999.2, 2000.1, 3400, 3600, 9000].map((ms) => engine.tick(ms).at);
    expect(at).toEqual([-2, -1, 0, 1, 2, 3, 4, 8]);
  });

  it('keeps the latest gauge value by time, across threads', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [series(0, 'vus', {})]);
    engine.addSeries(2, [series(0, 'vus', {})]);
    const gauge = (value: number, time: number) => ({
      n: 1,
      series: Uint32Array.of(0),
      value: Float64Array.of(value),
      time: Float64Array.of(time),
    });
    engine.ingest(1, gauge(5, 900));
    engine.ingest(2, gauge(9, 100));
    expect(rowOf(engine, engine.tick(1000), 'vus', 'all')).toEqual([0, 5, 5, 9, 2, 14]);
  });
});

describe('trends', () => {
  it('has exact count, sum and extremes, and percentiles within 0.1 %', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [series(0, 'dicom_req_duration')]);
    const values = Array.from({ length: 10_000 }, (_, i) => 0.5 + i * 0.37);
    for (let i = 0; i < values.length; i += 100) {
      send(
        engine,
        1,
        values.slice(i, i + 100).map((value) => [0, value] as const),
      );
      engine.tick((i + 1) * 1000);
    }
    const { stats, sum } = trend(engine, 'dicom_req_duration');
    expect(stats.count).toBe(10_000);
    expect(sum).toBeCloseTo(
      values.reduce((a, b) => a + b),
      3,
    );
    expect([stats.min, stats.max]).toEqual([values[0], values.at(-1)]);
    for (const [p, value] of [
      [50, stats.med],
      [95, stats.p95],
      [99.9, stats.p999],
    ] as const) {
      const exact = values[Math.ceil((p / 100) * values.length) - 1] ?? 0;
      expect(Math.abs(value - exact) / exact).toBeLessThan(0.001);
    }
  });

  it('keeps plain custom values with three decimals', () => {
    const { engine } = engineOf();
    const custom = { type: 'trend' as const, isTime: false };
    engine.addSeries(1, [{ id: 0, metric: 'ratio', tags: {}, custom }]);
    send(engine, 1, [
      [0, 0.125],
      [0, 0.25],
      [0, 0.5],
    ]);
    engine.tick(1000);
    expect(trend(engine, 'ratio').percentile(50)).toBe(0.25);
  });

  it('refuses NaN, negative and huge values with one warning, and counts them', () => {
    const { engine, warnings } = engineOf();
    engine.addSeries(1, [series(0, 'dicom_req_duration'), series(1, 'dicom_reqs')]);
    send(engine, 1, [
      [0, Number.NaN],
      [0, -1],
      [0, 1e10],
      [0, Infinity],
      [1, -1],
      [0, 5],
      [0, 0],
    ]);
    engine.tick(1000);
    expect(trend(engine, 'dicom_req_duration').stats).toMatchObject({ count: 2, min: 0, max: 5 });
    expect(engine.counts).toMatchObject({ samples: 7, rejected: 5 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('dicom_req_duration');
  });
});

describe('blocks', () => {
  it('encodes each 10 s aligned to t0, and together they are the whole run', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [series(0, 'dicom_req_duration')]);
    const blocks: Tick['blocks'][number][] = [];
    for (let second = 1; second <= 24; second++) {
      send(engine, 1, [
        [0, second],
        [0, second * 1.5],
      ]);
      blocks.push(...engine.tick(second * 1000).blocks);
    }
    send(engine, 1, [[0, 77]]);
    blocks.push(...engine.finish(24_200, 24_200).blocks);
    expect(blocks.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [10, 20],
      [20, 30],
    ]);
    const merged = new RunHistogram();
    for (const block of blocks) {
      for (const [view, encoded] of block.views) if (view === 0) merged.addEncoded(encoded);
    }
    const whole = trend(engine, 'dicom_req_duration');
    expect(merged.count).toBe(49);
    for (const p of [1, 50, 90, 99, 100]) {
      expect(Math.min(merged.percentile(p), 77)).toBe(whole.percentile(p));
    }
  });
});

describe('a block of very many views', () => {
  it('is encoded over several ticks, and whole at the end', () => {
    const { engine } = engineOf();
    const many = Array.from({ length: 700 }, (_, i) =>
      series(i, 'dicom_req_duration', { called_aet: `A${i}` }),
    );
    engine.addSeries(1, many);
    const sizes: number[] = [];
    for (let second = 1; second <= 14; second++) {
      send(
        engine,
        1,
        many.map(({ id }) => [id, 1] as const),
      );
      sizes.push(sum(engine.tick(second * 1000).blocks.map(({ views }) => views.length)));
    }
    expect(sizes.slice(10)).toEqual([250, 250, 201, 0]);
    const last = engine.finish(14_500, 14_500).blocks;
    expect(last.map(({ from, views }) => [from, views.length])).toEqual([[10, 701]]);
  });
});

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('views of a run of its own', () => {
  it('add up by custom tags, and are no second time what is there already', () => {
    const { engine } = engineOf({ views: ['vu', 'service+vu', 'service'] });
    const of = (id: number, vu: string) => series(id, 'dicom_reqs', { ...STORE, vu });
    engine.addSeries(0, [of(0, '1'), of(1, '2'), series(2, 'dicom_reqs')]);
    const samples = [0, 1, 1, 2].map((id) => [id, 1] as const);
    send(engine, 0, samples);
    const tick = engine.tick(1000);
    const counts = engine.totals().flatMap(({ key }, id) => {
      const row = tick.rows.find(([view]) => view === id);
      return [`${key.view} ${key.tags['vu'] ?? ''}: ${row?.[1]}`];
    });
    expect(counts).toEqual(
      expect.arrayContaining(['vu 1: 1', 'vu 2: 2', 'service+vu 2: 2', 'service : 4']),
    );
    expect(counts.filter((text) => text.startsWith('service :'))).toHaveLength(1);
  });
});

describe('the cap on series', () => {
  it('counts further series in the total of their metric, with one loud warning', () => {
    const { engine, warnings } = engineOf({ maxSeries: 10 });
    const many = Array.from({ length: 50 }, (_, i) => series(i, 'dicom_reqs', { uid: String(i) }));
    engine.addSeries(1, many);
    send(
      engine,
      1,
      many.map(({ id }) => [id, 1] as const),
    );
    expect(rowOf(engine, engine.tick(1000), 'dicom_reqs', 'all')).toEqual([0, 50, 50]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('more than 10 time series');
    // 40 series of one metric went over, with as many samples each as were sent.
    expect(engine.counts.overflowed).toBe(40);
    send(
      engine,
      1,
      many.flatMap(({ id }) => [[id, 1] as const, [id, 1] as const]),
    );
    engine.tick(2000);
    expect(engine.counts.overflowed).toBe(120);
  });
});

describe('the live numbers', () => {
  it('are those of the last 10 s', () => {
    const { engine } = engineOf();
    engine.addSeries(1, [
      series(0, 'dicom_reqs'),
      series(1, 'dicom_req_duration'),
      series(2, 'dicom_req_failed'),
      series(3, 'dicom_assocs', { outcome: 'accepted' }),
      series(4, 'dicom_assocs', { outcome: 'rejected' }),
    ]);
    for (let second = 1; second <= 30; second++) {
      const value = second <= 20 ? 1000 : 10;
      send(engine, 1, [
        [0, 1],
        [0, 1],
        [1, value],
        [1, value],
        [2, second === 30 ? 1 : 0],
        [2, 0],
        [3, 1],
        [4, second === 1 ? 1 : 0],
      ]);
      engine.tick(second * 1000);
    }
    const live = engine.live();
    expect(live.services).toMatchObject([
      { service: 'C-STORE', count: 60, failed: 1, ratePerSecond: 2, p50: 10, p95: 10 },
    ]);
    expect(live.services[0]?.failedShare).toBeCloseTo(1 / 20);
    expect(live.associations).toEqual({ accepted: 30, failed: 1, aborted: 0 });
  });
});
