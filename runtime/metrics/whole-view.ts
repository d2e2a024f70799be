// A view over the whole run, live or read back from a log, and what a threshold sees of it.
import type { ViewKey, ViewTotal } from './totals.ts';
import type { TrendStats } from './summary.ts';
import { holds } from './judge/threshold-expression.ts';
import type { ThresholdExpression } from './judge/threshold-expression.ts';

export interface WholeView {
  readonly decl: ViewKey;
  readonly samples: number;
  /** Rate: number of ones. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  /** Trends only; NaN when there is no histogram. */
  percentile(p: number): number;
}

/** Value of a threshold's method; the view has samples. */
export function observedValue(
  view: WholeView,
  expression: ThresholdExpression,
  elapsedMs: number,
): number {
  switch (expression.method.kind) {
    case 'count':
      return view.sum;
    case 'rate':
      if (view.decl.type === 'counter') return elapsedMs <= 0 ? 0 : view.sum / (elapsedMs / 1000);
      return view.sum / view.samples;
    case 'value':
      return view.last;
    case 'growth':
      return view.samples === 0 ? 0 : view.last - view.min;
    case 'avg':
      return view.sum / view.samples;
    case 'min':
      return view.min;
    case 'max':
      return view.max;
    case 'percentile':
      return view.percentile(expression.method.p);
  }
}

/**
 * What was to be tested and gave no sample was not tested: requests and checks. Of the others only a
 * counter can fail by it, when zero is not what was asked for.
 */
export function failsWithoutData(
  { metric, type }: Pick<ViewKey, 'metric' | 'type'>,
  expression: ThresholdExpression,
): boolean {
  if (/^(dicom_|http_|checks$)/.test(metric)) return true;
  return type === 'counter' && expression.of === undefined && !holds(0, expression);
}

export function totalOf(view: WholeView): ViewTotal {
  const { samples, sum } = view;
  switch (view.decl.type) {
    case 'counter':
      return { type: 'counter', samples, count: sum };
    case 'rate':
      return { type: 'rate', samples, passes: sum, fails: samples - sum };
    case 'gauge':
      return {
        type: 'gauge',
        samples,
        value: view.last,
        min: samples === 0 ? 0 : view.min,
        max: samples === 0 ? 0 : view.max,
        mean: samples === 0 ? 0 : sum / samples,
      };
    case 'trend': {
      const percentile = (p: number): number => view.percentile(p);
      return { type: 'trend', samples, sum, stats: statsOf(view), percentile };
    }
  }
}

function statsOf(view: WholeView): TrendStats {
  if (view.samples === 0) {
    return { count: 0, avg: 0, min: 0, max: 0, med: 0, p90: 0, p95: 0, p99: 0, p999: 0 };
  }
  return {
    count: view.samples,
    avg: view.sum / view.samples,
    min: view.min,
    max: view.max,
    med: view.percentile(50),
    p90: view.percentile(90),
    p95: view.percentile(95),
    p99: view.percentile(99),
    p999: view.percentile(99.9),
  };
}

/** A bucket's edge may overshoot the exact extremes. */
export function clampTo(
  value: number,
  range: { readonly min: number; readonly max: number },
): number {
  return Math.min(Math.max(value, range.min), range.max);
}

/** Whole-run value of a view as a row; see `ViewRow`. */
export function totalRow(id: number, total: ViewTotal): number[] {
  switch (total.type) {
    case 'counter':
      return [id, total.count, total.samples];
    case 'rate':
      return [id, total.passes, total.fails];
    case 'gauge':
      return [id, total.value, total.min, total.max, total.samples, total.mean * total.samples];
    case 'trend': {
      const { count, min, max, med, p90, p95, p99, p999 } = total.stats;
      return [id, count, total.sum, min, max, med, p90, p95, p99, p999];
    }
  }
}
