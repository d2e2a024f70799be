// What the HTML report shows: one summary, one timeline, one distribution per service. Plain JSON,
// the same for the sealed file and for the live page.
import type { ScatterKind } from '../../metrics/distribution/scatter.ts';
import type { Summary } from '../../metrics/summary.ts';
import type { Setting } from '../../runlog/format.ts';

export const REPORT_SCHEMA = 'dicomrun-report/1';

/** A column of a chart; null where nothing was measured in that bucket. */
export type Column = readonly (number | null)[];

export interface Timeline {
  /** Length of one bucket in seconds; the last one may be cut short by the end of the run. */
  readonly bucketSeconds: number;
  /** Start of each bucket, seconds since t0. */
  readonly time: readonly number[];
  /**
   * Columns by name: counters per second, gauges as they were, percentiles in ms. Names:
   * `vus`, `vus_max`, `iterations`, `due` (of a replayed recording), `dropped`, `sent`, `received`, `cpu`, `host_cpu`, `lag`, `rss`,
   * `reqs C-STORE`, `failed C-STORE`, `p50 C-STORE`, `p95 …`, `p99 …`, `max …`,
   * `expected`, `unique`, `missing`, `delivery p50`, `delivery p95`, `assoc accepted`, `error CODE`.
   */
  readonly columns: Readonly<Record<string, Column>>;
}

export interface Distribution {
  readonly service: string;
  /** Upper edge in ms and count of each logarithmic bucket, ascending. */
  readonly buckets: readonly (readonly [upTo: number, count: number])[];
  /** Percentile 0..100 and its value in ms. */
  readonly percentiles: readonly (readonly [percentile: number, value: number])[];
}

/** Single requests of one service and kind, in the order of time. */
export interface ScatterSeries {
  readonly service: string;
  readonly kind: ScatterKind;
  /** How many there were in the whole run; fewer are shown. */
  readonly seen: number;
  /** Seconds since t0. */
  readonly time: readonly number[];
  /** Latency in ms; 0 without an answer. */
  readonly value: readonly number[];
}

export interface BreakdownRow {
  /** `service+route`, … */
  readonly view: string;
  readonly service: string;
  readonly by: string;
  readonly value: string;
  readonly count: number;
  readonly failed: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

export interface PhaseRow {
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface ReportEvent {
  /** Seconds since t0. */
  readonly at: number;
  readonly type: string;
  readonly title: string;
  readonly text: string;
}

export interface ReportData {
  readonly schema: typeof REPORT_SCHEMA;
  /** The run goes on: numbers are those so far. */
  readonly live: boolean;
  readonly summary: Summary;
  readonly services: readonly string[];
  readonly timeline: Timeline;
  readonly scatter: readonly ScatterSeries[];
  readonly distributions: readonly Distribution[];
  readonly breakdown: readonly BreakdownRow[];
  readonly phases: readonly PhaseRow[];
  readonly events: readonly ReportEvent[];
  /** Of a run that goes on: ms until its plan ends, graceful stops apart; absent once it is over. */
  readonly leftMs?: number;
  /** Effective options and plan, as the run log has them. */
  readonly plan: unknown;
  /** Options that somebody set, and what it ran on; empty of logs that do not say. */
  readonly settings: readonly Setting[];
}
