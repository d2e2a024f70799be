// The sections of the text report, each a list of lines; empty when there is nothing to say.
import type {
  CheckResult,
  SectionSummary,
  Summary,
  ThresholdResult,
  TrendStats,
} from '../metrics/summary.ts';
import { clockText } from './clock-text.ts';
import { missingName, missingWhere } from './missing.ts';
import { rejectionText } from './rejection.ts';
import * as f from '../metrics/numbers.ts';
import { safe } from './paint.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

export function thresholdLines(summary: Summary, paint: Paint): string[] {
  if (summary.thresholds.length === 0) return [];
  const rows = summary.thresholds.map((result) => [
    thresholdMark(result, paint),
    safe(result.metric),
    safe(result.expression) +
      (result.windowMs === undefined ? '' : ` in ${f.span(result.windowMs)}`),
    thresholdValue(result, summary, paint),
  ]);
  return [paint.bold('THRESHOLDS'), ...table(rows, { left: [0, 1, 2, 3] })];
}

export function thresholdValue(result: ThresholdResult, summary: Summary, paint: Paint): string {
  const paintValue = result.failed ? paint.fail : paint.number;
  if (result.observed === undefined) {
    return result.failed ? paint.fail('no data, counts as failed') : paint.warn('no data');
  }
  const told = (value: number): string => f.thresholdNumber(result, value, summary.timeUnit);
  const value = told(result.observed);
  const limit = result.expression.includes('*') ? `, limit ${told(result.limit)}` : '';
  const since =
    result.failed && result.firstFailedMs !== undefined
      ? `, first crossed at ${f.clock(result.firstFailedMs)}`
      : '';
  return paintValue(value) + limit + since + advice(result, paint);
}

/** Held, crossed, or neither: without data nothing was shown. */
function thresholdMark(result: ThresholdResult, paint: Paint): string {
  const isOpen = result.verdict === 'no data' && !result.failed;
  return isOpen ? paint.warn(paint.glyphs.dash) : mark(!result.failed, paint);
}

function advice({ advisory, verdict }: ThresholdResult, paint: Paint): string {
  if (advisory !== true) return '';
  return verdict === 'failed' ? paint.warn(', does not hold (advisory)') : ' (advisory)';
}

export function checkLines(summary: Summary, paint: Paint): string[] {
  const { passes, fails, items } = summary.checks;
  if (items.length === 0) return [];
  const rows = items.map((item) => {
    const all = item.passes + item.fails;
    const text =
      item.fails === 0
        ? f.count(item.passes)
        : `${f.count(item.passes)} passed, ${paint.fail(`${f.count(item.fails)} failed`)}`;
    return [mark(item.fails === 0, paint), safe(item.name), f.percent(item.passes / all), text];
  });
  const head = `${f.percent(passes / (passes + fails))} of ${f.count(passes + fails)}`;
  const lines = table(rows, { left: [0, 1, 3] }).flatMap((line, i) => [
    line,
    ...exampleLines(items[i], paint),
  ]);
  return [`${paint.bold('CHECKS')}  ${head}`, ...lines, ...overflowLine(summary, paint)];
}

function overflowLine({ checks: { overflow } }: Summary, paint: Paint): string[] {
  if (overflow === undefined) return [];
  const { passes, fails } = overflow;
  const failed = fails === 0 ? '' : `, ${paint.fail(`${f.count(fails)} failed`)}`;
  return [`  and ${f.plural(passes + fails, 'check')} of further names${failed}`];
}

/** What the first failures of a check saw. */
function exampleLines(item: CheckResult | undefined, paint: Paint): string[] {
  return (item?.examples ?? [])
    .filter(({ text }) => text !== '')
    .map(({ text }) => `      ${paint.faint(safe(text))}`);
}

const OPERATION_HEAD = ['count', '/s', 'failed', 'p50', 'p90', 'p95', 'p99', 'max', 'MB/s'];

export function operationLines(summary: Summary, paint: Paint): string[] {
  if (summary.operations.length === 0) return [];
  const t = (ms: number | undefined): string =>
    ms === undefined ? paint.glyphs.dash : f.time(ms, summary.timeUnit);
  const rows = summary.operations.map((row) => {
    const failed = f.percent(row.failedShare);
    const d = row.duration;
    return [
      safe(row.service),
      paint.number(f.count(row.count)),
      paint.number(f.rate(row.ratePerSecond)),
      row.failed > 0 ? paint.fail(failed) : failed,
      ...[d?.med, d?.p90, d?.p95, d?.p99, d?.max].map(t),
      f.megabytesPerSecond(row.sentBytesPerSecond + row.receivedBytesPerSecond),
    ];
  });
  const head = [paint.bold('OPERATIONS'), ...OPERATION_HEAD.map((name) => paint.faint(name))];
  return table([head, ...rows.map(([name = '', ...rest]) => [`  ${name}`, ...rest])], {
    ...{ indent: '', width: paint.width, breakAt: OPERATION_HEAD.indexOf('p50') + 1 },
  });
}

export function associationLines(summary: Summary, paint: Paint): string[] {
  const a = summary.associations;
  if (a.requested === 0) return [];
  const bad = (n: number, word: string): string =>
    n === 0 ? `0 ${word}` : paint.fail(`${f.count(n)} ${word}`);
  const counts = [
    `${f.count(a.requested)} requested`,
    `${f.count(a.accepted)} accepted`,
    bad(a.rejected, 'rejected'),
    bad(a.failed, 'failed'),
    bad(a.aborted, 'aborted later'),
  ];
  const lines = [`${paint.bold('ASSOCIATIONS')}  ${counts.join(', ')}`];
  for (const cause of a.causes.slice(0, 5)) {
    lines.push(`  ${f.count(cause.count)} ${paint.glyphs.times} ${rejectionText(cause)}`);
  }
  if (a.accepted > 0) {
    const opened =
      a.associating === undefined ? '' : `, opened in ${trendText(a.associating, summary)}`;
    lines.push(`  ${f.plural(a.requestsPerAssociation, 'request')} per association${opened}`);
  }
  return lines;
}

/** Losses and their like; a column that is 0 for every route is said in a line. */
const DELIVERY_FAULTS = ['late', 'duplicated', 'corrupted', 'unexpected'] as const;
type RouteDelivery = Summary['delivery']['routes'][number];

export function deliveryLines(summary: Summary, paint: Paint): string[] {
  const { routes, visible } = summary.delivery;
  const lines: string[] = [];
  if (routes.length > 0) {
    const none = DELIVERY_FAULTS.filter((name) => routes.every((route) => route[name] === 0));
    lines.push(...deliveryTable(summary, paint));
    if (none.length > 0) lines.push(`  none ${none.join(', ')}`);
    lines.push(...clockLines(summary), ...notComparedLines(summary));
    lines.push(...missingLines(summary, paint));
  }
  if (visible !== undefined) {
    if (lines.length === 0) lines.push(paint.bold('DELIVERY'));
    lines.push(
      `  found by C-FIND ${f.count(visible.count)} times, after ${trendText(visible, summary)}`,
    );
  }
  return lines;
}

function deliveryTable({ delivery: { routes }, timeUnit }: Summary, paint: Paint): string[] {
  const faults = DELIVERY_FAULTS.filter((name) => routes.some((route) => route[name] !== 0));
  const counts = ['accepted', 'arrived', 'unique', 'missing', ...faults];
  const bad = (n: number): string => (n === 0 ? '0' : paint.fail(f.count(n)));
  const time = (ms: number | undefined): string =>
    ms === undefined ? paint.glyphs.dash : f.time(ms, timeUnit);
  const rowOf = (route: RouteDelivery): string[] => [
    `  ${safe(route.route)}`,
    ...[route.accepted, route.arrived, route.unique].map((n) => paint.number(f.count(n))),
    ...[route.missing, ...faults.map((name) => route[name])].map(bad),
    ...[route.duration?.med, route.duration?.p95, route.duration?.max].map(time),
  ];
  const names = [...counts, 'p50', 'p95', 'max'].map((name) => paint.faint(name));
  return table([[paint.bold('DELIVERY'), ...names], ...routes.map(rowOf)], {
    ...{ indent: '', width: paint.width, breakAt: counts.length + 1 },
  });
}

/** Of deliveries from agent to agent, whose clocks are two. */
function clockLines({ delivery: { routes }, timeUnit }: Summary): string[] {
  const errorMs = Math.max(0, ...routes.map(({ durationErrorMs = 0 }) => durationErrorMs));
  if (errorMs === 0) return [];
  return [`  times from agent to agent may be wrong by ${f.time(errorMs, timeUnit)}: their clocks`];
}

/** Neither unchanged nor corrupted. */
function notComparedLines({ delivery: { routes } }: Summary): string[] {
  const sum = (of: (route: (typeof routes)[number]) => number | undefined): number =>
    routes.reduce((all, route) => all + (of(route) ?? 0), 0);
  const recoded = sum((route) => route.recoded);
  const unhashed = sum((route) => route.unhashed);
  const why: string[] = [
    ...(recoded > 0 ? [`${f.count(recoded)} came in another transfer syntax`] : []),
    ...(unhashed > 0 ? [`${f.count(unhashed)} without a hash`] : []),
  ];
  return why.length === 0 ? [] : [`  pixels not compared: ${why.join(', ')}`];
}

/** Named in the terminal; the report names more. */
const MISSING_LINES = 5;

function missingLines({ delivery }: Summary, paint: Paint): string[] {
  const { routes, missing = [] } = delivery;
  if (missing.length === 0) return [];
  const lines = missing
    .slice(0, MISSING_LINES)
    .map(
      (one) =>
        `  ${paint.fail('missing')} ${safe(missingName(one))} ${paint.faint(safe(missingWhere(one)))}`,
    );
  const rest = routes.reduce((sum, route) => sum + route.missing, 0) - lines.length;
  return rest > 0 ? [...lines, `  and ${f.count(rest)} more`] : lines;
}

export function errorLines(summary: Summary, paint: Paint): string[] {
  const { total, groups, groupsOmitted } = summary.errors;
  if (total === 0) return [];
  const lines = [`${paint.bold('ERRORS')}  ${paint.fail(f.count(total))}`];
  for (const group of groups) {
    const share = group.share === undefined ? '' : ` (${f.percent(group.share)})`;
    const when =
      group.count === 1
        ? `at ${f.clock(group.firstMs)}`
        : `${f.clock(group.firstMs)} ${paint.glyphs.to} ${f.clock(group.lastMs)}`;
    const peer = group.calledAET === undefined ? '' : ` ${safe(group.calledAET)}`;
    lines.push(
      `  ${paint.fail(f.count(group.count))} ${paint.glyphs.times}${share} ${safe(group.operation)} ${safe(group.code)}${peer}  ${paint.faint(when)}`,
      `      ${safe(group.message)}`,
    );
    const [first] = group.instances ?? [];
    if (first !== undefined)
      lines.push(`      ${paint.faint(`e.g. instance ${safe(first.instance)}`)}`);
    if (group.where !== undefined) lines.push(`      ${paint.faint(`at ${safe(group.where)}`)}`);
    if (group.hint !== undefined) lines.push(`      hint: ${safe(group.hint)}`);
  }
  if (groupsOmitted > 0) lines.push(`  and ${f.plural(groupsOmitted, 'more kind')} of error`);
  return lines;
}

/** Metrics of the script's own, and sub-metrics that `thresholds: { 'metric{tag:value}': [] }` tracks. */
export function customLines(summary: Summary, paint: Paint): string[] {
  const tracked = Object.entries(summary.metrics)
    .filter(([name, { thresholds }]) => name.includes('{') && isEmpty(thresholds))
    .map(([name, metric]) => ({ name, ...metric }));
  const section = (title: string, metrics: readonly NamedMetric[]): string[] =>
    metrics.length === 0
      ? []
      : [
          paint.bold(title),
          ...table(
            metrics.map((metric) => valuesRow(metric, summary, paint)),
            { left: [0, 1] },
          ),
        ];
  return [...section('CUSTOM', summary.custom), ...section('TRACKED', tracked)];
}

type NamedMetric = Summary['custom'][number];

function isEmpty(thresholds: object | undefined): boolean {
  return thresholds === undefined || Object.keys(thresholds).length === 0;
}

function valuesRow(metric: NamedMetric, summary: Summary, paint: Paint): string[] {
  const values = Object.entries(metric.values).map(([name, value]) => {
    const plain = metric.type === 'rate' || name === 'count' ? 'default' : metric.contains;
    return `${name}=${paint.number(f.metricValue(value, plain, summary.timeUnit))}`;
  });
  return [safe(metric.name), values.join('  ')];
}

/** Scenarios when there are several, groups when there are any. */
export function sectionLines(summary: Summary, paint: Paint): string[] {
  const of = (title: string, runs: string, sections: readonly SectionSummary[]): string[] => {
    const head = [paint.bold(title), runs, 'p95', 'requests', 'failed', 'p95', 'checks'];
    const rows = sections.map((one) => {
      const checks = one.checks.passes + one.checks.fails;
      const p95 = (stats: TrendStats | undefined): string =>
        stats === undefined ? paint.glyphs.dash : f.time(stats.p95, summary.timeUnit);
      return [
        `  ${safe(one.name)}`,
        f.count(one.iterations),
        p95(one.iterationDuration),
        f.count(one.requests),
        one.failed === 0 ? '0' : paint.fail(f.count(one.failed)),
        p95(one.duration),
        checks === 0 ? paint.glyphs.dash : f.percent(one.checks.passes / checks),
      ];
    });
    return table([head, ...rows], { indent: '', width: paint.width });
  };
  return [
    ...(summary.scenarios.length > 1 ? of('SCENARIOS', 'iterations', summary.scenarios) : []),
    ...(summary.groups.length > 0 ? of('GROUPS', 'calls', summary.groups) : []),
  ];
}

export function executionLines(summary: Summary, paint: Paint): string[] {
  const e = summary.execution;
  const bad = (n: number, word: string): string =>
    n === 0 ? `0 ${word}` : paint.warn(`${f.count(n)} ${word}`);
  const duration =
    e.iterationDuration === undefined ? [] : [['', trendText(e.iterationDuration, summary)]];
  const achieved =
    e.achievedShare === undefined
      ? []
      : [['achieved', `${f.percent(e.achievedShare)} of the iterations due${lagText(summary)}`]];
  const g = e.generator;
  const generator = [
    `cpu ${Math.round(g.cpuMean)} % (max ${Math.round(g.cpuMax)} %)`,
    `loop lag max ${f.time(g.loopLagMaxMs)}`,
    `memory max ${f.bytes(g.rssMaxBytes)}`,
  ].join(', ');
  const rows = [
    [
      'iterations',
      [
        `${paint.number(f.count(e.iterations))} (${f.rate(e.iterationsPerSecond)}/s)`,
        bad(e.failed, 'failed'),
        bad(e.interrupted, 'interrupted'),
        bad(e.dropped, 'dropped'),
      ].join(', '),
    ],
    ...duration,
    ...achieved,
    ['VUs', `up to ${f.count(e.vus)}, ${f.count(e.vusMax)} made`],
    ['network', `${f.bytes(e.sentBytes)} sent, ${f.bytes(e.receivedBytes)} received`],
    ...(g.rssMaxBytes === 0 ? [] : [['generator', generator]]),
    ...g.reasons.map((reason) => ['', paint.warn(`saturated: ${reason}`)]),
    ...(g.crowded === undefined ? [] : [['', paint.warn(g.crowded)]]),
  ];
  return [paint.bold('EXECUTION'), ...table(rows, { left: [0, 1] }), ...agentLines(summary, paint)];
}

const AGENT_HEAD = [
  ...['AGENT', 'VUs', 'iterations', 'dropped', 'stores/s', 'late max', 'cpu max', 'memory max'],
  'clock',
];

/** Who carried the load, where it was several. */
function agentLines({ execution, timeUnit }: Summary, paint: Paint): string[] {
  const { agents = [] } = execution.generator;
  if (agents.length === 0) return [];
  const rows = agents.map((one) => [
    safe(one.name),
    f.count(one.vus),
    f.count(one.iterations),
    one.dropped === 0 ? '0' : paint.warn(f.count(one.dropped)),
    f.rate(one.storesPerSecond),
    one.lagMaxMs === undefined ? paint.glyphs.dash : f.time(one.lagMaxMs, timeUnit),
    `${Math.round(one.cpuMax)} %`,
    f.bytes(one.rssMaxBytes),
    clockText(one),
  ]);
  const lost = agents.flatMap(({ name, lost: why }) =>
    why === undefined ? [] : [`  ${paint.fail(`${safe(name)} was lost: ${safe(why)}`)}`],
  );
  const options = { indent: '', width: paint.width };
  return ['', ...table([AGENT_HEAD, ...rows], options), ...lost];
}

function lagText(summary: Summary): string {
  const lag = summary.execution.lag;
  return lag === undefined ? '' : `, started late by ${trendText(lag, summary)}`;
}

function trendText(stats: TrendStats, summary: Summary): string {
  const t = (ms: number): string => f.time(ms, summary.timeUnit);
  return `p50 ${t(stats.med)}, p95 ${t(stats.p95)}, max ${t(stats.max)}`;
}

function mark(ok: boolean, paint: Paint): string {
  return ok ? paint.ok(paint.glyphs.ok) : paint.fail(paint.glyphs.fail);
}
