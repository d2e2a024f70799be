// Totals + facts -> the summary. Pure: the same after a run and from a run log.
import { DEFAULT_TREND_STATS } from './facts.ts';
import type { RunFacts } from './facts.ts';
import { FAMILIES } from './families.ts';
import type { RequestFamily } from './families.ts';
import { k6Metrics, k6Values, perSecond } from './k6-metrics.ts';
import { SUMMARY_SCHEMA } from './summary.ts';
import type {
  AssociationsSummary,
  CheckResult,
  ChecksSummary,
  DeliverySummary,
  ErrorGroup,
  ErrorsSummary,
  ExecutionSummary,
  MetricSummary,
  OperationRow,
  SectionSummary,
  Summary,
  ThresholdResult,
} from './summary.ts';
import type { Totals, ViewTotals } from './totals.ts';
import { OTHER_SERIES } from './judge/headline.ts';
import { judgeRun } from './judge/verdict.ts';
import { ViewIndex } from './view-index.ts';

export function summarise(
  totals: Totals,
  thresholds: readonly ThresholdResult[],
  facts: RunFacts,
): Summary {
  const index = new ViewIndex(totals);
  const elapsedMs = facts.run.durationMs;
  const trendStats = facts.trendStats.length === 0 ? DEFAULT_TREND_STATS : facts.trendStats;
  const operations = operationRows(index, elapsedMs);
  const parts = {
    thresholds,
    checks: checks(index, facts.checkExamples ?? {}),
    delivery: delivery(index, facts),
    execution: execution(index, facts),
    operations,
    run: facts.run,
    cases: facts.cases,
    timeUnit: facts.timeUnit,
  };
  return {
    schema: SUMMARY_SCHEMA,
    verdict: judgeRun(parts, index, facts),
    ...parts,
    ...(facts.recorded === undefined ? {} : { recorded: facts.recorded }),
    associations: associations(index),
    errors: withShares(facts.errors, operations),
    custom: customMetrics(totals, { trendStats, elapsedMs }),
    scenarios: sections(index, 'scenario', 'scenario'),
    groups: sections(index, 'group', 'group'),
    outputs: facts.outputs,
    files: facts.files,
    next: facts.next,
    metrics: k6Metrics(totals, thresholds, { trendStats, elapsedMs }),
    trendStats,
  };
}

function checks(index: ViewIndex, examples: NonNullable<RunFacts['checkExamples']>): ChecksSummary {
  const items = index.all('checks', 'check').map((totals) => {
    const item = checkResult(totals);
    const seen = examples[item.name];
    return item.fails === 0 || seen === undefined ? item : { ...item, examples: seen };
  });
  const grouped = index
    .all('checks', 'group+check')
    .map((totals) => ({ group: totals.key.tags['group'] ?? '', ...checkResult(totals) }));
  const sum = (field: 'passes' | 'fails'): number =>
    items.reduce((total, item) => total + item[field], 0);
  const passes = index.count('checks');
  const fails = index.samples('checks') - passes;
  const overflow = { passes: passes - sum('passes'), fails: fails - sum('fails') };
  const more = overflow.passes + overflow.fails > 0 ? { overflow } : {};
  const all = { passes, fails, items, ...more };
  return grouped.length === 0 ? all : { ...all, grouped };
}

function checkResult({ key, total }: ViewTotals): CheckResult {
  const name = key.tags['check'] ?? '';
  return total.type === 'rate'
    ? { name, passes: total.passes, fails: total.fails }
    : { name, passes: 0, fails: 0 };
}

/** The web's way to store: one request may carry many instances. */
const STOW = 'STOW-RS';

function operationRows(index: ViewIndex, elapsedMs: number): OperationRow[] {
  const rows = FAMILIES.flatMap((family) =>
    index.all(family.reqs, 'service').map(({ key }) => {
      const service = key.tags['service'] ?? '';
      return operationRow(index, { service, family, elapsedMs });
    }),
  );
  const counted = rows.filter((row) => row.count > 0).sort((a, b) => b.count - a.count);
  const rest = overflowRow(index, counted, elapsedMs);
  return rest === null ? counted : [...counted, rest];
}

/** Requests that went into overflow series, of whatever service; null without any. */
function overflowRow(
  index: ViewIndex,
  rows: readonly OperationRow[],
  elapsedMs: number,
): OperationRow | null {
  const rest = (all: number, of: (row: OperationRow) => number): number =>
    Math.max(0, all - rows.reduce((sum, row) => sum + of(row), 0));
  const whole = (part: 'reqs' | 'failed'): number =>
    FAMILIES.reduce((sum, family) => sum + index.count(family[part]), 0);
  const count = rest(whole('reqs'), (row) => row.count);
  if (count === 0) return null;
  const failed = rest(whole('failed'), (row) => row.failed);
  return {
    service: OTHER_SERIES,
    ...{ count, ratePerSecond: perSecond(count, elapsedMs) },
    ...{ failed, failedShare: failed / count },
    ...{ sentBytes: 0, receivedBytes: 0, sentBytesPerSecond: 0, receivedBytesPerSecond: 0 },
    statuses: {},
  };
}

function operationRow(
  index: ViewIndex,
  row: { readonly service: string; readonly family: RequestFamily; readonly elapsedMs: number },
): OperationRow {
  const { service, family, elapsedMs } = row;
  const of = (metric: string): number => index.count(metric, 'service', 'service', service);
  const count = of(family.reqs);
  const failed = of(family.failed);
  const attempts = index.samples(family.failed, 'service', 'service', service);
  const duration = index.trend(family.duration, 'service', 'service', service);
  const sentBytes = of('data_sent');
  const receivedBytes = of('data_received');
  const statuses: Record<string, number> = {};
  for (const { key, total } of index.all(family.reqs, 'service+status')) {
    if (key.tags['service'] !== service || total.type !== 'counter') continue;
    if (total.count === 0) continue;
    statuses[key.tags['status'] ?? ''] = total.count;
  }
  return {
    service,
    count,
    ratePerSecond: perSecond(count, elapsedMs),
    failed,
    failedShare: attempts === 0 ? 0 : failed / attempts,
    ...(duration === undefined ? {} : { duration }),
    ...(service === STOW ? stowInstances(index) : {}),
    sentBytes,
    receivedBytes,
    sentBytesPerSecond: perSecond(sentBytes, elapsedMs),
    receivedBytesPerSecond: perSecond(receivedBytes, elapsedMs),
    statuses,
  };
}

/** One request of STOW-RS may carry many. */
function stowInstances(index: ViewIndex) {
  const sentInstances = index.count('dicom_instances', 'service', 'service', STOW);
  let taken = 0;
  for (const { key, total } of index.all('dicom_instances', 'service+outcome')) {
    if (key.tags['service'] !== STOW || total.type !== 'counter') continue;
    if (/^(success|warning)$/.test(key.tags['outcome'] ?? '')) taken += total.count;
  }
  return { sentInstances, refusedInstances: sentInstances - taken };
}

function associations(index: ViewIndex): AssociationsSummary {
  const requested = index.count('dicom_assocs');
  const accepted = index.count('dicom_assocs', 'outcome', 'outcome', 'accepted');
  const rejected = index.count('dicom_assocs', 'outcome', 'outcome', 'rejected');
  const associating = index.trend('dicom_associating');
  const causes = index
    .all('dicom_assocs', 'outcome')
    .filter(({ key }) => key.tags['outcome'] !== 'accepted')
    .flatMap(({ key, total }) => causesOf(index, key.tags['outcome'] ?? '', total));
  return {
    requested,
    accepted,
    rejected,
    failed: requested - accepted - rejected,
    aborted: index.count('dicom_assoc_aborted'),
    causes: causes.sort((a, b) => b.count - a.count),
    requestsPerAssociation: accepted === 0 ? 0 : index.count('dicom_reqs') / accepted,
    ...(associating === undefined ? {} : { associating }),
  };
}

/** By status where there is one (rejections), else the outcome as a whole. */
function causesOf(
  index: ViewIndex,
  outcome: string,
  whole: Totals[number]['total'],
): AssociationsSummary['causes'][number][] {
  const count = whole.type === 'counter' ? whole.count : 0;
  const causes = index
    .all('dicom_assocs', 'outcome+status')
    .filter(({ key }) => key.tags['outcome'] === outcome)
    .map(({ key, total }) => ({
      outcome,
      status: key.tags['status'] ?? '',
      count: total.type === 'counter' ? total.count : 0,
    }));
  const rest = count - causes.reduce((sum, cause) => sum + cause.count, 0);
  return rest > 0 ? [...causes, { outcome, status: '', count: rest }] : causes;
}

/** Success and warning statuses of C-STORE (PS3.7 Annex C, PS3.4 B.2.3). */
function isAccepted(status: string): boolean {
  return status === '0000' || status.startsWith('B') || ['0001', '0107', '0116'].includes(status);
}

function delivery(index: ViewIndex, facts: RunFacts): DeliverySummary {
  let accepted = 0;
  for (const { key, total } of index.all('dicom_reqs', 'service+status')) {
    if (key.tags['service'] !== 'C-STORE' || total.type !== 'counter') continue;
    if (isAccepted(key.tags['status'] ?? '')) accepted += total.count;
  }
  const { sentInstances, refusedInstances } = stowInstances(index);
  accepted += sentInstances - refusedInstances;
  const sent = index.count('dicom_reqs', 'service', 'service', 'C-STORE') + sentInstances;
  const visible = index.trend('dicom_visible_duration');
  return {
    sent,
    accepted,
    routes: facts.accounts.map((account) => {
      const duration = index.trend('dicom_delivery_duration', 'route', 'route', account.route);
      return { ...account, ...(duration === undefined ? {} : { duration }) };
    }),
    ...(facts.missing === undefined || facts.missing.length === 0
      ? {}
      : { missing: facts.missing }),
    ...(visible === undefined ? {} : { visible }),
  };
}

function withShares(errors: ErrorsSummary, operations: readonly OperationRow[]): ErrorsSummary {
  const withShare = (group: ErrorGroup): ErrorGroup => {
    const row = operations.find((operation) => operation.service === group.operation);
    return row === undefined || row.count === 0
      ? group
      : { ...group, share: group.count / row.count };
  };
  return { ...errors, groups: errors.groups.map(withShare) };
}

function execution(index: ViewIndex, facts: RunFacts): ExecutionSummary {
  const iterations = index.count('iterations');
  const iterationDuration = index.trend('iteration_duration');
  const lag = index.trend('iteration_lag');
  const due = index.samples('iterations_achieved');
  return {
    iterations,
    iterationsPerSecond: perSecond(iterations, facts.run.durationMs),
    ...(iterationDuration === undefined ? {} : { iterationDuration }),
    dropped: index.count('dropped_iterations'),
    interrupted: facts.interrupted,
    failed: index.count('iteration_failed'),
    ...(due === 0 ? {} : { achievedShare: index.count('iterations_achieved') / due }),
    ...(lag === undefined ? {} : { lag }),
    vus: index.gaugeMax('vus'),
    vusMax: index.gaugeMax('vus_max'),
    sentBytes: index.count('data_sent'),
    receivedBytes: index.count('data_received'),
    generator: facts.generator,
  };
}

function customMetrics(
  totals: Totals,
  options: { readonly trendStats: readonly string[]; readonly elapsedMs: number },
): MetricSummary[] {
  return totals
    .filter(({ key }) => !key.builtin && key.view === 'all')
    .map(({ key, total }) => ({
      name: key.metric,
      type: key.type,
      contains: key.contains,
      values: k6Values(total, options),
    }));
}

function sections(index: ViewIndex, view: string, tag: string): SectionSummary[] {
  const names = new Set<string>();
  for (const metric of ['iterations', 'dicom_reqs', 'http_reqs', 'checks', 'group_duration']) {
    for (const { key } of index.all(metric, view)) names.add(key.tags[tag] ?? '');
  }
  return [...names].sort().map((name) => {
    const of = (metric: string): number => index.count(metric, view, tag, name);
    const sum = (part: 'reqs' | 'failed'): number =>
      FAMILIES.reduce((all, family) => all + of(family[part]), 0);
    // Percentiles of two protocols cannot be added: of a mixed one that of DIMSE is told.
    const duration =
      index.trend('dicom_req_duration', view, tag, name) ??
      index.trend('http_req_duration', view, tag, name);
    const iteration =
      index.trend('iteration_duration', view, tag, name) ??
      index.trend('group_duration', view, tag, name);
    return {
      name,
      // An iteration ends outside of its groups; what a group counts is its calls.
      iterations: of(tag === 'group' ? 'group_duration' : 'iterations'),
      ...(iteration === undefined ? {} : { iterationDuration: iteration }),
      requests: sum('reqs'),
      failed: sum('failed'),
      ...(duration === undefined ? {} : { duration }),
      checks: {
        passes: of('checks'),
        fails: index.samples('checks', view, tag, name) - of('checks'),
      },
    };
  });
}
