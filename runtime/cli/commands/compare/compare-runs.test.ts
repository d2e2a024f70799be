import { describe, expect, it } from 'vitest';
import type { Summary } from '../../../metrics/summary.ts';
import { broke, compareRuns, doubts } from './compare-runs.ts';
import { compareJson, compareText } from './compare-text.ts';
import type { RunSide } from './run-side.ts';

interface Told {
  readonly p95: number;
  readonly rate: number;
  readonly failed: number;
  /** How far seconds lie apart, as a share. */
  readonly unrest?: number;
  readonly services?: readonly string[];
  readonly run?: object;
  readonly delivery?: { readonly routes: readonly { readonly missing: number }[] };
  readonly exitCode?: number;
}

const SAMPLES = 10_000;

/** A run of 10 s; its seconds go up and down by `unrest`. */
function run(told: Told): RunSide {
  const { p95, rate, failed, unrest = 0, services = ['C-STORE'], exitCode = 0 } = told;
  // Of no period that two runs could share.
  const seconds = (value: number) =>
    Array.from({ length: 10 }, (_, at) => ({
      value: value * (1 + unrest * Math.sin(at * (1 + value))),
      weight: 1,
    }));
  const summary = {
    run: { script: 'a.ts', mode: 'run', truncated: false, ...told.run },
    verdict: { exitCode, reason: 'interrupted by SIGINT', warnings: [] },
    operations: services.map((service) => ({
      ...{ service, ratePerSecond: rate, failed, count: SAMPLES },
    })),
    associations: { requested: 3, accepted: 3 },
    delivery: told.delivery ?? { routes: [] },
    checks: { passes: 0, fails: 0 },
    execution: { iterations: 3, iterationsPerSecond: 3, failed: 0 },
  };
  return {
    summary: summary as unknown as Summary,
    plan: {},
    rates: () => seconds(rate),
    percentiles: () => seconds(p95),
    sampled: (metric) =>
      metric === 'dicom_req_duration'
        ? { samples: SAMPLES, percentile: (p) => (p < 90 ? 1 : p95 + p / 1000) }
        : null,
  };
}

const verdicts = (before: RunSide, after: RunSide) =>
  Object.fromEntries(compareRuns(before, after, 0.1).map((row) => [row.figure, row.verdict]));

const GOOD: Told = { p95: 10, rate: 100, failed: 0 };
const BAD: Told = { p95: 20, rate: 50, failed: 500 };

describe('compareRuns', () => {
  it('tells worse from better by what the figure means', () => {
    expect(verdicts(run(GOOD), run(BAD))).toMatchObject({
      'C-STORE p95': 'worse',
      'C-STORE rate': 'worse',
      'C-STORE failed': 'worse',
      'C-STORE p50': 'same',
    });
    expect(verdicts(run(BAD), run(GOOD))).toMatchObject({
      'C-STORE p95': 'better',
      'C-STORE rate': 'better',
      'C-STORE failed': 'better',
    });
  });

  it('leaves alone what lies within the tolerance', () => {
    const rows = compareRuns(run(GOOD), run({ p95: 10.9, rate: 95, failed: 5 }), 0.1);
    expect(rows.every((row) => row.verdict === 'same')).toBe(true);
    expect(compareText({ rows, broken: [] }, (_, text) => text)).toContain('no regression');
  });

  it('tolerates no further missing image', () => {
    const missing = (n: number) => run({ ...GOOD, delivery: { routes: [{ missing: n }] } });
    expect(verdicts(missing(100), missing(101))).toMatchObject({ missing: 'worse' });
    expect(verdicts(missing(101), missing(101))).toMatchObject({ missing: 'same' });
  });

  it('calls noise what the seconds of the runs differ by anyway', () => {
    const rows = compareRuns(
      run({ ...GOOD, unrest: 0.9 }),
      run({ p95: 13, rate: 80, failed: 0, unrest: 0.9 }),
      0.1,
    );
    const found = Object.fromEntries(rows.map((row) => [row.figure, row.verdict]));
    expect(found).toMatchObject({ 'C-STORE p95': 'noise', 'C-STORE rate': 'noise' });
    const text = compareText({ rows, broken: [] }, (_, word) => word);
    expect(text).toMatch(/C-STORE rate +100\/s +80\/s +-20 % +±\d+ % +noise/);
    expect(text).toMatch(/no regression, [34] changes may be noise/);
  });
});

describe('what no figure shows', () => {
  it('is worse: the run fails now, or has no more of a service', () => {
    const now = run({ ...GOOD, services: ['C-ECHO'], exitCode: 99 });
    const broken = broke(run({ ...GOOD, services: ['C-ECHO', 'C-STORE'] }), now);
    expect(broken).toEqual([
      'only the run after fails: interrupted by SIGINT',
      'the run after has no C-STORE',
    ]);
    const text = compareText({ rows: [], broken }, (_, word) => word);
    expect(text).toContain(`${broken.join('; ')}\n`);
    expect(text).not.toContain('no regression');
    const json: unknown = JSON.parse(compareJson({ rows: [], broken }, ['of another load']));
    expect(json).toEqual({ regression: true, broken, doubts: ['of another load'], figures: [] });
    expect(broke(now, now)).toEqual([]);
    expect(broke(run(GOOD), run({ ...GOOD, exitCode: 105 }))).toEqual([]);
    const other = run({ ...GOOD, services: [], run: { script: 'b.ts' } });
    expect(broke(run(GOOD), other)).toEqual([]);
  });
});

describe('doubts', () => {
  it('names what makes two runs hard to compare', () => {
    expect(doubts(run(GOOD), run(BAD))).toEqual([]);
    const other = run({
      ...GOOD,
      services: ['C-FIND'],
      run: { script: 'x/b.ts', mode: 'smoke', target: 'PACS@host:104' },
      exitCode: 105,
    });
    expect(doubts(run(GOOD), other)).toEqual([
      'the runs are not of the same script: a.ts and b.ts',
      'the runs are not of the same command: run and smoke',
      'the runs are not of the same target: its own and PACS@host:104',
      'only the run before has C-STORE',
      'only the run after has C-FIND',
      'the run after did not come to its end: interrupted by SIGINT',
    ]);
    expect(doubts(run(GOOD), { ...run(GOOD), plan: { vus: 2 } })).toEqual([
      'the runs are not of the same load: see the plan in each report',
    ]);
  });
});
