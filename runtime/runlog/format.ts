// run.ndjson: one JSON record a line, append-only. It is the queue of every output, the journal
// for replay, and what a killed run is reported from. Readers skip kinds they do not know.
import type { ThresholdConfig, ViewBlock, ViewDecl, ViewRow } from '../metrics/engine-types.ts';
import type { ErrorEntry } from '../metrics/error-book.ts';
import type { RunFacts } from '../metrics/facts.ts';
import type { RecordedRow } from '../metrics/recorded/row.ts';
import type { ScatterPoints } from '../metrics/distribution/scatter.ts';
import type { SeriesDecl } from '../metrics/samples.ts';
import type { ThresholdResult, TimeUnit } from '../metrics/summary.ts';

export const RUNLOG_SCHEMA = 'dicomrun-log/1';
export const RUNLOG_FILE = 'run.ndjson';
/** Every sample, beside the run log, for outputs that want them all. */
export const SAMPLES_FILE = 'samples.ndjson';

/** First record: who runs what. */
export interface RunRecord {
  readonly k: 'run';
  readonly schema: typeof RUNLOG_SCHEMA;
  readonly id: string;
  /** Which part of the plan, when not all of it: `2/3` is the second of three. */
  readonly part?: string;
  /** Widths of all parts in order, when it is one. */
  readonly widths?: readonly number[];
  /** Parts, from 1, that have nothing to do and leave no log. */
  readonly idle?: readonly number[];
  /** Wall clock of t0, ms since the epoch, a whole number. */
  readonly t0: number;
  readonly script: string;
  /** `--title`. */
  readonly title?: string;
  readonly version: string;
  readonly mode: 'run' | 'smoke';
  readonly target?: string;
  readonly embedded: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly thresholds: ThresholdConfig;
  readonly trendStats: readonly string[];
  readonly timeUnit: TimeUnit;
  /** Effective options and plan, as the plan block printed them. */
  readonly plan?: unknown;
  /** Of a replayed recording, how it was then. */
  readonly recorded?: readonly RecordedRow[];
  /** Every effective option and where it came from, secrets masked; the program it ran on. */
  readonly settings?: readonly Setting[];
}

export interface Setting {
  /** Option path, as in a configuration file. */
  readonly path: string;
  /** For a person. */
  readonly value: string;
  /** `default`, `script`, `flag --vus`, `.env`, … */
  readonly origin: string;
}

/** A view, before its first row. */
export interface ViewRecord extends ViewDecl {
  readonly k: 'view';
}

/** All views with samples in one interval, stamped with whole second `at` since t0. */
export interface RowsRecord {
  readonly k: 'rows';
  readonly at: number;
  readonly ms: number;
  readonly rows: readonly ViewRow[];
}

/** Histograms of seconds [from, to). */
export interface BlockRecord {
  readonly k: 'block';
  readonly from: number;
  readonly to: number;
  readonly h: readonly ViewBlock[];
}

/** Single requests of the second `at`: some of the successes, and the failures. */
export interface PointsRecord {
  readonly k: 'points';
  readonly at: number;
  readonly points: readonly ScatterPoints[];
}

/** A failure, folded; of its instances the new ones among the first of its group. */
export interface ErrorRecord extends ErrorEntry {
  readonly k: 'error';
}

/** Start, stages, thresholds crossed, aborts, end: annotations of a dashboard. */
export interface EventRecord {
  readonly k: 'event';
  /** ms since t0. */
  readonly at: number;
  readonly type: 'start' | 'stage' | 'threshold' | 'abort' | 'warning' | 'end';
  readonly title: string;
  readonly text: string;
}

/** Whole-run value of every view: `[view, …]` with the fields of a row of its type. */
export interface TotalsRecord {
  readonly k: 'totals';
  /** Whole second since t0 that these are stamped with. */
  readonly at: number;
  /** Length of the run, ms, for rates. */
  readonly ms: number;
  readonly rows: readonly ViewRow[];
}

/** `arrivedMs` is absent in older logs. */
export type StrayEntry = readonly [digest: string, arrivals: number, arrivedMs?: number];

/**
 * Of a part of a plan: some of what its account left open, which the receivers of another part may
 * close. Instances by a digest of their UID.
 */
export interface OpenRecord {
  readonly k: 'open';
  readonly route: string;
  readonly scenario: string;
  /** Accepted here, and not arrived here. */
  readonly missing?: readonly string[];
  /** When each of these was sent, ms since t0 of the part; absent in older logs. */
  readonly sent?: readonly number[];
  /** Arrived here so many times, first then (ms since t0 of the part), and sent by nobody here. */
  readonly strays?: readonly StrayEntry[];
  /** Of those that the end record names as missing, in its order. */
  readonly shown?: readonly string[];
  /** Whether `strays` count as unexpected. */
  readonly counted?: boolean;
}

/** Last record. */
export interface EndRecord {
  readonly k: 'end';
  readonly at: number;
  readonly facts: RunFacts;
  readonly thresholds: readonly ThresholdResult[];
}

/** samples.ndjson only: series of one sending thread. */
export interface SeriesRecord {
  readonly k: 'series';
  readonly w: number;
  readonly series: readonly Pick<SeriesDecl, 'id' | 'metric' | 'tags'>[];
}

/** samples.ndjson only: samples as columns; `t` in µs since t0, `v` null for what is no number. */
export interface SamplesRecord {
  readonly k: 'samples';
  readonly w: number;
  readonly s: readonly number[];
  readonly v: readonly (number | null)[];
  readonly t: readonly number[];
}

export type LogRecord =
  | SeriesRecord
  | SamplesRecord
  | RunRecord
  | ViewRecord
  | RowsRecord
  | BlockRecord
  | PointsRecord
  | ErrorRecord
  | EventRecord
  | TotalsRecord
  | OpenRecord
  | EndRecord;
