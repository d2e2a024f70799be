// The one summary object: text, JSON, JUnit, HTML and `handleSummary` are views of it.
// Times are ms, rates are per second, shares are 0..1, unless a name says otherwise.
import type { MetricType } from '../../api/k6/metric-table.ts';
import type { TimeUnit } from './numbers.ts';
import type { RecordedRow } from './recorded/row.ts';

/** Published with runtime/report/summary.schema.json; raised when a field changes its meaning. */
export const SUMMARY_SCHEMA = 'dicomrun-summary/1';

export interface Summary {
  readonly schema: typeof SUMMARY_SCHEMA;
  readonly run: RunIdentity;
  readonly verdict: Verdict;
  readonly thresholds: readonly ThresholdResult[];
  readonly checks: ChecksSummary;
  readonly operations: readonly OperationRow[];
  /** The services of a replayed recording as they were then; absent where none is replayed. */
  readonly recorded?: readonly RecordedRow[];
  readonly associations: AssociationsSummary;
  readonly delivery: DeliverySummary;
  readonly errors: ErrorsSummary;
  readonly execution: ExecutionSummary;
  readonly custom: readonly MetricSummary[];
  readonly scenarios: readonly SectionSummary[];
  readonly groups: readonly SectionSummary[];
  /** Test cases of smoke mode; empty in a load test. */
  readonly cases: readonly CaseResult[];
  readonly outputs: readonly OutputResult[];
  readonly files: readonly FileEntry[];
  /** Commands worth typing next. */
  readonly next: readonly string[];
  /** k6's `handleSummary` map: name or selector -> metric. */
  readonly metrics: Readonly<Record<string, K6Metric>>;
  /** `summaryTrendStats` and `summaryTimeUnit` as asked for. */
  readonly trendStats: readonly string[];
  readonly timeUnit: TimeUnit;
}

export type { TimeUnit };

export interface RunIdentity {
  /** `testid` of every output, and the name of the folder under `results/`. */
  readonly id: string;
  readonly script: string;
  /** What somebody calls this run (`--title`): a change ticket, a purpose. */
  readonly title?: string;
  readonly version: string;
  readonly mode: 'run' | 'smoke';
  /** ISO 8601, UTC: the instant t0. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** From t0 until the last iteration ended. */
  readonly durationMs: number;
  /** `AET@host:port`, a web target's URL, `EMBEDDED ROUTER`; absent when the script names its own. */
  readonly target?: string;
  readonly embedded: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** True when the log has no end record: the process was killed and this is what was left. */
  readonly truncated: boolean;
}

/**
 * `pass`: something was tested, nothing was lost, and every threshold with data holds. `done`: no
 * threshold was crossed, but `notes` says what failed and is judged by none. `fail`: see `reasons`.
 */
export type VerdictState = 'pass' | 'done' | 'fail';

export interface Verdict {
  /** Exit code 0: `state` is not `fail`. */
  readonly passed: boolean;
  readonly state: VerdictState;
  readonly exitCode: number;
  /** One line: what was broken (the first of `reasons`), or what was proved. */
  readonly reason: string;
  /** What was done, whatever came of it: `12,028 images by 20 senders in 30 s`. */
  readonly did: string;
  /** What the thresholds say: `2 of 3 thresholds hold, 1 without data`. */
  readonly judged: string;
  readonly reasons: readonly string[];
  /** What failed without failing the run, one line each: `3 of 40 checks failed: no threshold judges checks`. */
  readonly notes: readonly string[];
  /** Things that make the numbers doubtful: generator saturated, samples rejected, output lost. */
  readonly warnings: readonly string[];
}

export type ThresholdVerdict = 'ok' | 'failed' | 'no data';

export interface ThresholdResult {
  /** Metric or sub-metric, e.g. `dicom_req_duration{service:C-STORE}`. */
  readonly metric: string;
  /** As written, e.g. `p(95)<2000`. */
  readonly expression: string;
  readonly verdict: ThresholdVerdict;
  /** Whether it counts as crossed (a `no data` may or may not). */
  readonly failed: boolean;
  /** Absent without data. */
  readonly observed?: number;
  readonly limit: number;
  /** Sliding window, if it was asked for; then one breach is enough. */
  readonly windowMs?: number;
  /** Of the metric; absent in older logs, and where nothing tells. */
  readonly type?: MetricType;
  readonly contains: 'default' | 'time' | 'data';
  readonly abortOnFail: boolean;
  /** Not held to: `verdict` says whether it holds, `failed` stays false. */
  readonly advisory?: boolean;
  /** ms since t0 of the first evaluation that failed. */
  readonly firstFailedMs?: number;
}

export interface ChecksSummary {
  readonly passes: number;
  readonly fails: number;
  readonly items: readonly CheckResult[];
  /** Those of further names, which went into an overflow series; absent without any. */
  readonly overflow?: { readonly passes: number; readonly fails: number };
  /** Those made inside a `group`, by its path (`::outer::inner`); absent without any. */
  readonly grouped?: readonly GroupedCheck[];
}

export interface GroupedCheck extends CheckResult {
  readonly group: string;
}

export interface CheckResult {
  readonly name: string;
  readonly passes: number;
  readonly fails: number;
  /** Its first five failures; absent when none failed. */
  readonly examples?: readonly CheckExample[];
}

/** Of each check so many failures are told with what was seen. */
export const MOST_CHECK_EXAMPLES = 5;

/** One failure of a check. */
export interface CheckExample {
  /** What the checked result says was wrong, '' where it does not know. */
  readonly text: string;
  readonly scenario: string;
  /** ms since t0. */
  readonly atMs: number;
}

/** Statistics of a trend. Percentiles are HDR's (nearest rank, within 0.1 %). */
export interface TrendStats {
  readonly count: number;
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly med: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
}

export interface OperationRow {
  /** `C-STORE`, `C-FIND`, … */
  readonly service: string;
  readonly count: number;
  readonly ratePerSecond: number;
  readonly failed: number;
  readonly failedShare: number;
  /** Absent when no request of this service was answered. */
  readonly duration?: TrendStats;
  /** Where one request may send many, the instances it sent, accepted or not; else absent. */
  readonly sentInstances?: number;
  /** Of these, the ones that were not accepted. */
  readonly refusedInstances?: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly sentBytesPerSecond: number;
  readonly receivedBytesPerSecond: number;
  /** Count by status: four hex digits (`0000`, `A700`), or of a web service its HTTP status (`200`). */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface AssociationsSummary {
  readonly requested: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Anything else that kept one from opening: no context, transport, timeout, abort, protocol. */
  readonly failed: number;
  /** Opened, then ended by A-ABORT or a lost connection. */
  readonly aborted: number;
  /** By `result-source-reason` of PS3.8 Table 9-21, or by outcome for the other failures. */
  readonly causes: readonly {
    readonly outcome: string;
    readonly status: string;
    readonly count: number;
  }[];
  /** Requests per accepted association. */
  readonly requestsPerAssociation: number;
  /** A-ASSOCIATE-RQ to AC; absent when none was accepted. */
  readonly associating?: TrendStats;
}

/** The account of one route. */
export interface DeliveryAccount {
  readonly route: string;
  readonly accepted: number;
  readonly arrived: number;
  readonly unique: number;
  readonly missing: number;
  readonly late: number;
  readonly duplicated: number;
  readonly corrupted: number;
  readonly unexpected: number;
  /** Instances whose pixels were compared with those sent; absent in older logs, as the next two. */
  readonly compared?: number;
  /** Came in another transfer syntax, whose pixels cannot be compared with those sent. */
  readonly recoded?: number;
  /** Were to be compared, and there was no hash of what was sent or of what came. */
  readonly unhashed?: number;
  /** Associations on which its studies arrived, per study: mean and max. */
  readonly associationsPerStudy?: { readonly mean: number; readonly max: number };
  /** Arrivals after a later member of their study. */
  readonly outOfOrder?: number;
  /** First byte sent to arrival; from agent to agent wrong by up to `durationErrorMs`, if any. */
  readonly duration?: TrendStats;
  readonly durationErrorMs?: number;
}

/** UIDs by their tails, `…120001000003`, unless the run was told `--phi-ok`. */
export interface MissingRow {
  /** SOP Instance UID. */
  readonly instance: string;
  /** Study Instance UID. */
  readonly study: string;
  readonly route: string;
  /** File it was read from, from the folder of its pool; absent for one that was made. */
  readonly file?: string;
  readonly modality?: string;
  /** When it was sent, ms since t0. */
  readonly sentMs?: number;
}

export interface DeliverySummary {
  /** Sent and accepted as the requests say it (all routes, C-STORE). */
  readonly sent: number;
  readonly accepted: number;
  readonly routes: readonly DeliveryAccount[];
  /** The first 20 accepted instances that did not arrive; absent when all did. */
  readonly missing?: readonly MissingRow[];
  /** Stored to found by C-FIND. */
  readonly visible?: TrendStats;
}

/** One instance that could not be stored. */
export interface FailedInstance {
  /** SOP Instance UID: its end, `…120001000003`, unless the run was told `--phi-ok`. */
  readonly instance: string;
  /** ms since t0 of its failure. */
  readonly atMs: number;
  /** Request to response, ms; absent without one. */
  readonly durationMs?: number;
}

/** Of each kind of failure so many instances are named. */
export const MOST_FAILED_INSTANCES = 5;

export interface ErrorGroup {
  readonly group: string;
  readonly operation: string;
  /** Stable code, or `status A700`. */
  readonly code: string;
  readonly calledAET?: string;
  readonly scenario?: string;
  readonly count: number;
  /** Share of the requests of this operation; absent where that has no meaning. */
  readonly share?: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** One example. */
  readonly message: string;
  readonly hint?: string;
  /** `file:line:column` of the author's source. */
  readonly where?: string;
  /** The first of the instances it happened to, where it is about instances. */
  readonly instances?: readonly FailedInstance[];
}

export interface ErrorsSummary {
  /** All failures, also those of groups not listed. */
  readonly total: number;
  /** Most frequent first. */
  readonly groups: readonly ErrorGroup[];
  readonly groupsOmitted: number;
}

export interface ExecutionSummary {
  readonly iterations: number;
  readonly iterationsPerSecond: number;
  readonly iterationDuration?: TrendStats;
  readonly dropped: number;
  readonly interrupted: number;
  readonly failed: number;
  /** Iterations started of those due, where a rate was asked for. */
  readonly achievedShare?: number;
  readonly lag?: TrendStats;
  readonly vus: number;
  readonly vusMax: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly generator: GeneratorSummary;
}

export interface GeneratorSummary {
  /** Whether the generator, not the peer, may have been the limit. */
  readonly saturated: boolean;
  /** Why, one line each; empty when not saturated. */
  readonly reasons: readonly string[];
  /** Other programs had the CPUs of the host; absent when they did not. */
  readonly crowded?: string;
  /** Percent of one core, mean and largest second. */
  readonly cpuMean: number;
  readonly cpuMax: number;
  readonly loopLagMaxMs: number;
  readonly rssMaxBytes: number;
  /** Where agents carried the load: each of them; else absent. */
  readonly agents?: readonly AgentSummary[];
}

/** One agent of a run on several. */
export interface AgentSummary {
  readonly name: string;
  readonly host: string;
  /** Most at once. */
  readonly vus: number;
  readonly iterations: number;
  readonly dropped: number;
  /** C-STORE and STOW-RS requests. */
  readonly stores: number;
  readonly storesPerSecond: number;
  /** Latest start of an iteration that was due; absent where no rate is asked for. */
  readonly lagMaxMs?: number;
  /** Percent of one core, largest second. */
  readonly cpuMax: number;
  readonly rssMaxBytes: number;
  /** How far its clock is ahead of the coordinator's, and how wrong that may be. */
  readonly clockOffsetMs: number;
  readonly clockBoundMs: number;
  /** Why it was lost, and when; absent when it was not. */
  readonly lost?: string;
}

export interface MetricSummary {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'rate' | 'trend';
  readonly contains: 'default' | 'time' | 'data';
  readonly values: Readonly<Record<string, number>>;
}

export interface SectionSummary {
  readonly name: string;
  /** Of a group: its calls. */
  readonly iterations: number;
  readonly iterationDuration?: TrendStats;
  readonly requests: number;
  readonly failed: number;
  readonly duration?: TrendStats;
  readonly checks: { readonly passes: number; readonly fails: number };
}

export interface CaseResult {
  /** `script › scenario › route`. */
  readonly suite: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'error' | 'skipped' | 'manual';
  /** From its start to its end. */
  readonly durationMs: number;
  readonly message?: string;
  readonly where?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface OutputResult {
  /** `influxdb`, `json`, … */
  readonly name: string;
  readonly destination: string;
  readonly written: number;
  readonly rejected: number;
  readonly unwritten: number;
  /** Why something is missing, and how to get it in. */
  readonly note?: string;
}

export interface FileEntry {
  readonly path: string;
  readonly what: string;
}

/** k6's `data.metrics[name]`. */
export interface K6Metric {
  readonly type: 'counter' | 'gauge' | 'rate' | 'trend';
  readonly contains: 'default' | 'time' | 'data';
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}
