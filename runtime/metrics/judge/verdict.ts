// Passed or not, why, and with which exit code.
import { ExitCode } from '../../errors.ts';
import { METRIC_TABLE } from '../../../api/k6/metric-table.ts';
import { nearest } from '../distribution/nearest.ts';
import { parseSelector } from './selector.ts';
import type { RunFacts } from '../facts.ts';
import type { Summary, ThresholdResult, Verdict } from '../summary.ts';
import type { ViewIndex } from '../view-index.ts';

interface Cause {
  readonly code: number;
  readonly reason: string;
}

/** The first cause gives the exit code: how the run ended, then thresholds, then lost output. */
export function judgeRun(
  parts: Pick<Summary, 'thresholds' | 'checks' | 'delivery' | 'execution'>,
  index: ViewIndex,
  facts: RunFacts,
): Verdict {
  const causes = [
    ...(facts.exit.code === 0 ? [] : [facts.exit]),
    ...parts.thresholds.filter((one) => one.failed).map((one) => crossed(one, index)),
    ...nothingSucceeded(index),
    ...nobodyStarted(parts.execution, index),
    ...(facts.run.mode === 'smoke' ? smokeCauses(parts, index, facts) : []),
    ...lostOutput(facts),
  ];
  const first = causes[0];
  const warnings = [...facts.warnings];
  if (facts.generator.saturated) {
    warnings.push(`the generator was saturated: ${facts.generator.reasons.join('; ')}`);
  }
  if (facts.run.truncated) warnings.push('the run log has no end: the process was killed');
  return {
    passed: first === undefined,
    exitCode: first?.code ?? ExitCode.OK,
    reason: first?.reason ?? passReason(parts),
    reasons: causes.map((cause) => cause.reason),
    warnings,
  };
}

function crossed(result: ThresholdResult, index: ViewIndex): Cause {
  const observed =
    result.observed === undefined
      ? `no data${whyNoData(result.metric, index)}`
      : `observed ${shortNumber(result.observed)}`;
  return {
    code: ExitCode.THRESHOLDS,
    reason: `threshold ${result.metric} ${result.expression}: ${observed}`,
  };
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
  const causes: Cause[] = [];
  for (const [metric, what] of [
    ['dicom_assoc_failed', 'association'],
    ['dicom_req_failed', 'request'],
  ] as const) {
    const attempts = index.samples(metric);
    if (attempts === 0 || index.count(metric) < attempts) continue;
    causes.push({
      code: ExitCode.THRESHOLDS,
      reason: attempts === 1 ? `the one ${what} failed` : `all ${attempts} ${what}s failed`,
    });
  }
  return causes;
}

/** Every VU was lost in its `vuInit`, so that the run has tested nothing. */
function nobodyStarted(execution: Summary['execution'], index: ViewIndex): Cause[] {
  const failed = index.count('iteration_failed', 'phase', 'phase', 'vuInit');
  if (failed === 0 || execution.iterations + execution.interrupted > 0) return [];
  const times = failed === 1 ? 'once' : `${failed} times`;
  const reason = `no iteration was run: vuInit failed ${times} and never succeeded`;
  return [{ code: ExitCode.THRESHOLDS, reason }];
}

function smokeCauses(
  parts: Pick<Summary, 'checks' | 'delivery'>,
  index: ViewIndex,
  facts: RunFacts,
): Cause[] {
  const missing = parts.delivery.routes.reduce((sum, route) => sum + route.missing, 0);
  const cases = facts.cases.filter((one) => one.state === 'failed' || one.state === 'error').length;
  const counts: readonly (readonly [number, string])[] = [
    [parts.checks.fails, 'check'],
    [index.count('dicom_req_failed'), 'request'],
    [index.count('iteration_failed'), 'iteration'],
    [cases, 'case'],
  ];
  const causes = counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => ({
      code: ExitCode.THRESHOLDS,
      reason: `${count} ${what}${count === 1 ? '' : 's'} failed`,
    }));
  if (missing > 0) {
    causes.push({
      code: ExitCode.THRESHOLDS,
      reason: `${missing} accepted instances did not arrive`,
    });
  }
  return causes;
}

function lostOutput(facts: RunFacts): Cause[] {
  if (!facts.strictOutput) return [];
  return facts.outputs
    .filter((output) => output.unwritten + output.rejected > 0)
    .map((output) => ({
      code: ExitCode.OUTPUT_LOST,
      reason: `output ${output.name}: ${output.unwritten + output.rejected} points are not stored`,
    }));
}

function passReason(parts: Pick<Summary, 'thresholds' | 'execution' | 'checks'>): string {
  const { execution } = parts;
  const thresholds = parts.thresholds.filter((one) => one.advisory !== true);
  const { failed } = execution;
  const counted = execution.iterations === 1 ? '1 iteration' : `${execution.iterations} iterations`;
  const iterations = failed > 0 ? `${counted} (${failed} failed)` : counted;
  if (thresholds.length === 0) return `${iterations}, no thresholds${notJudged(parts.checks)}`;
  return thresholds.length === 1
    ? `${iterations}, the one threshold holds`
    : `${iterations}, all ${thresholds.length} thresholds hold`;
}

/** Failed checks fail a run only by a threshold, as in k6: without one they are at least named. */
function notJudged({ passes, fails }: Summary['checks']): string {
  return fails === 0 ? '' : `; ${fails} of ${passes + fails} checks failed, none is judged`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(5)));
}
