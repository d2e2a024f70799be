// constant-vus: a fixed number of VUs loops for a time.
//
//   VUs  n ┤██████████████
//          └──────────────┬┄┄┄┄┄┄
//          0              D      D + gracefulStop
import type { ClosedPlan, SlotEvent } from './plan.ts';
import type { ConstantVUs } from './scenario.ts';
import { ownedBetween } from './segment.ts';
import type { Segment } from './segment.ts';

export function planConstantVUs(scenario: ConstantVUs, segment: Segment): ClosedPlan {
  const events = startAtOnce(scenario.vus, segment);
  return {
    kind: 'closed',
    scenario: scenario.name,
    events,
    maxVUs: events.length,
    regularEndNs: scenario.durationNs,
    endNs: scenario.durationNs + scenario.gracefulStopNs,
  };
}

/** The owned ones of `vus` slots, all started at 0. */
export function startAtOnce(vus: number, segment: Segment): SlotEvent[] {
  return ownedBetween(segment, 0, vus).map((slot) => ({ atNs: 0, slot, kind: 'start' as const }));
}
