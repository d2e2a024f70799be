// What failed in a run and no threshold judges: it fails nothing, but it is said, and the word is
// not PASS.
import type { RunFacts } from '../facts.ts';
import { count, percent, plural } from '../numbers.ts';
import type { Summary, ThresholdResult } from '../summary.ts';
import type { ViewIndex } from '../view-index.ts';
import { FAILURES } from './failure-rates.ts';
import {
  changedText,
  missingText,
  ofAll,
  repeatedText,
  sumOf,
  unexpectedText,
} from './headline.ts';
import type { Told } from './headline.ts';
import { parseSelector } from './selector.ts';
import { parseExpression } from './threshold-expression.ts';

/** Dropped iterations up to this share of those due need no mention. */
const DROPPED_SHARE = 0.05;

/** One line each: `3 of 40 checks failed: no threshold judges checks`. */
export function unjudged(told: Told, index: ViewIndex, facts: RunFacts): string[] {
  const { thresholds } = told;
  const judged = thresholds.filter((one) => one.advisory !== true && one.verdict !== 'no data');
  const smoke = facts.run.mode === 'smoke';
  const notes = [
    // All of these fail a smoke test by themselves.
    ...(smoke ? [] : failures(index, judged)),
    ...(smoke ? [] : [...outside(facts), ...cutOff(facts), ...blind(thresholds)]),
    ...idle(index, facts),
    ...dropped(told, judged),
    ...deliveries(told, judged),
  ];
  if (notes.length > 0 || facts.exit.code !== 0) return notes;
  return tested(told, index, judged)
    ? []
    : ['nothing was tested: no request, no check, no threshold with data'];
}

function tested(told: Told, index: ViewIndex, judged: readonly ThresholdResult[]): boolean {
  const requests = told.operations.length > 0 || index.samples('dicom_assocs') > 0;
  const cases = told.cases.some(({ state }) => state === 'passed' || state === 'failed');
  return requests || cases || told.checks.passes + told.checks.fails > 0 || judged.length > 0;
}

function failures(index: ViewIndex, judged: readonly ThresholdResult[]): string[] {
  return FAILURES.flatMap(({ metric, what, did }) => {
    const failed = failuresIn(index, metric, 'all');
    const own = judged.filter((one) => parseSelector(one.metric)?.metric === metric);
    const seen = own.map((one) => {
      const name = one.metric.trim().slice(metric.length).trim();
      return name === '' || name === '{}' ? failed : failuresIn(index, metric, name);
    });
    // Two selectors may count the same failure: then some more are left unjudged than is said.
    const left = failed - seen.reduce((sum, n) => sum + n, 0);
    if (left <= 0) return [];
    const which =
      own.length === 0 ? metric : `these, only ${own.map((one) => one.metric).join(', ')}`;
    return [`${ofAll(left, index.samples(metric), what)} ${did}: no threshold judges ${which}`];
  });
}

/** A check that held is a one, for all others the failure is. */
function failuresIn(index: ViewIndex, metric: string, view: string): number {
  const ones = index.count(metric, view);
  return metric === 'checks' ? index.samples(metric, view) - ones : ones;
}

/** Thresholds were set, and not one saw a sample; a count of what never happened is none, and right. */
function blind(thresholds: readonly ThresholdResult[]): string[] {
  const set = thresholds.filter((one) => one.advisory !== true);
  const saw = ({ verdict, failed, expression }: ThresholdResult): boolean =>
    verdict !== 'no data' || failed || parseExpression(expression)?.method.kind === 'count';
  if (set.length === 0 || set.some(saw)) return [];
  return [
    set.length === 1
      ? 'the one threshold had no data'
      : `none of the ${count(set.length)} thresholds had data`,
  ];
}

/** Exceptions that no iteration had: no metric counts them. */
function outside({ errors }: RunFacts): string[] {
  const stray = errors.groups.filter(({ code, operation }) => isStray(code, operation));
  if (stray.length === 0) return [];
  const n = stray.reduce((sum, { count }) => sum + count, 0);
  const where = [...new Set(stray.map((one) => STRAY[one.operation] ?? 'promise not awaited'))];
  return [
    `${plural(n, 'exception')} outside of iterations (${where.join(', ')}): no metric counts them`,
  ];
}

/** Functions that run beside iterations; an exception in `vuInit` is one of `iteration_failed`. */
const STRAY: Readonly<Record<string, string>> = { timer: 'timer', vuTeardown: 'vuTeardown' };

const isStray = (code: string, operation: string): boolean =>
  code === 'SCRIPT_UNHANDLED_REJECTION' || operation in STRAY;

/** Iterations that ended in the middle, not for the end of their time: their checks were not reached. */
function cutOff({ errors, replaced = 0 }: RunFacts): string[] {
  const cut = errors.groups.filter(
    ({ code, operation }) => code in CUT && operation === 'iteration',
  );
  const notes = cut.map(({ code, count }) => `${plural(count, 'iteration')} ${CUT[code] ?? ''}`);
  if (replaced === 0) return notes;
  return [...notes, `${plural(replaced, 'worker')} died in the middle of iterations`];
}

const CUT: Readonly<Record<string, string>> = {
  SCRIPT_HANG: 'did not yield and had to be cut off',
  SCRIPT_NEVER_SETTLED: 'awaited what nothing settles, and had to be given up',
};

/** One of several scenarios did nothing to its end, while the others did. */
function idle(index: ViewIndex, { scenarios = [], exit }: RunFacts): string[] {
  if (exit.code !== 0 || scenarios.length < 2 || index.count('iterations') === 0) return [];
  return scenarios
    .filter((name) => index.count('iterations', 'scenario', 'scenario', name) === 0)
    .map((name) => `no iteration of scenario "${name}" finished`);
}

const names = (judged: readonly ThresholdResult[], ...metrics: readonly string[]): boolean =>
  judged.some((one) => metrics.includes(parseSelector(one.metric)?.metric ?? ''));

function dropped({ execution }: Told, judged: readonly ThresholdResult[]): string[] {
  const due = execution.iterations + execution.interrupted + execution.dropped;
  const share = due === 0 ? 0 : execution.dropped / due;
  if (share <= DROPPED_SHARE || names(judged, 'dropped_iterations', 'iterations_achieved'))
    return [];
  const what = `${ofAll(execution.dropped, due, 'iteration')} due were dropped (${percent(share)})`;
  return [`${what}: no threshold judges dropped_iterations`];
}

/** Metrics of deliveries by which a script says that it bears a loss, with `[]` too, or what of it. */
export const BORNE_BY = {
  missing: ['dicom_delivery_missing', 'dicom_delivery_unique'],
  corrupted: ['dicom_delivery_corrupted'],
} as const;

/** Of what is lost only where the script says that it bears it: else the run has failed. */
function deliveries(
  { delivery }: { readonly delivery: Summary['delivery'] },
  judged: readonly ThresholdResult[],
): string[] {
  const { missing, corrupted, accepted, duplicated, unexpected } = sumOf(delivery);
  const kinds = [
    { n: missing, by: BORNE_BY.missing, what: missingText(delivery, missing) },
    { n: corrupted, by: BORNE_BY.corrupted, what: changedText(corrupted, accepted) },
    { n: duplicated, by: ['dicom_delivery_duplicated'], what: repeatedText(duplicated) },
    { n: unexpected, by: ['dicom_delivery_unexpected'], what: unexpectedText(unexpected) },
  ];
  return kinds
    .filter(({ n, by }) => n > 0 && !names(judged, ...by))
    .map(({ by, what }) => `${what}: no threshold judges ${by[0] ?? ''}`);
}
