// Smoke mode: the same script, each scenario once, one after another, its load ignored.
import { METRIC_TABLE } from '../../api/k6/metric-table.ts';
import type { Scenario } from '../executors/index.ts';
import type { ThresholdConfig } from './types.ts';

const S = 1e9;

/** 1 VU × 1 iteration per scenario, in order. */
export function smokeScenarios(scenarios: readonly Scenario[], maxDurationNs: number): Scenario[] {
  return scenarios.map((scenario, i) => {
    const before = scenarios[i - 1]?.name;
    return {
      name: scenario.name,
      executor: 'per-vu-iterations',
      exec: scenario.exec,
      startTimeNs: 0,
      ...(before === undefined ? {} : { after: before }),
      gracefulStopNs: Math.min(scenario.gracefulStopNs, 30 * S),
      env: scenario.env,
      tags: scenario.tags,
      ...(scenario.labels === undefined ? {} : { labels: scenario.labels }),
      vus: 1,
      iterations: 1,
      maxDurationNs,
    };
  });
}

/** Thresholds that one iteration can be judged by: failures and deliveries, not latencies. */
export function smokeThresholds(thresholds: ThresholdConfig): ThresholdConfig {
  return Object.fromEntries(
    Object.entries(thresholds).filter(([key]) => {
      const name = key.split('{')[0]?.trim();
      const type = METRIC_TABLE.find((metric) => metric.name === name)?.type;
      if (name === 'iterations_achieved') return false;
      return type === 'rate' || (type === 'counter' && name?.startsWith('dicom_delivery_'));
    }),
  );
}
