// From a scenario and a part of the whole to its plan.
import { executorOf } from './index.ts';
import type { Scenario } from './index.ts';
import type { Plan } from './plan.ts';
import { WHOLE } from './segments/segment.ts';
import type { SegmentPart } from './segments/segment.ts';
import { shareOf } from './segments/share.ts';

/**
 * The plan of one scenario for a worker's share of a part (all of it unless told), in ns from the
 * start of the scenario. Pure; the plans of all parts add up to the whole plan.
 */
export function planOf(
  scenario: Scenario,
  part: SegmentPart = WHOLE,
  worker = 0,
  workers = 1,
): Plan {
  return executorOf(scenario).plan(scenario, shareOf(part, worker, workers));
}

/**
 * Where the counts of begun iterations of a scenario stand among those of all scenarios, a count per
 * VU that has a number of its own to do; with the number of scenarios, how many there are.
 */
export function begunOffset(scenarios: readonly Scenario[], index: number): number {
  return scenarios.slice(0, index).reduce((sum, one) => sum + begunCounts(one), 0);
}

/** How many VUs of a scenario have a number of iterations of their own. */
export function begunCounts(scenario: Scenario): number {
  const executor = executorOf(scenario);
  const perVU = executor.iterations?.(scenario).perVU ?? null;
  return perVU === null ? 0 : executor.maxVUs(scenario);
}
