// What any thread tells main while a run goes on: series and samples, lines of log, failures.
// Structured-clonable data; the columns of samples are transferred.
import type { SampleColumns, SeriesDecl } from '../metrics/samples.ts';
import type { FailedInstance } from '../metrics/summary.ts';

/**
 * Before t0 is known a thread stamps ms since the epoch less this: far below any time of a run, and
 * still exact to a microsecond.
 */
export const BEFORE_T0 = 1e13;
const LONGEST_MS = 1e12;

/** A stamp of a thread that did not know t0 yet. */
export const isBeforeT0 = (time: number): boolean => time < -LONGEST_MS;

/** A stamp as ms since `t0` (epoch ms), also one from before t0 was known. */
export function sinceT0(time: number, t0: number): number {
  return isBeforeT0(time) ? time + BEFORE_T0 - t0 : time;
}

/** Columns with every stamp as ms since `t0`; those of a run that goes on are left as they are. */
export function columnsSinceT0(columns: SampleColumns, t0: number): SampleColumns {
  const { time } = columns;
  if (!isBeforeT0(time[0] ?? 0)) return columns;
  return { ...columns, time: time.map((one) => sinceT0(one, t0)) };
}

export type SeriesMessage = { readonly kind: 'series'; readonly series: readonly SeriesDecl[] };

export type SamplesMessage = { readonly kind: 'samples'; readonly columns: SampleColumns };

/** A line of script console output or of the runtime itself. */
export type LogMessage = {
  readonly kind: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Guest stack of where it came from; main maps it to the author's source. */
  readonly stack?: string;
  readonly vu?: number;
  readonly scenario?: string;
  /** A line of a transcript (`--trace`). */
  readonly trace?: true;
};

/**
 * File name of the user's script in guest stacks; every other one is the sandbox's own. It must not
 * begin with a slash, or vm2 hides its frames.
 */
export const GUEST_FILE = 'script.js';

/** One failure, for the grouped error table and `errors.ndjson`. Counted by main per `group`. */
export type ErrorMessage = {
  readonly kind: 'error';
  /** What is the same about failures that belong together: operation, code or status, called AE. */
  readonly group: string;
  readonly operation: string;
  /** Stable code (`ASSOC_REJECTED`, `TIMEOUT_RESPONSE`, `SCRIPT_EXCEPTION`) or `status A700`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly calledAET?: string;
  readonly scenario?: string;
  readonly vu?: number;
  readonly iteration?: number;
  /** Guest stack, as the sandbox formatted it; main maps it to the author's source. */
  readonly stack?: string;
  /** Some of the instances it is about, with their UIDs in full. */
  readonly instances?: readonly FailedInstance[];
  /** ms since t0, of the first. */
  readonly time: number;
  /** ms since t0 of the last one, where it stands for several. */
  readonly lastTime?: number;
  /** How many alike this message stands for (a thread folds identical errors of one flush). */
  readonly count: number;
};

export interface ScriptFault {
  /** `SCRIPT_INIT`, `SCRIPT_SETUP`, `SCRIPT_TIMEOUT`, … */
  readonly code: string;
  readonly name: string;
  readonly message: string;
  readonly hint?: string;
  /** Guest stack; frames name `script.js:line:column`. */
  readonly stack?: string;
}
