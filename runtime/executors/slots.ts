// Plans whose VUs all start at once.
import type { ClosedPlan } from './plan.ts';
import type { ScenarioBase } from './scenario.ts';
import { ownedBetween } from './segment.ts';
import type { Segment } from './segment.ts';

/** The owned ones of the scenario's VUs, all started at 0, for `spanNs`. */
export function startAtOnce(
  scenario: ScenarioBase & { readonly vus: number },
  segment: Segment,
  spanNs: number,
): ClosedPlan {
  const slots = ownedBetween(segment, 0, scenario.vus);
  return {
    kind: 'closed',
    scenario: scenario.name,
    events: slots.map((slot) => ({ atNs: 0, slot, kind: 'start' as const })),
    maxVUs: slots.length,
    regularEndNs: spanNs,
    endNs: spanNs + scenario.gracefulStopNs,
  };
}
