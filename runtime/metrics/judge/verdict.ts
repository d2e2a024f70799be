// Passed or not, why, and with which exit code: the one place that decides it, for a run that ends,
// for one read back from its log, and for one that still goes on.
import { ExitCode } from '../../errors.ts';
import { METRIC_TABLE } from '../../../api/k6/metric-table.ts';
import type { RunFacts } from '../facts.ts';
import { clock, count, plural, thresholdNumber } from '../numbers.ts';
import type { ThresholdResult, Verdict } from '../summary.ts';
import type { ViewIndex } from '../view-index.ts';
import { nearest } from '../distribution/nearest.ts';
import { deliveryHints } from './delivery-hints.ts';
import { ATTEMPTS } from './failure-rates.ts';
import { lostOutput } from './lost-output.ts';
import {
  brokenText,
  changedText,
  missingText,
  ofAll,
  sumOf,
  whatCameOfIt,
  whatThresholdsSay,
  whatWasDone,
} from './headline.ts';
import type { Told } from './headline.ts';
import { parseSelector } from './selector.ts';
import { BORNE_BY, unjudged } from './unjudged.ts';

interface Cause {
  readonly code: number;
  readonly reason: string;
  /** The metric that it says everything of: no line says it once more. */
  readonly says?: string;
}

/**
 * The first cause gives the exit code: how the run ended, then what was lost or never tested, then
 * thresholds, then lost output.
 */
export function judgeRun(told: Told, index: ViewIndex, facts: RunFacts): Verdict {
  const causes = causesOf(told, index, facts);
  const notes = unjudged(told, index, facts).filter(
    (note) =>
      !causes.some(
        ({ reason, says }) =>
          note.startsWith(`${reason}: `) || (says !== undefined && note.includes(says)),
      ),
  );
  const first = causes[0];
  const state = first !== undefined ? 'fail' : notes.length > 0 ? 'done' : 'pass';
  const did = whatWasDone(told);
  return {
    passed: first === undefined,
    state,
    exitCode: first?.code ?? ExitCode.OK,
    reason: first?.reason ?? `${did}${whatCameOfIt(told)}`,
    did,
    judged: whatThresholdsSay(told.thresholds, told.timeUnit),
    reasons: causes.map((cause) => cause.reason),
    notes,
    warnings: warningsOf(facts),
  };
}

function causesOf(told: Told, index: ViewIndex, facts: RunFacts): Cause[] {
  const crossed = told.thresholds.filter((one) => one.failed);
  const losing = crossed.filter(({ metric }) => metric.startsWith('dicom_delivery_'));
  const expected = facts.cases.some(({ properties }) => properties?.['xfail'] !== undefined);
  const others = crossed.filter((one) => !losing.includes(one));
  const causes = [
    ...(facts.exit.code === 0 ? [] : [facts.exit]),
    // Of a smoke run the cases say what failed and was expected to.
    ...(facts.exit.code === 0 && !expected ? nothingFinished(told, index) : []),
    ...(expected ? [] : [...nothingSucceeded(index), ...diedOnTheWay(facts)]),
    ...lost(told, facts),
    ...losing.map((one) => crossedBy(one, told, index)),
    ...others.map((one) => crossedBy(one, told, index)),
    ...(facts.run.mode === 'smoke' ? smokeCauses(told, index, facts) : []),
    ...(facts.strictOutput ? lostOutput(facts.outputs) : []).map((reason) => ({
      code: ExitCode.OUTPUT_LOST,
      reason,
    })),
  ];
  // A rule and a threshold may say the same of the same.
  return causes.filter(({ reason }, i) => causes.findIndex((one) => one.reason === reason) === i);
}

function warningsOf(facts: RunFacts): string[] {
  const warnings = [...facts.warnings, ...concluded(facts)];
  if (facts.run.truncated) warnings.push('the run log has no end: the process was killed');
  return warnings;
}

/** Warnings that follow from the numbers; of a run on agents from those of all, so that none says its own. */
export function concluded({
  accounts,
  generator,
}: Pick<RunFacts, 'accounts' | 'generator'>): string[] {
  const { saturated, reasons, crowded } = generator;
  return [
    ...deliveryHints(accounts),
    ...(saturated ? [`the generator was saturated: ${reasons.join('; ')}`] : []),
    ...(crowded === undefined ? [] : [crowded]),
  ];
}

const failed = (reason: string): Cause => ({ code: ExitCode.THRESHOLDS, reason });

function crossedBy(result: ThresholdResult, told: Told, index: ViewIndex): Cause {
  const words = brokenText(result, told, index);
  if (words !== null) return failed(words);
  const { metric, expression, observed } = result;
  const seen =
    observed === undefined
      ? `no data${whyNoData(metric, index)}`
      : `observed ${thresholdNumber(result, observed, told.timeUnit)}`;
  return failed(`threshold ${metric} ${expression}: ${seen}`);
}

/** A selector that nothing fits may have its tag or its value misspelt. */
function whyNoData(key: string, index: ViewIndex): string {
  const selector = parseSelector(key);
  const known = METRIC_TABLE.find(({ name }) => name === selector?.metric)?.tags;
  if (selector === null || known === undefined) return '';
  for (const [tag, value] of Object.entries(selector.tags)) {
    // Tags of the author's own are not in the table.
    const near = known.includes(tag) ? null : nearest(tag, known);
    if (near !== null) return ` (no tag "${tag}"; did you mean "${near}"?)`;
    const seen = index.all(selector.metric, tag).map((one) => one.key.tags[tag] ?? '');
    if (seen.length > 0 && !seen.includes(value)) {
      return ` (${tag} was never "${value}", but ${seen.slice(0, MOST_SEEN).join(', ')})`;
    }
  }
  return '';
}

const MOST_SEEN = 5;

/** Requests or associations were attempted and none succeeded. */
function nothingSucceeded(index: ViewIndex): Cause[] {
  return ATTEMPTS.flatMap(({ metric, what }) => {
    const attempts = index.samples(metric);
    if (attempts === 0 || index.count(metric) < attempts) return [];
    return [failed(`${ofAll(attempts, attempts, what)} failed`)];
  });
}

/** Shorter than this, or than this share of the run, may be a pause of the peer. */
const SILENCE_MS = 2_000;
const SILENCE_SHARE = 0.1;
const SILENCE_FAILURES = 3;
/** Who hears nothing waits for its timeouts in place of failing again: of such a silence one tells enough. */
const HANG_MS = 10_000;
const HANG_SHARE = 0.5;

/** There was success, and from some time on until the end nothing but failure. */
function diedOnTheWay({ silence, run }: RunFacts): Cause[] {
  if (silence === undefined || run.mode === 'smoke') return [];
  const { fromMs, failed: since, waiting = 0 } = silence;
  const parts = ATTEMPTS.flatMap(({ metric, what }) => {
    const n = since[metric] ?? 0;
    return n === 0 ? [] : [{ n, what: `${ofAll(n, n, what)} failed` }];
  });
  const lastedMs = run.durationMs - fromMs;
  const attempts = parts.reduce((sum, { n }) => sum + n, 0);
  if (lastedMs < Math.max(SILENCE_MS, SILENCE_SHARE * run.durationMs)) return [];
  const isHang = lastedMs >= Math.max(HANG_MS, HANG_SHARE * run.durationMs);
  if (!isHang && attempts < SILENCE_FAILURES) return [];
  const waited = waiting === 0 ? [] : [`${plural(waiting, 'request')} had no answer`];
  const what = [...parts.map((one) => one.what), ...waited].join(' and ');
  const [from, to] = [clock(fromMs), clock(run.durationMs)];
  return [failed(`nothing succeeded from ${from} until the end, ${to}: ${what}`)];
}

const threwAll = (reason: string): Cause => ({ ...failed(reason), says: 'iteration_failed' });

/** Not one iteration came to its end without an exception: nothing was tested. */
function nothingFinished({ execution }: Told, index: ViewIndex): Cause[] {
  const { iterations, interrupted, dropped } = execution;
  const noVU = index.count('iteration_failed', 'phase', 'phase', 'vuInit');
  const threw = index.count('iteration_failed') - noVU;
  if (iterations > threw) return [];
  if (iterations + interrupted > 0) return [threwAll(noneFinished(iterations, interrupted))];
  if (noVU > 0) {
    const times = noVU === 1 ? 'once' : `${count(noVU)} times`;
    return [threwAll(`no iteration was run: vuInit failed ${times} and never succeeded`)];
  }
  if (dropped === 0) return [failed('no iteration was run')];
  const reason = `no iteration was run: ${ofAll(dropped, dropped, 'iteration')} due were dropped`;
  return [{ ...failed(reason), says: 'dropped_iterations' }];
}

function noneFinished(threw: number, interrupted: number): string {
  const words = [
    ...(threw > 0 ? [`${count(threw)} threw an exception`] : []),
    ...(interrupted > 0
      ? [`${count(interrupted)} ${interrupted === 1 ? 'was' : 'were'} interrupted`]
      : []),
  ];
  const all = threw + interrupted;
  if (threw > 0 && interrupted > 0) return `no iteration finished: ${words.join(', ')}`;
  const what = threw > 0 ? 'threw an exception' : `${all === 1 ? 'was' : 'were'} interrupted`;
  return `no iteration finished: ${ofAll(all, all, 'iteration')} ${what}`;
}

/** Images that the peer accepted and that are not what, or where, they should be. */
function lost({ delivery }: Told, facts: RunFacts): Cause[] {
  const { missing, corrupted, accepted } = sumOf(delivery);
  const bears = (kind: keyof typeof BORNE_BY): boolean =>
    facts.run.mode !== 'smoke' && bearsLoss(facts, BORNE_BY[kind]);
  return [
    ...(missing > 0 && !bears('missing') ? [failed(missingText(delivery, missing))] : []),
    ...(corrupted > 0 && !bears('corrupted') ? [failed(changedText(corrupted, accepted))] : []),
  ];
}

/** A script that sets a threshold on what is lost, if only `[]`, says itself what it bears. */
function bearsLoss({ thresholdKeys = [] }: RunFacts, metrics: readonly string[]): boolean {
  return thresholdKeys.some((key) => metrics.includes(parseSelector(key)?.metric ?? ''));
}

function smokeCauses(told: Told, index: ViewIndex, facts: RunFacts): Cause[] {
  // What fails is a case, too; what was expected to fail is a skipped one.
  const judged = facts.cases.length > 0;
  const cases = facts.cases.filter((one) => one.state === 'failed' || one.state === 'error').length;
  const counts: readonly (readonly [number, string])[] = [
    [judged ? 0 : told.checks.fails, 'check'],
    [judged ? 0 : index.count('dicom_req_failed'), 'request'],
    [index.count('http_req_failed'), 'web request'],
    [judged ? 0 : index.count('iteration_failed'), 'iteration'],
    [cases, 'case'],
  ];
  return counts.filter(([n]) => n > 0).map(([n, what]) => failed(`${plural(n, what)} failed`));
}
