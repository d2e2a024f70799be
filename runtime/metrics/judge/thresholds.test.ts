import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import type { Engine, ThresholdConfig, ThresholdSpec, Tick } from '../engine-types.ts';
import { parseSelector } from './selector.ts';
import { checkThresholds, parseExpression } from './threshold-expression.ts';

const CUSTOM = [{ name: 'my_trend', type: 'trend' as const, isTime: false }];

function start(thresholds: ThresholdConfig): Engine {
  const engine = createEngine({ thresholds, customMetrics: CUSTOM, onWarning: () => undefined });
  engine.addSeries(0, [
    { id: 0, metric: 'dicom_req_duration', tags: { service: 'C-STORE', stage: '0' } },
    { id: 1, metric: 'dicom_req_duration', tags: { service: 'C-FIND', stage: '1' } },
    { id: 2, metric: 'dicom_reqs', tags: {} },
    { id: 3, metric: 'checks', tags: {} },
  ]);
  return engine;
}

function send(engine: Engine, ...samples: (readonly [number, number])[]): void {
  engine.ingest(0, {
    n: samples.length,
    series: Uint32Array.from(samples, ([id]) => id),
    value: Float64Array.from(samples, ([, value]) => value),
    time: new Float64Array(samples.length),
  });
}

const one = (threshold: string, rest: Partial<ThresholdSpec> = {}): ThresholdSpec[] => [
  { threshold, ...rest },
];

describe('the grammar', () => {
  it.each([
    ['p(95)<2000', { method: { kind: 'percentile', p: 95 }, operator: '<', limit: 2000 }],
    ['  p( 99.9 )  <=  1.5e3 ', { method: { kind: 'percentile', p: 99.9 }, limit: 1500 }],
    ['med>=-3', { method: { kind: 'percentile', p: 50 }, operator: '>=', limit: -3 }],
    ['rate===0.02', { method: { kind: 'rate' }, operator: '===' }],
    ['count!=7', { operator: '!=', limit: 7 }],
  ])('reads %s', (text, expected) => {
    expect(parseExpression(text)).toMatchObject(expected);
  });

  it.each(['', 'p(95)', 'p(101)<1', 'p95<1', 'rate<', 'rate<x', 'rate=1', 'rate<1 and rate>0'])(
    'refuses "%s"',
    (text) => expect(parseExpression(text)).toBeNull(),
  );

  it('reads selectors with several and with quoted values', () => {
    expect(parseSelector(' m{ a:b , "c":"x" }')?.tags).toEqual({ a: 'b', '"c"': 'x' });
    expect(parseSelector('m{a:"b, c:d"}')?.tags).toEqual({ a: 'b, c:d' });
    expect(parseSelector('m{a}')).toBeNull();
    expect(parseSelector('m m')).toBeNull();
  });

  it('names everything wrong at once, with a suggestion', () => {
    const problems = checkThresholds(
      {
        dicom_req_duratoin: one('p(95)<1'),
        dicom_req_failed: one('p(95)<1'),
        'dicom_reqs{service:C-STORE}': one('count>>1'),
        my_trend: one('avg<1'),
        'a b': [],
      },
      CUSTOM,
    );
    expect(problems.map(({ code }) => code)).toEqual([
      'CONFIG_THRESHOLD_METRIC',
      'CONFIG_THRESHOLD_METHOD',
      'CONFIG_THRESHOLD_EXPRESSION',
      'CONFIG_THRESHOLD_METRIC',
    ]);
    expect(problems[0]?.hint).toBe('did you mean dicom_req_duration?');
    expect(problems[1]?.hint).toContain('a rate has rate');
  });
});

describe('verdicts', () => {
  it('judges whole metrics and sub-metrics by tags, stages included', () => {
    const engine = start({
      dicom_req_duration: one('max<100'),
      'dicom_req_duration{service:C-STORE}': one('p(95)<10'),
      'dicom_req_duration{service:C-FIND,stage:1}': one('p(95)<10'),
    });
    send(engine, [0, 5], [1, 50]);
    engine.finish(1000, 1000);
    expect(engine.thresholds().map(({ verdict, observed }) => [verdict, observed])).toEqual([
      ['ok', 50],
      ['ok', 5],
      ['failed', 50],
    ]);
  });

  it('takes the rate of a counter over the run and that of a rate over its samples', () => {
    const engine = start({ dicom_reqs: one('rate>=2'), checks: one('rate>0.9') });
    send(engine, [2, 8], [3, 1], [3, 1], [3, 0]);
    engine.finish(5000, 4000);
    expect(engine.thresholds()).toMatchObject([
      { verdict: 'ok', observed: 2 },
      { verdict: 'failed', observed: 2 / 3 },
    ]);
  });

  it('says no data: failed for requests and checks, and for a counter that may not be zero', () => {
    const engine = start({
      dicom_delivery_missing: one('count==0'),
      'dicom_req_failed{service:C-MOVE}': one('rate<1'),
      checks: one('rate>0.9'),
      my_trend: [{ threshold: 'avg<1' }, { threshold: 'avg>1' }],
      iterations: [{ threshold: 'count<1' }, { threshold: 'count>1' }],
    });
    expect(engine.finish(1000, 1000).changed.map(({ metric }) => metric)).toEqual([
      'dicom_delivery_missing',
      'dicom_req_failed{service:C-MOVE}',
      'checks',
      'iterations',
    ]);
    expect(engine.thresholds().map(({ verdict, failed }) => `${verdict} ${failed}`)).toEqual([
      'no data true',
      'no data true',
      'no data true',
      'no data false',
      'no data false',
      'no data false',
      'no data true',
    ]);
  });

  it('counts an event that did not happen as 0 where it could have happened', () => {
    const engine = start({
      dicom_assoc_aborted: one('count==0'),
      'dicom_assoc_aborted{called_aet:A,status:1}': one('count==0'),
      'dicom_assoc_aborted{called_aet:B}': one('count==0'),
      'dicom_reqs{status:A700}': one('count==0'),
      'dicom_reqs{service:C-MOVE}': one('count==0'),
      dicom_faults: one('count>0'),
      'dicom_req_failed{status:A700}': one('rate==0'),
    });
    engine.addSeries(1, [{ id: 0, metric: 'dicom_assocs', tags: { called_aet: 'A' } }]);
    engine.ingest(1, {
      n: 1,
      series: Uint32Array.of(0),
      value: Float64Array.of(1),
      time: Float64Array.of(0),
    });
    send(engine, [2, 1]);
    engine.finish(1000, 1000);
    expect(engine.thresholds().map(({ verdict, failed }) => `${verdict} ${failed}`)).toEqual([
      'ok false',
      'ok false',
      'no data true',
      'ok false',
      'no data true',
      'failed true',
      'no data true',
    ]);
  });

  it('tells of a crossing once, at the tick that sees it', () => {
    const engine = start({ dicom_req_duration: one('max<100') });
    const changed: [number, string][] = [];
    for (let second = 1; second <= 10; second++) {
      send(engine, [0, second === 5 ? 200 : 1]);
      for (const result of engine.tick(second * 1000).changed) {
        changed.push([second, result.verdict]);
      }
    }
    // evaluated every 2 s: seconds 1, 3, 5, …
    expect(changed).toEqual([[5, 'failed']]);
    expect(engine.thresholds()[0]?.firstFailedMs).toBe(5000);
  });
});

describe('aborting', () => {
  const abortAt = (spec: Partial<ThresholdSpec>): number => {
    const engine = start({ dicom_req_duration: one('max<100', spec) });
    for (let second = 1; second <= 20; second++) {
      send(engine, [0, 500]);
      const tick: Tick = engine.tick(second * 1000);
      if (tick.abort !== null) return second;
    }
    return 0;
  };

  it('asks to stop only with abortOnFail, and not before delayAbortEval', () => {
    expect(abortAt({})).toBe(0);
    expect(abortAt({ abortOnFail: true })).toBe(1);
    expect(abortAt({ abortOnFail: true, delayAbortEval: 10_000 })).toBe(11);
  });
});

describe('advisory thresholds', () => {
  it('are judged and shown, and are no reason to fail', () => {
    const engine = start({ dicom_req_duration: one('max<100', { advisory: true }) });
    send(engine, [0, 500]);
    engine.finish(1000, 1000);
    const [result] = engine.thresholds();
    expect(result).toMatchObject({ verdict: 'failed', failed: false, advisory: true });
    expect(result?.observed).toBe(500);
  });
});

describe('thresholds against another metric', () => {
  const SLOWER = 'p(95)<=3*dicom_req_duration{service:C-STORE}';
  const slower = (stores: readonly number[], finds: readonly number[]): Engine => {
    const engine = start({ 'dicom_req_duration{service:C-FIND}': one(SLOWER) });
    send(engine, ...stores.map((ms) => [0, ms] as const), ...finds.map((ms) => [1, ms] as const));
    engine.finish(1000, 1000);
    return engine;
  };

  it('take the same method of both', () => {
    expect(slower([10, 20], [60]).thresholds()).toMatchObject([
      { verdict: 'ok', observed: 60, limit: 60 },
    ]);
    expect(slower([10, 20], [61]).thresholds()).toMatchObject([
      { verdict: 'failed', failed: true, observed: 61, limit: 60 },
    ]);
  });

  it('have no data when one of the two has none', () => {
    for (const engine of [slower([], [5]), slower([5], [])]) {
      expect(engine.thresholds()).toMatchObject([{ verdict: 'no data', failed: true }]);
    }
  });

  it('are checked on both sides', () => {
    const codes = (threshold: string): string[] =>
      checkThresholds({ dicom_req_duration: one(threshold) }, CUSTOM).map(({ code }) => code);
    expect(codes('avg < 2 * my_trend')).toEqual([]);
    expect(codes('avg<2*nothing')).toEqual(['CONFIG_THRESHOLD_METRIC']);
    expect(codes('avg<2*m{a}')).toEqual(['CONFIG_THRESHOLD_METRIC']);
    expect(codes('avg<2*dicom_reqs')).toEqual(['CONFIG_THRESHOLD_METHOD']);
  });
});

describe('growth of a gauge', () => {
  it('is the last value above the lowest, over the run or a window', () => {
    const engine = start({ generator_rss: [...one('growth<=60'), ...one('growth<40')] });
    for (const [second, value] of [120, 100, 180, 150].entries()) {
      engine.addSeries(0, [{ id: 9, metric: 'generator_rss', tags: {} }]);
      engine.ingest(0, {
        n: 1,
        series: Uint32Array.of(9),
        value: Float64Array.of(value),
        time: Float64Array.of(second * 1000),
      });
      engine.tick(second * 1000 + 1000);
    }
    engine.finish(5000, 4000);
    expect(engine.thresholds()).toMatchObject([
      { verdict: 'ok', observed: 50 },
      { verdict: 'failed', observed: 50 },
    ]);
  });
});

describe('windows', () => {
  it('fails for good when one window breaches, though the whole run would pass', () => {
    const engine = start({
      'dicom_req_duration{service:C-STORE}': [
        { threshold: 'p(95)<100', window: 5_000 },
        { threshold: 'p(95)<100' },
      ],
    });
    const failedAt: number[] = [];
    for (let second = 1; second <= 100; second++) {
      send(engine, ...Array.from({ length: 10 }, () => [0, second === 40 ? 500 : 1] as const));
      const tick = engine.tick(second * 1000);
      if (tick.changed.length > 0) failedAt.push(second);
    }
    engine.finish(100_500, 100_000);
    expect(failedAt).toEqual([40]);
    expect(engine.thresholds()).toMatchObject([
      { verdict: 'failed', windowMs: 5000, observed: 500 },
      { verdict: 'ok', observed: 1 },
    ]);
  });

  it('sees every second, also when ticks come late', () => {
    for (const bad of [1, 2, 3, 4]) {
      const engine = start({ dicom_req_duration: one('max<100', { window: 1_000 }) });
      for (let second = 1; second <= 5; second++) {
        send(engine, [0, second === bad ? 500 : 1]);
        engine.tick(second * 1000 + 7);
      }
      engine.finish(5500, 5400);
      expect(engine.thresholds()).toMatchObject([{ verdict: 'failed', observed: 500 }]);
    }
  });

  it('judges a run shorter than the window as a whole', () => {
    const engine = start({ dicom_reqs: one('count>2', { window: 60_000 }) });
    send(engine, [2, 3]);
    expect(engine.tick(1000).changed).toEqual([]);
    engine.finish(2000, 2000);
    expect(engine.thresholds()).toMatchObject([{ verdict: 'ok', observed: 3 }]);
  });
});
