// k6's `data.metrics`: what `handleSummary` gets and `--summary-export` is made of.
import type { K6Metric, ThresholdResult } from './summary.ts';
import type { Totals, ViewTotal, ViewTotals } from './totals.ts';

/** Metrics with samples or thresholds, the script's own in any case, and sub-metrics by their selector. */
export function k6Metrics(
  totals: Totals,
  thresholds: readonly ThresholdResult[],
  options: { readonly trendStats: readonly string[]; readonly elapsedMs: number },
): Record<string, K6Metric> {
  const byMetric = new Map<string, Record<string, { ok: boolean }>>();
  for (const result of thresholds) {
    const of = byMetric.get(result.metric) ?? {};
    of[result.expression] = { ok: !result.failed };
    byMetric.set(result.metric, of);
  }
  const metrics: Record<string, K6Metric> = {};
  for (const one of totals) {
    const name = k6Name(one);
    if (name === null) continue;
    const own = byMetric.get(name);
    // What the script made or tracks stands there with zeros; what nobody asked for does not.
    const asked = !one.key.builtin || one.key.view !== 'all' || own !== undefined;
    if (one.total.samples === 0 && !asked) continue;
    metrics[name] = {
      type: one.key.type,
      contains: one.key.contains,
      values: k6Values(one.total, options),
      ...(own === undefined ? {} : { thresholds: own }),
    };
  }
  return metrics;
}

/** Values of one metric under k6's names. */
export function k6Values(
  total: ViewTotal,
  options: { readonly trendStats: readonly string[]; readonly elapsedMs: number },
): Record<string, number> {
  switch (total.type) {
    case 'counter':
      return { count: total.count, rate: perSecond(total.count, options.elapsedMs) };
    case 'gauge':
      return { value: total.value, min: total.min, max: total.max };
    case 'rate': {
      const rate = total.samples === 0 ? 0 : total.passes / total.samples;
      return { rate, passes: total.passes, fails: total.fails };
    }
    case 'trend': {
      const values: Record<string, number> = {};
      for (const stat of options.trendStats) values[stat] = trendValue(total, stat);
      return values;
    }
  }
}

function trendValue(total: Extract<ViewTotal, { type: 'trend' }>, stat: string): number {
  if (total.samples === 0) return 0;
  const percentile = /^p\(\s*(\d+(?:\.\d+)?)\s*\)$/.exec(stat)?.[1];
  if (percentile !== undefined) return total.percentile(Number(percentile));
  switch (stat) {
    case 'avg':
      return total.stats.avg;
    case 'min':
      return total.stats.min;
    case 'max':
      return total.stats.max;
    case 'med':
      return total.stats.med;
    case 'count':
      return total.samples;
    default:
      return 0;
  }
}

export function perSecond(count: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : count / (elapsedMs / 1000);
}

function k6Name(one: ViewTotals): string | null {
  if (one.key.view === 'all') return one.key.metric;
  return one.key.view.startsWith('{') ? `${one.key.metric}${one.key.view}` : null;
}
