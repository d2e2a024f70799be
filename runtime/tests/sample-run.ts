// A run without peers: deterministic samples through the real engine and the real run log, for
// tests of everything that reads them.
import { createEngine } from '../metrics/engine.ts';
import type { Engine, ThresholdConfig } from '../metrics/engine-types.ts';
import { ErrorBook } from '../metrics/error-book.ts';
import type { RunFacts } from '../metrics/facts.ts';
import { summarise } from '../metrics/summarise.ts';
import type { Summary } from '../metrics/summary.ts';
import { RUNLOG_SCHEMA } from '../runlog/format.ts';
import type { RunRecord } from '../runlog/format.ts';
import { RunLogWriter } from '../runlog/writer.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

export const SAMPLE_T0 = Date.UTC(2026, 10, 21, 4, 12, 0);

const SERVICES = ['C-STORE', 'C-FIND'] as const;

export const SAMPLE_THRESHOLDS: ThresholdConfig = {
  'dicom_req_duration{service:C-STORE}': [{ threshold: 'p(95)<2000' }],
  dicom_req_failed: [{ threshold: 'rate<=0.02' }],
  dicom_delivery_missing: [{ threshold: 'count==0' }],
  checks: [{ threshold: 'rate>0.99' }],
};

export interface SampleRunOptions {
  /** Whole seconds of samples. */
  readonly seconds: number;
  readonly perSecond?: number;
  /** Where to write run.ndjson; nothing is written without it. */
  readonly dir?: string;
  readonly id?: string;
  /** Wall clock of the start, ms since the epoch; default {@link SAMPLE_T0}. */
  readonly t0?: number;
  readonly thresholds?: ThresholdConfig;
  /** Stop without totals and end record, as SIGKILL does. */
  readonly killed?: boolean;
  /** Called after each second has been written. */
  readonly onSecond?: (second: number) => Promise<void>;
}

export interface SampleRun {
  readonly engine: Engine;
  readonly summary: Summary;
  readonly facts: RunFacts;
  /** C-STOREs sampled. */
  readonly stores: number;
}

function declarations(): SeriesDecl[] {
  const series: SeriesDecl[] = [];
  const add = (metric: string, tags: Record<string, string>): void => {
    series.push({ id: series.length, metric, tags });
  };
  for (const service of SERVICES) {
    const tags = { scenario: 'gi', service, route: 'HTM_GI', called_aet: 'ROUTER', stage: '0' };
    add('dicom_reqs', { ...tags, modality: 'ES', status: '0000', outcome: 'success' });
    add('dicom_req_duration', { ...tags, modality: 'ES', status: '0000', outcome: 'success' });
    add('dicom_req_failed', tags);
    add('dicom_reqs', { ...tags, modality: 'ES', status: 'A700', outcome: 'failure' });
    add('data_sent', tags);
  }
  add('checks', { scenario: 'gi', check: 'stored' });
  add('checks', { scenario: 'gi', check: 'pixels untouched' });
  add('iterations', { scenario: 'gi' });
  add('iteration_duration', { scenario: 'gi' });
  add('dicom_assocs', { outcome: 'accepted' });
  add('dicom_assocs', { outcome: 'rejected', status: '1-1-7' });
  add('dicom_associating', {});
  add('dicom_delivery_missing', { route: 'HTM_GI' });
  add('dicom_delivery_duration', { route: 'HTM_GI' });
  series.push({
    id: series.length,
    metric: 'queue_length',
    tags: {},
    custom: { type: 'trend', isTime: false },
  });
  const refused = { service: 'C-STORE', modality: 'ES', status: 'A700', outcome: 'failure' };
  add('dicom_req_duration', { scenario: 'gi', ...refused, route: 'HTM_GI', called_aet: 'ROUTER' });
  return series;
}

/** Samples of one second: `n` per service, every 50th C-STORE answered A700. */
function second(n: number, at: number): (readonly [number, number])[] {
  const samples: (readonly [number, number])[] = [];
  for (let i = 0; i < n; i++) {
    const k = at * n + i;
    SERVICES.forEach((_, s) => {
      const failed = s === 0 && k % 50 === 49;
      const first = s * 5;
      samples.push([first + (failed ? 3 : 0), 1], [first + 2, failed ? 1 : 0]);
      samples.push(
        [failed ? 20 : first + 1, 5 + ((k * 7919) % 1000) / 10 + s * 30],
        [first + 4, 131_072],
      );
    });
    samples.push([10, 1], [11, k % 200 === 199 ? 0 : 1], [19, k % 17]);
    if (i % 4 === 0) samples.push([12, 1], [13, 150 + (k % 50)], [14, 1], [16, 3.5], [18, 42 + i]);
  }
  if (at === 3) samples.push([15, 1]);
  samples.push([17, 0]);
  return samples;
}

/** Runs it; resolves when the log is closed. */
export async function sampleRun(options: SampleRunOptions): Promise<SampleRun> {
  const thresholds = options.thresholds ?? SAMPLE_THRESHOLDS;
  const engine = createEngine({ thresholds, onWarning: () => undefined });
  const series = declarations();
  engine.addSeries(0, series);
  const log =
    options.dir === undefined
      ? null
      : new RunLogWriter(options.dir, (message) => {
          throw new Error(message);
        });
  log?.append(runRecord(options, thresholds));
  log?.append({ k: 'event', at: 0, type: 'start', title: 'start', text: 'gi-routing.ts' });
  log?.flush();
  const errors = new ErrorBook();
  const n = options.perSecond ?? 20;
  let stores = 0;
  for (let at = 0; at < options.seconds; at++) {
    const samples = second(n, at);
    engine.ingest(0, {
      n: samples.length,
      series: Uint32Array.from(samples, ([id]) => id),
      value: Float64Array.from(samples, ([, value]) => value),
      time: Float64Array.from(samples, (_, i) => at * 1000 + i),
    });
    engine.sample('vus', {}, Math.min(50, 1 + at));
    engine.sample('vus_max', {}, 50);
    stores += n;
    const failures = samples.filter(([id]) => id === 3).length;
    if (failures > 0) {
      const entry = errorEntry(at * 1000 + 500, failures);
      errors.add(entry);
      log?.append({ k: 'error', ...entry });
    }
    const tick = engine.tick((at + 1) * 1000);
    log?.appendTick(tick);
    log?.flush();
    await options.onSecond?.(at);
  }
  const elapsedMs = options.seconds * 1000;
  const facts = sampleFacts(options, elapsedMs, errors);
  if (options.killed === true) {
    log?.close();
    return { engine, facts, stores, summary: summarise(engine.totals(), [], facts) };
  }
  const last = engine.finish(elapsedMs + 200, elapsedMs);
  const summary = summarise(engine.totals(), engine.thresholds(), facts);
  log?.appendTick(last);
  log?.appendTotals(engine.totals(), last.at, elapsedMs);
  log?.append({
    k: 'event',
    at: elapsedMs,
    type: 'end',
    title: 'end',
    text: summary.verdict.reason,
  });
  log?.append({ k: 'end', at: elapsedMs, facts, thresholds: engine.thresholds() });
  log?.close();
  return { engine, summary, facts, stores };
}

function runRecord(options: SampleRunOptions, thresholds: ThresholdConfig): RunRecord {
  return {
    k: 'run',
    schema: RUNLOG_SCHEMA,
    id: options.id ?? 'sample',
    t0: options.t0 ?? SAMPLE_T0,
    script: 'gi-routing.ts',
    version: '0.1.0',
    mode: 'run',
    target: 'ROUTER@127.0.0.1:11112',
    embedded: false,
    tags: { site: 'lab' },
    thresholds,
    trendStats: [],
    timeUnit: 'ms',
    plan: { regularDurationMs: 60_000 },
    settings: [
      { path: 'scenarios.default', value: '3 VUs for 5s', origin: 'flag --vus' },
      { path: 'settle', value: '30s', origin: 'default' },
      { path: 'influxdb.password', value: '***', origin: '.env' },
    ],
  };
}

function errorEntry(at: number, count: number) {
  return {
    group: 'C-STORE status A700 ROUTER',
    operation: 'C-STORE',
    code: 'status A700',
    calledAET: 'ROUTER',
    scenario: 'gi',
    message: 'ROUTER answered C-STORE with A700 (refused: out of resources)',
    hint: 'the peer has no room or too many associations; lower the load or look at its disk',
    where: 'gi-routing.ts:21:23',
    instances: [{ instance: '…120001000003', atMs: at, durationMs: 3.5 }],
    at,
    count,
  };
}

function sampleFacts(options: SampleRunOptions, durationMs: number, errors: ErrorBook): RunFacts {
  const accepted = 1000;
  return {
    run: {
      id: options.id ?? 'sample',
      script: 'gi-routing.ts',
      version: '0.1.0',
      mode: 'run',
      startedAt: new Date(SAMPLE_T0).toISOString(),
      endedAt: new Date(SAMPLE_T0 + durationMs).toISOString(),
      durationMs,
      target: 'ROUTER@127.0.0.1:11112',
      embedded: false,
      tags: { site: 'lab' },
      truncated: false,
    },
    exit: { code: 0, reason: '' },
    interrupted: 1,
    accounts: [
      {
        route: 'HTM_GI',
        accepted,
        arrived: accepted,
        unique: accepted,
        missing: 0,
        late: 0,
        duplicated: 0,
        corrupted: 0,
        unexpected: 0,
      },
    ],
    errors: errors.summary(),
    generator: {
      saturated: false,
      reasons: [],
      cpuMean: 41,
      cpuMax: 63,
      loopLagMaxMs: 4.2,
      rssMaxBytes: 181e6,
    },
    cases: [],
    outputs: [],
    strictOutput: false,
    files: [{ path: 'results/sample/summary.json', what: 'summary' }],
    next: ['dicomrun report results/sample'],
    warnings: [],
    trendStats: [],
    timeUnit: 'ms',
  };
}
