// The argument of `handleSummary`: k6's shape, and what k6 does not have beside it.

/** Checks made in one `group`; those outside of any at the root, whose name is ''. */
export interface SummaryGroup {
  /** As given to `group`. */
  name: string;
  /** `::outer::inner`; '' of the root. */
  path: string;
  /** A digest of the path, as k6 has it. */
  id: string;
  /** Groups inside of it. */
  groups: readonly SummaryGroup[];
  /**
   * Its checks: how often each passes and fails, with `name`, `path` and `id` as those of
   * groups.
   */
  checks: readonly { name: string; path: string; id: string; passes: number; fails: number }[];
}

/** One metric, or a sub-metric that a threshold names (`dicom_reqs{service:C-STORE}`). */
export interface SummaryMetric {
  /** What it counts in. */
  type: 'counter' | 'gauge' | 'rate' | 'trend';
  /** Times in ms, bytes, or anything else. */
  contains: 'default' | 'time' | 'data';
  /**
   * By name. Counter: count, rate (per second); gauge: value, min, max; rate: rate (0..1), passes,
   * fails; trend: those of `summaryTrendStats`, times in ms.
   */
  values: Readonly<Record<string, number>>;
  /** Its thresholds by their text: `ok` = kept. */
  thresholds?: Readonly<Record<string, { ok: boolean }>>;
}

/** Argument of `export function handleSummary(data)`. */
export interface SummaryData {
  /** Checks and groups, from the top. */
  root_group: SummaryGroup;
  /** `summaryTrendStats`, `summaryTimeUnit` and `noColor` as they are in effect. */
  options: {
    summaryTrendStats: readonly string[];
    summaryTimeUnit: string;
    noColor: boolean;
  };
  /**
   * Whether standard output and standard error are terminals (`isStdOutTTY`, `isStdErrTTY`),
   * and how long the test ran (`testRunDurationMs`).
   */
  state: { isStdOutTTY: boolean; isStdErrTTY: boolean; testRunDurationMs: number };
  /** By name or selector. */
  metrics: Readonly<Record<string, SummaryMetric>>;
  /** What `setup()` returned. */
  setup_data?: unknown;
  /**
   * What `summary.json` holds besides `metrics`: verdict (`state`, `exitCode`, `reasons`
   * broken, `warnings`), run (`id`, `script`, `title`, `endedAt`, `durationMs`), thresholds,
   * operations, associations, delivery, errors, execution and more, as in the published
   * schema.
   */
  dicomrun: {
    verdict: {
      /** Exit code 0. */
      passed: boolean;
      state: 'pass' | 'done' | 'fail';
      exitCode: number;
      /** One line: what was broken, or what was proved. */
      reason: string;
      reasons: readonly string[];
      warnings: readonly string[];
    };
    run: {
      id: string;
      script: string;
      title?: string;
      /** ISO 8601, UTC. */
      startedAt: string;
      endedAt: string;
      durationMs: number;
    };
    [section: string]: unknown;
  };
}

/** Options of `textSummary()`. */
export interface TextSummaryOptions {
  /** Colours as of a terminal. Default: where standard output is one and `--no-color` was not given. */
  enableColors?: boolean;
  /** In front of each line. Default: nothing. */
  indent?: string;
}
