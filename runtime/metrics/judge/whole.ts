// A threshold judged over a whole run: of a run that ends, of one read back from its log, of one
// that still goes on. Windows are judged while a run goes on, by Thresholds.
import type { ThresholdConfig, ThresholdSpec } from '../engine-types.ts';
import type { ThresholdResult } from '../summary.ts';
import type { ViewKey } from '../totals.ts';
import { failsWithoutData } from '../whole-view.ts';
import type { WholeView } from '../whole-view.ts';
import { parseSelector } from './selector.ts';
import { holds, metricFacts, parseExpression } from './threshold-expression.ts';
import type { ThresholdExpression } from './threshold-expression.ts';
import { activityOf, comparedWhole } from './threshold-views.ts';
import type { ThresholdComparison, ThresholdViews } from './threshold-views.ts';

/** What a threshold comes to; without data neither held nor crossed, though it may fail the run. */
export type Outcome = Pick<ThresholdResult, 'verdict' | 'failed' | 'observed' | 'limit'>;

/** Of what was seen, in a window or over the whole run; null or no number: without data. */
export function outcomeOf(
  seen: ThresholdComparison | null,
  expression: ThresholdExpression,
  { advisory, mustHaveData }: { readonly advisory: boolean; readonly mustHaveData: boolean },
): Outcome {
  // The first histogram comes after ten seconds: until then nobody knows a percentile.
  if (seen === null || Number.isNaN(seen.observed)) {
    const failed = seen === null && mustHaveData && !advisory;
    return { verdict: 'no data', failed, limit: expression.limit };
  }
  const held = holds(seen.observed, expression, seen.limit);
  return { verdict: held ? 'ok' : 'failed', failed: !held && !advisory, ...seen };
}

/** What is asked, as far as the judgement needs it. */
export interface Asked {
  readonly expression: ThresholdExpression;
  readonly advisory: boolean;
  /** Without data it is not judged, whatever its metric. */
  readonly optional: boolean;
}

/** `views.view` null: no such view was ever made. */
export function judgeWhole(
  key: string,
  spec: Asked,
  views: Omit<ThresholdViews, 'view'> & { readonly view: WholeView | null },
  elapsedMs: number,
): Outcome {
  const { expression, advisory, optional } = spec;
  const { view, base, activity } = views;
  const seen = view && comparedWhole({ view, base, activity }, expression, elapsedMs);
  const mustHaveData = !optional && failsWithoutData(metricOf(key, view?.decl), expression);
  return outcomeOf(seen, expression, { advisory, mustHaveData });
}

function metricOf(key: string, decl: ViewKey | undefined): Pick<ViewKey, 'metric' | 'type'> {
  if (decl !== undefined) return decl;
  const metric = parseSelector(key)?.metric ?? key;
  return { metric, type: metricFacts(metric)?.type ?? 'rate' };
}

/** All thresholds of a run whose views are `viewOf`'s. */
export function judgeAll(
  config: ThresholdConfig,
  viewOf: (key: string) => WholeView | null,
  elapsedMs: number,
): ThresholdResult[] {
  return Object.entries(config).flatMap(([key, specs]) => {
    const view = viewOf(key);
    const activityKey = activityOf(key);
    const activity = activityKey === null ? null : viewOf(activityKey);
    return specs.flatMap((spec): ThresholdResult[] => {
      const expression = parseExpression(spec.threshold);
      if (expression === null) return [];
      const base = expression.of === undefined ? null : viewOf(expression.of);
      const asked = {
        expression,
        advisory: spec.advisory === true,
        optional: spec.optional === true,
      };
      const outcome = judgeWhole(key, asked, { view, base, activity }, elapsedMs);
      return [resultOf(key, spec, outcome, view?.decl)];
    });
  });
}

export function resultOf(
  key: string,
  spec: ThresholdSpec,
  outcome: Outcome,
  decl: ViewKey | undefined,
): ThresholdResult {
  const { verdict, failed, observed, limit } = outcome;
  return {
    metric: key,
    expression: spec.threshold.trim(),
    verdict,
    failed,
    ...(observed === undefined ? {} : { observed }),
    limit,
    ...(spec.window === undefined ? {} : { windowMs: spec.window }),
    ...(decl === undefined ? {} : { type: decl.type }),
    contains: decl?.contains ?? 'default',
    abortOnFail: spec.abortOnFail === true,
    ...(spec.advisory === true ? { advisory: true } : {}),
  };
}
