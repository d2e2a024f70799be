// shared-iterations: a number of iterations that the VUs take one by one, the fast ones more of
// them. With paceOver, iteration k of n is not started before k·paceOver/n: a worklist spread over
// a day instead of emptied at once.
import { startAtOnce } from './constant-vus.ts';
import type { ClosedPlan } from './plan.ts';
import type { SharedIterations } from './scenario.ts';
import { ownedCount } from './segment.ts';
import type { Segment } from './segment.ts';

export function planSharedIterations(scenario: SharedIterations, segment: Segment): ClosedPlan {
  const events = startAtOnce(scenario.vus, segment);
  return {
    kind: 'closed',
    scenario: scenario.name,
    events,
    sharedIterations: scenario.iterations,
    ownedIterations: ownedCount(segment, scenario.iterations),
    ...(scenario.paceOverNs === undefined ? {} : { paceOverNs: scenario.paceOverNs }),
    maxVUs: events.length,
    regularEndNs: scenario.maxDurationNs,
    endNs: scenario.maxDurationNs + scenario.gracefulStopNs,
  };
}

/** When iteration `k` (from 0) of `n` is due under paceOver, ns from the start of the scenario. */
export function paceDueNs(k: number, n: number, paceOverNs: number): number {
  // Quotient and rest apart, because k·paceOver leaves 2^53 at 100 iterations over a day.
  const per = Math.floor(paceOverNs / n);
  return k * per + Math.floor((k * (paceOverNs - per * n)) / n);
}
