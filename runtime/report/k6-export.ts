// `--summary-export FILE`: k6's shape, so that tools made for it read ours. Two of k6's habits are
// kept on purpose: values stand flat in the metric, and a threshold is true when it was crossed.
import type { K6Metric, Summary } from '../metrics/summary.ts';
import { rootGroup } from './json.ts';
import type { K6Check, K6Group } from './json.ts';

type Flat = Record<string, number | Record<string, boolean>>;

interface ExportedGroup {
  name: string;
  path: string;
  id: string;
  groups: Record<string, ExportedGroup>;
  checks: Record<string, K6Check>;
}

/** JSON text with a line break at the end. */
export function renderK6Export(summary: Summary): string {
  const metrics: Record<string, Flat> = {};
  for (const [name, metric] of Object.entries(summary.metrics)) metrics[name] = flat(metric);
  return `${JSON.stringify({ root_group: exported(rootGroup(summary)), metrics }, null, 4)}\n`;
}

function flat(metric: K6Metric): Flat {
  const out: Flat = {};
  for (const [name, value] of Object.entries(metric.values)) {
    // k6 calls the rate of a Rate "value" here
    out[metric.type === 'rate' && name === 'rate' ? 'value' : name] = value;
  }
  if (metric.thresholds !== undefined) {
    const crossed: Record<string, boolean> = {};
    for (const [expression, { ok }] of Object.entries(metric.thresholds)) crossed[expression] = !ok;
    out['thresholds'] = crossed;
  }
  return out;
}

function exported(group: K6Group): ExportedGroup {
  const { name, path, id } = group;
  const groups: Record<string, ExportedGroup> = {};
  for (const child of group.groups) groups[child.name] = exported(child);
  const checks: Record<string, K6Check> = {};
  for (const check of group.checks) checks[check.name] = check;
  return { name, path, id, groups, checks };
}
