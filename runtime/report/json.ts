// summary.json: the summary as it is. Its JSON schema stands beside this file and is published.
import type { CheckResult, GroupedCheck, Summary } from '../metrics/summary.ts';

/** Two-space JSON with a line break at the end. Numbers that are none (no histogram) are null. */
export function renderJson(summary: Summary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

/** Fields of `handleSummary(data)`, k6's shape and ours beside it. */
export interface HandleSummaryData {
  readonly root_group: K6Group;
  readonly options: {
    readonly summaryTrendStats: readonly string[];
    readonly summaryTimeUnit: string;
    readonly noColor: boolean;
  };
  readonly state: {
    readonly isStdOutTTY: boolean;
    readonly isStdErrTTY: boolean;
    readonly testRunDurationMs: number;
  };
  readonly metrics: Summary['metrics'];
  readonly setup_data?: unknown;
  /** Everything that k6 does not have: verdict, errors, operations, delivery, … */
  readonly dicomrun: Omit<Summary, 'metrics'>;
}

export interface K6Group {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly groups: readonly K6Group[];
  readonly checks: readonly K6Check[];
}

export interface K6Check {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly passes: number;
  readonly fails: number;
}

export function handleSummaryData(
  summary: Summary,
  terminal: {
    readonly colour: boolean;
    readonly stdoutTTY: boolean;
    readonly stderrTTY: boolean;
    readonly setupData?: unknown;
  },
): HandleSummaryData {
  const { metrics, ...rest } = summary;
  return {
    root_group: rootGroup(summary),
    options: {
      summaryTrendStats: summary.trendStats,
      summaryTimeUnit: summary.timeUnit,
      noColor: !terminal.colour,
    },
    state: {
      isStdOutTTY: terminal.stdoutTTY,
      isStdErrTTY: terminal.stderrTTY,
      testRunDurationMs: summary.run.durationMs,
    },
    metrics,
    ...(terminal.setupData === undefined ? {} : { setup_data: terminal.setupData }),
    dicomrun: rest,
  };
}

/** k6's tree: every check in the group it was made in, those outside of groups at the root. */
export function rootGroup(summary: Summary): K6Group {
  const { items, grouped = [], overflow } = summary.checks;
  const outside = items
    .map(({ name, passes, fails }) => {
      const inside = grouped.filter((check) => check.name === name);
      return {
        name,
        passes: passes - sumOf(inside, 'passes'),
        fails: fails - sumOf(inside, 'fails'),
      };
    })
    .filter(({ passes, fails }) => passes + fails > 0);
  const paths = [...summary.groups.map(({ name }) => name), ...grouped.map(({ group }) => group)];
  const further = overflow === undefined ? [] : [{ name: 'further names', ...overflow }];
  const checks = [...outside, ...further].map((check) => k6Check('', check));
  return { name: '', path: '', id: '', groups: childGroups('', paths, grouped), checks };
}

function sumOf(checks: readonly CheckResult[], field: 'passes' | 'fails'): number {
  return checks.reduce((sum, check) => sum + check[field], 0);
}

function k6Check(group: string, { name, passes, fails }: CheckResult): K6Check {
  const path = `${group}::${name}`;
  return { name, path, id: path, passes, fails };
}

function childGroups(
  parent: string,
  paths: readonly string[],
  grouped: readonly GroupedCheck[],
): K6Group[] {
  const names = new Set<string>();
  for (const path of paths) {
    if (path.startsWith(`${parent}::`)) {
      names.add(path.slice(parent.length + 2).split('::')[0] ?? '');
    }
  }
  return [...names].map((name) => {
    const path = `${parent}::${name}`;
    const checks = grouped
      .filter(({ group }) => group === path)
      .map((check) => k6Check(path, check));
    return { name, path, id: path, groups: childGroups(path, paths, grouped), checks };
  });
}
