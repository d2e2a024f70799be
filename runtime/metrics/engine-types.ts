// The engine as its callers see it: samples in, one Tick a second out, Totals at the end.
import type { MetricType } from '../../api/k6/metric-table.ts';
import type { Buckets } from './distribution/buckets.ts';
import type { ScatterPoints } from './distribution/scatter.ts';
import type { SampleColumns, SeriesDecl } from './samples.ts';
import type { Silence } from './judge/silence.ts';
import type { ThresholdResult } from './summary.ts';
import type { Totals, ViewKey } from './totals.ts';

/** What came of one series since a tick: enough for another engine to count it as its own. */
export interface SeriesInterval {
  readonly id: number;
  readonly type: MetricType;
  /** Samples. */
  readonly n: number;
  /** Of a rate, the number of ones. */
  readonly sum: number;
  /** Trend and gauge only, as all below. */
  readonly min: number;
  readonly max: number;
  /** Gauge: the value with the latest time (ms since t0). */
  readonly last: number;
  readonly lastTime: number;
  /** Trend: how many samples in which bucket. */
  readonly buckets: Buckets;
}

/** What an engine was given since its last tick, for another one. */
export interface EngineShare {
  /** Series that were not told before. */
  readonly series: readonly SeriesDecl[];
  readonly intervals: readonly SeriesInterval[];
}

/** One threshold. */
export interface ThresholdSpec {
  /** As written: `p(95)<2000`. */
  readonly threshold: string;
  readonly abortOnFail?: boolean;
  /** ms. */
  readonly delayAbortEval?: number;
  /** Judged and shown, but no reason to fail the run. */
  readonly advisory?: boolean;
  /** Without data it is not judged, whatever its metric. */
  readonly optional?: boolean;
  /** Sliding window in ms: judged over the last so many ms instead of the whole run. */
  readonly window?: number;
}

/** Metric or selector -> expressions; an empty list only tracks the sub-metric. */
export type ThresholdConfig = Readonly<Record<string, readonly ThresholdSpec[]>>;

/** A metric that the script makes, known from the init pass. */
export interface CustomMetric {
  readonly name: string;
  readonly type: MetricType;
  readonly isTime: boolean;
}

export interface EngineOptions {
  readonly thresholds: ThresholdConfig;
  /** For thresholds on metrics of the script. */
  readonly customMetrics?: readonly CustomMetric[];
  /** More ways to add up, by the names of their tags: `service+vu`. */
  readonly views?: readonly string[];
  /** Series beyond this fold into one overflow series per metric; default 5,000. */
  readonly maxSeries?: number;
  /** Said once per cause: overflow, rejected values. */
  readonly onWarning: (message: string, hint: string) => void;
}

export interface ViewDecl extends ViewKey {
  /** Dense, from 0. */
  readonly id: number;
}

/**
 * The increment of one view in one interval: `[view, …]`, then by type
 * trend `count sum min max p50 p90 p95 p99 p999` (ms or plain),
 * counter `count samples`, rate `passes fails`, gauge `value min max samples sum`.
 */
export type ViewRow = readonly number[];

/** An encoded histogram (HDR V2, base64) of one view over one 10 s block. */
export type ViewBlock = readonly [view: number, encoded: string];

export interface Tick {
  /** Whole second since t0 that the rows are stamped with; strictly increasing. */
  readonly at: number;
  /** Length of the interval, ms. */
  readonly intervalMs: number;
  /** Views seen for the first time. */
  readonly views: readonly ViewDecl[];
  readonly rows: readonly ViewRow[];
  /** Histograms of ended 10 s blocks, seconds [from, to); a large block comes in several ticks. */
  readonly blocks: readonly {
    readonly from: number;
    readonly to: number;
    readonly views: readonly ViewBlock[];
  }[];
  /** Single requests, for a scatter plot. */
  readonly points: readonly ScatterPoints[];
  /** Thresholds whose verdict changed at this tick. */
  readonly changed: readonly ThresholdResult[];
  /** The threshold that asks for the run to stop, once. */
  readonly abort: ThresholdResult | null;
}

/** The numbers of the live line: the last 10 s, and since the start. */
export interface LiveNumbers {
  readonly services: readonly LiveService[];
  readonly associations: {
    readonly accepted: number;
    readonly failed: number;
    readonly aborted: number;
  };
  readonly delivery: { readonly expected: number; readonly arrived: number } | null;
  readonly sentBytesPerSecond: number;
  readonly receivedBytesPerSecond: number;
  readonly iterations: number;
  readonly dropped: number;
  readonly thresholds: readonly ThresholdResult[];
}

export interface LiveService {
  readonly service: string;
  readonly count: number;
  readonly failed: number;
  /** Over the last 10 s. */
  readonly ratePerSecond: number;
  readonly failedShare: number;
  readonly p50: number;
  readonly p95: number;
}

export interface Engine {
  /** Declares series of one sending thread; thread numbers are the caller's, any integers. */
  addSeries(thread: number, series: readonly SeriesDecl[]): void;
  /** Takes one batch; unknown series ids are a programming error and throw. */
  ingest(thread: number, columns: SampleColumns): void;
  /** One sample of the main thread itself (`vus`, `generator_*`, `target_*`). */
  sample(metric: string, tags: Readonly<Record<string, string>>, value: number): void;
  /** What came since the last tick. To be asked right before the next one. */
  share(): EngineShare;
  /**
   * Takes what another engine shared as samples of the interval that goes on: views, percentiles and
   * verdicts are then those of all samples in one engine. `thread` declared the series.
   */
  absorb(
    thread: number,
    intervals: readonly SeriesInterval[],
    points: readonly ScatterPoints[],
  ): void;
  /**
   * Closes the current interval. Call once a second; `nowMs` is ms since t0. `judgedMs` is the
   * length of the run that thresholds are judged over: default `nowMs`, null = not judged.
   */
  tick(nowMs: number, judgedMs?: number | null): Tick;
  /**
   * The last tick (with its partial block and the final judgement of the thresholds).
   * `elapsedMs` is the length of the run for counter rates. Nothing may be ingested afterwards.
   */
  finish(nowMs: number, elapsedMs: number): Tick;
  thresholds(): readonly ThresholdResult[];
  /** Since the last success, as of the last tick; null where nothing failed since. */
  silence(): Silence | null;
  totals(): Totals;
  live(): LiveNumbers;
  /** Samples taken, and those refused (NaN, negative or too large). */
  readonly counts: {
    readonly samples: number;
    readonly rejected: number;
    /** Samples of series beyond the cap, until the last tick. */
    readonly overflowed: number;
  };
}
