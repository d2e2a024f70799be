// per-vu-iterations: every VU does the same number of iterations, or as many as fit in maxDuration.
// What is left then is dropped.
import { startAtOnce } from './constant-vus.ts';
import type { ClosedPlan } from './plan.ts';
import type { PerVUIterations } from './scenario.ts';
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
