// Plans of slots that loop.
import type { ClosedPlan, SlotEvent } from './plan.ts';
import type { ScenarioBase } from './scenario.ts';
import { nthOwned, ownedBetween, ownedCount } from './segments/segment.ts';
import type { Share } from './segments/share.ts';

/** The owned ones of the scenario's VUs, all started at 0, for `spanNs`. */
export function startAtOnce(
  scenario: ScenarioBase & { readonly vus: number },
  share: Share,
  spanNs: number,
): ClosedPlan {
  const slots = ownedBetween(share.slots, 0, scenario.vus);
  return {
    kind: 'closed',
    scenario: scenario.name,
    events: slots.map((slot): SlotEvent => ({ atNs: 0, slot, kind: 'start' })),
    maxVUs: slots.length,
    regularEndNs: spanNs,
    endNs: spanNs + scenario.gracefulStopNs,
    ...numbers(share, scenario.vus),
  };
}

/** Iterations that the VUs of all parts take as they come: each part has numbers of its own. */
export function numbers(share: Share, vus: number): Pick<ClosedPlan, 'numberOf' | 'rankOf'> {
  const work = share.partWork(vus);
  return {
    numberOf: (rank) => nthOwned(work, rank),
    rankOf: (number) => ownedCount(work, number),
  };
}
