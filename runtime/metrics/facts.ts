// What a summary needs to know besides the numbers: who ran, why it ended, what was written.
import type {
  CaseResult,
  CheckExample,
  DeliveryAccount,
  ErrorsSummary,
  FileEntry,
  GeneratorSummary,
  MissingRow,
  OutputResult,
  RunIdentity,
  TimeUnit,
} from './summary.ts';
import type { Silence } from './judge/silence.ts';
import type { RecordedRow } from './recorded/row.ts';

export interface RunFacts {
  readonly run: RunIdentity;
  /**
   * Why the run ended, when it did not end regularly (`code` 105 interrupted, 107, 108, 110, 111,
   * …). The first reason wins: a run that already failed is not turned into 99 by a threshold.
   * `code` 0: it ended regularly.
   */
  readonly exit: { readonly code: number; readonly reason: string };
  /** Iterations cut off at gracefulStop, by a watchdog, or lost with a worker. */
  readonly interrupted: number;
  /** Workers that died and were replaced; absent in older logs. */
  readonly replaced?: number;
  /** One per route, from the acceptor threads. */
  readonly accounts: readonly DeliveryAccount[];
  /** Some of what did not arrive; absent in older logs. */
  readonly missing?: readonly MissingRow[];
  /** Metrics and selectors that the script's thresholds name, also with `[]`; absent in older logs. */
  readonly thresholdKeys?: readonly string[];
  /** All scenarios; of a part of a plan, those it had something to do of. Absent in older logs. */
  readonly scenarios?: readonly string[];
  /** What failed since the last success; absent where nothing did, and in older logs. */
  readonly silence?: Silence;
  readonly errors: ErrorsSummary;
  /** The first failures of each check, by its name; absent in older logs. */
  readonly checkExamples?: Readonly<Record<string, readonly CheckExample[]>>;
  /** Of a replayed recording; absent where none is. */
  readonly recorded?: readonly RecordedRow[];
  readonly generator: GeneratorSummary;
  readonly cases: readonly CaseResult[];
  readonly outputs: readonly OutputResult[];
  /** `--strict-output`: unwritten or rejected samples are exit 112. */
  readonly strictOutput: boolean;
  readonly files: readonly FileEntry[];
  readonly next: readonly string[];
  /** Loud things said during the run that make the numbers doubtful. */
  readonly warnings: readonly string[];
  readonly trendStats: readonly string[];
  readonly timeUnit: TimeUnit;
}

/** k6's default statistics of a trend. */
export const DEFAULT_TREND_STATS: readonly string[] = [
  'avg',
  'min',
  'med',
  'max',
  'p(90)',
  'p(95)',
];

export const IDLE_GENERATOR: GeneratorSummary = {
  saturated: false,
  reasons: [],
  cpuMean: 0,
  cpuMax: 0,
  loopLagMaxMs: 0,
  rssMaxBytes: 0,
};
