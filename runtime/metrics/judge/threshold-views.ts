// What a threshold looks at besides its own view: the metric it is compared with, and whether
// anything happened at all that its counter could have counted.
import { METRIC_TABLE } from '../../../api/k6/metric-table.ts';
import { parseSelector } from './selector.ts';
import type { ThresholdExpression } from './threshold-expression.ts';
import { observedValue } from '../whole-view.ts';
import type { WholeView } from '../whole-view.ts';

export interface ThresholdViews {
  readonly view: WholeView;
  /** Of `p(95)<3*METRIC`: the view of METRIC; null for a plain limit. */
  readonly base: WholeView | null;
  /** What its counter counts among; null for a metric that is not counted among anything. */
  readonly activity: WholeView | null;
}

export interface ThresholdComparison {
  readonly observed: number;
  readonly limit: number;
}

/** Counters of events, and the metric whose samples show that they could have happened. */
const COUNTED_AMONG: Readonly<Record<string, string>> = {
  dicom_reqs: 'dicom_reqs',
  dicom_faults: 'dicom_reqs',
  dicom_matches: 'dicom_reqs',
  dicom_suboperations: 'dicom_reqs',
  http_reqs: 'http_reqs',
  dicom_assocs: 'dicom_assocs',
  dicom_assoc_aborted: 'dicom_assocs',
  dropped_iterations: 'iterations',
};
/** How something ended says nothing about whether it was tried. */
const ENDINGS = ['outcome', 'status'];

/**
 * The selector of what a counter counts among: `dicom_assocs{route:A}` for
 * `dicom_assoc_aborted{route:A,status:…}`. Where that has samples, a counter without is 0 and not
 * "no data". Null for other metrics.
 */
export function activityOf(key: string): string | null {
  const selector = parseSelector(key);
  const among = selector === null ? undefined : COUNTED_AMONG[selector.metric];
  if (selector === null || among === undefined) return null;
  const tagsOf = (name: string): readonly string[] =>
    METRIC_TABLE.find((metric) => metric.name === name)?.tags ?? [];
  const dropped = [
    ...ENDINGS,
    ...tagsOf(selector.metric).filter((t) => !tagsOf(among).includes(t)),
  ];
  const tags = Object.entries(selector.tags).filter(([tag]) => !dropped.includes(tag));
  if (tags.length === 0) return among;
  return `${among}{${tags.map(([tag, value]) => `${tag}:${quoted(value)}`).join(',')}}`;
}

function quoted(value: string): string {
  return /[,{}]/.test(value) ? `"${value}"` : value;
}

/** Value and limit over the whole run; null without data. */
export function comparedWhole(
  views: ThresholdViews,
  expression: ThresholdExpression,
  elapsedMs: number,
): ThresholdComparison | null {
  const { view, base, activity } = views;
  const limit = limitOf(base, expression, elapsedMs);
  if (limit === null) return null;
  if (view.samples === 0 && (activity === null || activity.samples === 0)) return null;
  return { observed: observedValue(view, expression, elapsedMs), limit };
}

/** The limit: a number, or so many times what another metric has by now; null when it has nothing. */
export function limitOf(
  base: WholeView | null,
  expression: ThresholdExpression,
  elapsedMs: number,
): number | null {
  if (expression.of === undefined) return expression.limit;
  if (base === null || base.samples === 0) return null;
  return expression.limit * observedValue(base, expression, elapsedMs);
}
