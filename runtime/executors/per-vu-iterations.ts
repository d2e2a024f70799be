// per-vu-iterations: every VU does the same number of iterations, or as many as fit in maxDuration.
// What is left then is dropped.
import { startAtOnce } from './constant-vus.ts';
import type { ClosedPlan } from './plan.ts';
import type { PerVUIterations, Scenario } from './scenario.ts';
import type { Segment } from './segment.ts';

export function planPerVUIterations(scenario: PerVUIterations, segment: Segment): ClosedPlan {
  const events = startAtOnce(scenario.vus, segment);
  return {
    kind: 'closed',
    scenario: scenario.name,
    events,
    iterationsPerVU: scenario.iterations,
    maxVUs: events.length,
    regularEndNs: scenario.maxDurationNs,
    endNs: scenario.maxDurationNs + scenario.gracefulStopNs,
  };
}

/**
 * Where the counts of begun iterations of a scenario stand among those of all scenarios, a count per
 * VU; with the number of scenarios, how many there are.
 */
export function begunOffset(scenarios: readonly Scenario[], index: number): number {
  return scenarios
    .slice(0, index)
    .reduce((sum, one) => sum + (one.executor === 'per-vu-iterations' ? one.vus : 0), 0);
}
