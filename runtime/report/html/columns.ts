// Which view of which metric becomes which column of the report's timeline, and how.
import type { ViewKey } from '../../metrics/totals.ts';

/** How the rows of a second become one number, and numbers of seconds one bucket. */
export type Fold =
  /** Counter (or the ones of a rate), per second. */
  | 'perSecond'
  /** Gauge: the largest value. */
  | 'peak'
  /** Trend: the named statistics, merged from histograms where a bucket is longer than a second. */
  | 'latency';

export interface ColumnRule {
  readonly metric: string;
  readonly view: string;
  readonly fold: Fold;
  /** Name of the column; a tag's value is appended when `tag` is given. */
  readonly name: string;
  readonly tag?: string;
}

const all = (metric: string, fold: Fold, name: string): ColumnRule => ({
  ...{ metric, fold, name },
  view: 'all',
});
const by = (tag: string, metric: string, fold: Fold, name: string): ColumnRule => ({
  ...{ metric, fold, name, tag },
  view: tag,
});

export const COLUMN_RULES: readonly ColumnRule[] = [
  all('vus', 'peak', 'vus'),
  all('vus_max', 'peak', 'vus_max'),
  all('iterations', 'perSecond', 'iterations'),
  all('dropped_iterations', 'perSecond', 'dropped'),
  all('data_sent', 'perSecond', 'sent'),
  all('data_received', 'perSecond', 'received'),
  all('generator_cpu', 'peak', 'cpu'),
  all('generator_host_cpu', 'peak', 'host_cpu'),
  all('generator_loop_lag', 'peak', 'lag'),
  all('generator_rss', 'peak', 'rss'),
  by('service', 'dicom_reqs', 'perSecond', 'reqs'),
  by('service', 'dicom_req_failed', 'perSecond', 'failed'),
  by('service', 'dicom_req_duration', 'latency', ''),
  by('service', 'http_reqs', 'perSecond', 'reqs'),
  by('service', 'http_req_failed', 'perSecond', 'failed'),
  by('service', 'http_req_duration', 'latency', ''),
  by('outcome', 'dicom_assocs', 'perSecond', 'assoc'),
  all('dicom_delivery_expected', 'perSecond', 'expected'),
  all('dicom_delivery_unique', 'perSecond', 'unique'),
  all('dicom_delivery_missing', 'perSecond', 'missing'),
  all('dicom_delivery_duration', 'latency', 'delivery'),
];

/** The rule a view falls under, with the name of its column. */
export function columnOf(
  view: ViewKey,
): { readonly rule: ColumnRule; readonly name: string } | null {
  const found = COLUMN_RULES.find((one) => one.metric === view.metric && one.view === view.view);
  if (!found) return null;
  if (found.tag === undefined) return { rule: found, name: found.name };
  const value = view.tags[found.tag] ?? '';
  return { rule: found, name: found.name === '' ? value : `${found.name} ${value}` };
}

/** Column name of a statistic of a latency rule: `p95 C-STORE`, `delivery p95`. */
export function latencyColumn(name: string, statistic: string): string {
  return name === 'delivery' ? `delivery ${statistic}` : `${statistic} ${name}`;
}
