import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import type { CustomMetric, ThresholdConfig } from '../engine-types.ts';
import type { RunFacts } from '../facts.ts';
import { summarise } from '../summarise.ts';
import type { DeliveryAccount, Summary } from '../summary.ts';
import { plainFacts } from '../../tests/facts-fixture.ts';

type Sample = readonly [metric: string, value: number, tags?: Readonly<Record<string, string>>];

interface Made {
  readonly thresholds?: ThresholdConfig;
  readonly facts?: Partial<RunFacts>;
  readonly custom?: readonly CustomMetric[];
  readonly maxSeries?: number;
}

/** The summary of a run of 30 s with these samples, through the real engine. */
function run(samples: readonly Sample[], made: Made = {}): Summary {
  const { thresholds = {}, custom = [], maxSeries = 5000 } = made;
  const onWarning = (): void => undefined;
  const engine = createEngine({ thresholds, customMetrics: custom, maxSeries, onWarning });
  for (const [metric, value, tags = {}] of samples) engine.sample(metric, tags, value);
  engine.finish(30_000, 30_000);
  const thresholdKeys = Object.keys(thresholds);
  const facts = plainFacts(30_000, { thresholdKeys, ...made.facts });
  return summarise(engine.totals(), engine.thresholds(), facts);
}

const times = (n: number, ...sample: Sample): Sample[] => Array.from({ length: n }, () => sample);
const one = (threshold: string) => [{ threshold }];
const ITERATION: readonly Sample[] = [
  ['iterations', 1],
  ['iteration_failed', 0],
];
const THROWN: readonly Sample[] = [
  ['iterations', 1],
  ['iteration_failed', 1],
];
const STORE = { service: 'C-STORE', status: '0000' };
const STORED: readonly Sample[] = [
  ['dicom_reqs', 1, STORE],
  ['dicom_req_failed', 0, STORE],
];
const REFUSED: readonly Sample[] = [
  ['dicom_reqs', 1, { ...STORE, status: 'A700' }],
  ['dicom_req_failed', 1, { ...STORE, status: 'A700' }],
];
const stored = (n: number): Sample[] => Array.from({ length: n }, () => STORED).flat();
const strayErrors = (
  ...all: readonly (readonly [operation: string, code: string, count: number])[]
): RunFacts['errors'] => ({
  total: all.length,
  groupsOmitted: 0,
  groups: all.map(([operation, code, count]) => ({
    ...{ group: operation, operation, code, count, firstMs: 0, lastMs: 0, message: 'x' },
  })),
});
const account = (route: string, over: Partial<DeliveryAccount>): DeliveryAccount => ({
  ...{ route, accepted: 50, arrived: 50, unique: 50, missing: 0, late: 0, duplicated: 0 },
  ...{ corrupted: 0, unexpected: 0 },
  ...over,
});

describe('the word', () => {
  it('is PASS when an iteration finished, something was tested and every threshold holds', () => {
    const { verdict } = run([...ITERATION, ...stored(3), ['vus', 2]], {
      thresholds: { dicom_req_failed: one('rate<0.01') },
    });
    expect(verdict).toMatchObject({ state: 'pass', passed: true, exitCode: 0, notes: [] });
    expect(verdict.reason).toBe('3 images by 2 senders in 30 s, all accepted');
    expect(verdict.judged).toBe('the one threshold holds');
  });

  it.each<[string, readonly Sample[], string]>([
    [
      'failed checks',
      [...times(37, 'checks', 1), ...times(3, 'checks', 0)],
      '3 of 40 checks failed: no threshold judges checks',
    ],
    [
      'iterations that threw',
      THROWN,
      '1 of 2 iterations threw an exception: no threshold judges iteration_failed',
    ],
    [
      'failed requests',
      [...stored(3), ...REFUSED],
      '1 of 4 requests failed: no threshold judges dicom_req_failed',
    ],
    [
      'dropped iterations over 5 %',
      [...stored(1), ['dropped_iterations', 1]],
      '1 of 2 iterations due were dropped (50 %): no threshold judges dropped_iterations',
    ],
    ['nothing tested', [], 'nothing was tested: no request, no check, no threshold with data'],
  ])('is DONE with a line for %s', (_, samples, note) => {
    const { verdict } = run([...ITERATION, ...samples]);
    expect(verdict).toMatchObject({ state: 'done', passed: true, exitCode: 0, notes: [note] });
  });

  it.each<[string, Partial<RunFacts>, string]>([
    [
      'exceptions outside of iterations',
      { errors: strayErrors(['timer', 'SCRIPT_EXCEPTION', 2], ['vuTeardown', 'SCRIPT_ERROR', 1]) },
      '3 exceptions outside of iterations (timer, vuTeardown): no metric counts them',
    ],
    [
      'a rejection that nobody awaited',
      { errors: strayErrors(['iteration', 'SCRIPT_UNHANDLED_REJECTION', 1]) },
      '1 exception outside of iterations (promise not awaited): no metric counts them',
    ],
    [
      'one of two scenarios that did nothing to its end',
      { scenarios: ['stores', 'queries'] },
      'no iteration of scenario "queries" finished',
    ],
    [
      'an iteration that hung',
      { errors: strayErrors(['iteration', 'SCRIPT_HANG', 1]) },
      '1 iteration did not yield and had to be cut off',
    ],
    ['a worker that died', { replaced: 1 }, '1 worker died in the middle of iterations'],
    [
      'images that came twice',
      { accounts: [account('CT', { duplicated: 2 })] },
      '2 images arrived more often than sent: no threshold judges dicom_delivery_duplicated',
    ],
    [
      'images that nobody accounts for',
      { accounts: [account('CT', { unexpected: 1 })] },
      '1 image arrived that no accepted store accounts for: no threshold judges dicom_delivery_unexpected',
    ],
  ])('is DONE with a line for %s', (_, facts, note) => {
    const of = { scenario: 'stores' };
    const samples: Sample[] = [['iterations', 1, of], ['iteration_failed', 0, of], ...stored(1)];
    const { verdict } = run(samples, { facts });
    expect(verdict).toMatchObject({ state: 'done', exitCode: 0, notes: [note] });
  });

  it('is PASS where a threshold judges what failed, and where few were dropped', () => {
    const failing: Sample[] = [...times(9, 'checks', 1), ['checks', 0, { check: 'a' }]];
    const holds = (thresholds: ThresholdConfig) => run([...ITERATION, ...failing], { thresholds });
    expect(holds({ checks: one('rate>0.5') }).verdict.state).toBe('pass');
    expect(holds({ 'checks{check:a}': one('rate<1') }).verdict.state).toBe('pass');
    expect(holds({ 'checks{check:b}': [] }).verdict.state).toBe('done');
    const few = [...times(96, 'iterations', 1), ['dropped_iterations', 4] as const, ...stored(1)];
    expect(run([...few, ['iteration_failed', 0]]).verdict.state).toBe('pass');
  });
});

describe('the headline', () => {
  it.each<[string, readonly Sample[], string]>([
    [
      'refused as expected',
      times(2, 'dicom_reqs', 1, { ...STORE, status: 'A700' }),
      '2 not accepted',
    ],
    ['broken off on purpose', times(1, 'dicom_reqs', 1, { service: 'C-STORE' }), '1 not accepted'],
    [
      'taken with a warning',
      times(2, 'dicom_reqs', 1, { ...STORE, status: 'B000' }),
      'all accepted',
    ],
  ])('images %s', (_, samples, words) => {
    const { verdict } = run([...ITERATION, ...stored(1), ...samples]);
    expect(verdict.state).toBe('pass');
    expect(verdict.reason).toBe(`${samples.length + 1} images in 30 s, ${words}`);
  });
});

describe('FAIL, whatever the thresholds', () => {
  const DROPPED: readonly Sample[] = [['dropped_iterations', 12]];
  it.each<[string, readonly Sample[], number, string]>([
    [
      'every iteration threw',
      [...THROWN, ...THROWN, ...stored(1)],
      0,
      'no iteration finished: all 2 iterations threw an exception',
    ],
    ['all interrupted', [], 3, 'no iteration finished: all 3 iterations were interrupted'],
    [
      'some threw, the rest was interrupted',
      THROWN,
      2,
      'no iteration finished: 1 threw an exception, 2 were interrupted',
    ],
    ['none began', DROPPED, 0, 'no iteration was run: all 12 iterations due were dropped'],
    [
      'no VU came to life',
      times(2, 'iteration_failed', 1, { phase: 'vuInit' }),
      0,
      'no iteration was run: vuInit failed 2 times and never succeeded',
    ],
    ['nothing was due', [], 0, 'no iteration was run'],
    ['no request succeeded', [...ITERATION, ...REFUSED, ...REFUSED], 0, 'all 2 requests failed'],
    [
      'no association opened',
      [...ITERATION, ['dicom_assoc_failed', 1]],
      0,
      'the one association failed',
    ],
  ])('%s', (_, samples, interrupted, reason) => {
    const { verdict } = run(samples, { facts: { interrupted } });
    expect(verdict).toMatchObject({ state: 'fail', passed: false, exitCode: 99, reason });
    expect(verdict.notes?.filter((note) => note.includes('iteration'))).toEqual([]);
  });

  it.each([true, false])('points are not stored and --strict-output is %s', (strictOutput) => {
    const lost = { name: 'influxdb', destination: '', written: 1, rejected: 1, unwritten: 560 };
    const { verdict } = run(ITERATION, { facts: { outputs: [lost], strictOutput } });
    const reasons = strictOutput ? ['output influxdb: 561 points not stored'] : [];
    expect(verdict).toMatchObject({ exitCode: strictOutput ? 112 : 0, reasons, warnings: [] });
  });

  const accounts = [account('CT', { missing: 1 }), account('MR', { accepted: 61, missing: 1 })];

  it('images are missing and no threshold of the script names deliveries', () => {
    const { verdict } = run([...ITERATION, ...stored(111)], {
      thresholds: { dicom_req_failed: one('rate<0.01') },
      facts: { accounts },
    });
    expect(verdict).toMatchObject({ state: 'fail', exitCode: 99 });
    expect(verdict.reason).toBe('2 of 111 images did not arrive (CT 1, MR 1)');
    expect(verdict.judged).toBe('the one threshold holds');
  });

  it.each<[string, Partial<DeliveryAccount>, string]>([
    ['missing', { missing: 2 }, '2 of 50 images did not arrive'],
    ['changed', { corrupted: 3 }, '3 of 50 images arrived changed'],
  ])('images are %s, whatever else of deliveries is judged', (_, lost, reason) => {
    const { verdict } = run([...ITERATION, ...stored(50), ['dicom_delivery_duration', 5]], {
      thresholds: { dicom_delivery_duration: one('p(95)<50'), dicom_delivery_late: [] },
      facts: { accounts: [account('CT', lost)] },
    });
    expect(verdict).toMatchObject({ state: 'fail', exitCode: 99, reason });
  });

  it('images arrived changed', () => {
    const { verdict } = run([...ITERATION, ...stored(50)], {
      facts: { accounts: [account('CT', { corrupted: 3 })] },
    });
    expect(verdict).toMatchObject({ exitCode: 99, reason: '3 of 50 images arrived changed' });
  });

  // A STOW-RS request that broke off was sent, and so was a store that was refused.
  it('images arrived unexpected: that nobody sent them is not said, as nobody knows', () => {
    const { verdict } = run([...ITERATION, ...stored(50), ['dicom_delivery_unexpected', 2]], {
      thresholds: { dicom_delivery_unexpected: one('count==0') },
    });
    const reason = '2 images arrived that no accepted store accounts for';
    expect(verdict).toMatchObject({ exitCode: 99, reason });
  });

  it('but not when the script says by [] that it bears loss: then it is said', () => {
    const { verdict } = run([...ITERATION, ...stored(111)], {
      thresholds: { dicom_delivery_missing: [] },
      facts: { accounts },
    });
    expect(verdict).toMatchObject({ state: 'done', exitCode: 0 });
    expect(verdict.notes).toEqual([
      '2 of 111 images did not arrive (CT 1, MR 1): no threshold judges dicom_delivery_missing',
    ]);
  });

  it('and how the run ended says more than what is lost by it', () => {
    const exit = { code: 105, reason: 'interrupted by SIGINT' };
    const { verdict } = run([], { facts: { exit, accounts } });
    expect(verdict).toMatchObject({ exitCode: 105, reason: exit.reason, state: 'fail' });
  });
});

describe('a threshold without data', () => {
  it('is not PASS where none had data', () => {
    const custom = [{ name: 'mine', type: 'trend', isTime: true }] as const;
    const { verdict } = run([...ITERATION, ...stored(3)], {
      ...{ thresholds: { mine: one('p(95)<500') }, custom },
    });
    expect(verdict).toMatchObject({ state: 'done', notes: ['the one threshold had no data'] });
  });

  it.each([
    ['dicom_req_duration', 'p(95)<500'],
    ['dicom_reqs{service:C-MOVE}', 'count<1'],
    ['checks', 'rate>0.9'],
    ['checks{check:a}', 'rate>0.9'],
  ])('on %s fails the run', (metric, threshold) => {
    const { verdict, thresholds } = run(ITERATION, { thresholds: { [metric]: one(threshold) } });
    expect(thresholds[0]).toMatchObject({ verdict: 'no data', failed: true });
    expect(verdict).toMatchObject({ exitCode: 99, state: 'fail' });
    expect(verdict.reason).toBe(`threshold ${metric} ${threshold}: no data`);
  });

  it('of other metrics is neither held nor crossed, and the headline counts it', () => {
    const custom = [{ name: 'found', type: 'trend', isTime: true }] as const;
    const thresholds = { found: one('avg>5'), iterations: one('count>0'), checks: one('rate>0.5') };
    const { verdict } = run([...ITERATION, ['checks', 1]], { thresholds, custom });
    expect(verdict.judged).toBe('2 of 3 thresholds hold, 1 without data');
    expect(verdict).toMatchObject({ state: 'pass', exitCode: 0 });
  });

  it('of a counter fails the run when zero is not what was asked for', () => {
    const custom = [{ name: 'found', type: 'counter', isTime: false }] as const;
    const judged = (text: string) =>
      run([...ITERATION, ['checks', 1]], { thresholds: { found: one(text) }, custom });
    expect(judged('count>0').verdict.exitCode).toBe(99);
    expect(judged('count<5').verdict.judged).toBe('0 of 1 threshold holds, 1 without data');
  });

  it('knows that nothing dropped is none dropped', () => {
    const { thresholds } = run(ITERATION, { thresholds: { dropped_iterations: one('count<10') } });
    expect(thresholds[0]).toMatchObject({ verdict: 'ok', observed: 0 });
  });

  it.each([
    [
      'dicom_req_duration{servce:C-STORE}',
      /no data \(no tag "servce"; did you mean "service"\?\)$/,
    ],
    [
      'dicom_req_duration{service:C-Store}',
      /no data \(service was never "C-Store", but C-STORE\)$/,
    ],
    ['dicom_req_duration{site:north}', /no data$/],
  ])('says what may be misspelt: %s', (metric, reason) => {
    const duration: Sample = ['dicom_req_duration', 1, { service: 'C-STORE' }];
    const { verdict } = run([...ITERATION, duration], {
      thresholds: { [metric]: one('p(95)<500') },
    });
    expect(verdict.reason).toMatch(reason);
  });
});

describe('every summary', () => {
  it('has what the script declares or tracks, with zeros', () => {
    const custom = [
      { name: 'lost', type: 'counter', isTime: false },
      { name: 'level', type: 'gauge', isTime: false },
      { name: 'good', type: 'rate', isTime: false },
      { name: 'wait', type: 'trend', isTime: true },
    ] as const;
    const summary = run(ITERATION, {
      custom,
      thresholds: { 'lost{route:CT}': [], 'wait{a:b}': [] },
    });
    expect(
      summary.custom.map(({ name, values }) => [name, Object.values(values).every((v) => v === 0)]),
    ).toEqual(custom.map(({ name }) => [name, true]));
    expect(summary.metrics).toMatchObject({
      lost: { values: { count: 0, rate: 0 } },
      'lost{route:CT}': { values: { count: 0 } },
      good: { values: { rate: 0, passes: 0, fails: 0 } },
      'wait{a:b}': { values: { avg: 0, 'p(95)': 0 } },
    });
  });

  it('counts over all samples, also those of overflow series', () => {
    const checks = Array.from({ length: 200 }, (_, i): Sample => [
      'checks',
      i < 100 ? 1 : 0,
      { check: `c${i}` },
    ]);
    const more = Array.from({ length: 8 }, (_, i): Sample => [
      'dicom_reqs',
      1,
      { ...STORE, status: `A${i}` },
    ]);
    const summary = run([...ITERATION, ...checks, ...more], { maxSeries: 102 });
    expect(summary.checks).toMatchObject({
      passes: 100,
      fails: 100,
      overflow: { passes: 0, fails: 100 },
    });
    expect(summary.operations.map(({ service, count }) => [service, count])).toEqual([
      ['other series', 8],
    ]);
  });
});

describe('the headline', () => {
  it.each<[Partial<DeliveryAccount>, string]>([
    [{ compared: 50 }, '50 images by 20 senders in 30 s, all arrived, none changed'],
    [{}, '50 images by 20 senders in 30 s, all arrived'],
    [{ compared: 49 }, '50 images by 20 senders in 30 s, all arrived'],
    [
      { compared: 47, recoded: 2, unhashed: 1 },
      '50 images by 20 senders in 30 s, all arrived, 2 in another transfer syntax, 1 not compared',
    ],
  ])('says of images that arrived what was looked at: %j', (over, reason) => {
    const { verdict } = run([...ITERATION, ...stored(50), ['vus', 20]], {
      facts: { accounts: [account('CT', over)] },
    });
    expect(verdict.reason).toBe(reason);
  });

  it.each<[string, ThresholdConfig, readonly Sample[], string]>([
    [
      'lost images',
      { dicom_delivery_missing: one('count==0') },
      [['dicom_delivery_missing', 1]],
      'the one image did not arrive',
    ],
    [
      'failed requests',
      { dicom_req_failed: one('rate<0.1') },
      [...stored(3), ...REFUSED],
      '1 of 4 requests failed',
    ],
    [
      'one service',
      { 'dicom_req_failed{service:C-STORE}': one('rate<0.1') },
      [...stored(3), ...REFUSED],
      '1 of 4 C-STORE requests failed',
    ],
    [
      'checks',
      { checks: one('rate==1') },
      [
        ['checks', 1],
        ['checks', 0],
      ],
      '1 of 2 checks failed',
    ],
    [
      'one check',
      { 'checks{check:a b}': one('rate==1') },
      times(3, 'checks', 0, { check: 'a b' }),
      'all 3 "a b" checks failed',
    ],
    [
      'latency',
      { 'dicom_req_duration{service:C-STORE}': one('max<1000') },
      [['dicom_req_duration', 1753, STORE]],
      'max of C-STORE was 1.75 s, not below 1 s',
    ],
    [
      'a metric of its own',
      { iterations: one('count>100') },
      [],
      'threshold iterations count>100: observed 1',
    ],
  ])('tells a crossed threshold as what went wrong: %s', (_, thresholds, samples, reason) => {
    const { verdict } = run([...ITERATION, ...samples], {
      thresholds,
      facts: {
        accounts:
          'dicom_delivery_missing' in thresholds
            ? [account('CT', { accepted: 1, missing: 1 })]
            : [],
      },
    });
    expect(verdict.reason).toBe(reason);
    expect(verdict.judged).toMatch(/^0 of 1 threshold holds, 1 crossed: /);
  });

  it('names the work by what it was', () => {
    const query: Sample = ['dicom_reqs', 1, { service: 'C-FIND', status: '0000' }];
    const echo: Sample = ['dicom_reqs', 1, { service: 'C-ECHO', status: '0000' }];
    expect(run([...ITERATION, query, query, echo, ['vus', 1]]).verdict.did).toBe(
      '2 queries and 1 echo by 1 client in 30 s',
    );
    expect(run([...ITERATION, ['vus', 1]]).verdict.did).toBe('1 iteration by 1 VU in 30 s');
  });
});

describe('an account tells its cause:', () => {
  const warningsOf = (over: Partial<DeliveryAccount>) =>
    run([...ITERATION, ...STORED], { facts: { accounts: [account('GI', over)] } }).verdict.warnings;

  it('nobody delivered', () => {
    expect(warningsOf({ arrived: 0, unique: 0, missing: 50 })).toEqual([
      expect.stringMatching(/^nothing at all arrived by GI: does the router deliver here\?/),
    ]);
    expect(warningsOf({ arrived: 1, unique: 1, missing: 49 })).toEqual([]);
  });

  it('the router gives new UIDs', () => {
    expect(warningsOf({ arrived: 0, unique: 0, missing: 50, unexpected: 48 })).toEqual([
      expect.stringMatching(/see `correlate`/),
    ]);
    expect(warningsOf({ unexpected: 3 })).toEqual([]);
  });
});
