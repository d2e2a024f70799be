// What an agent that was lost had still to do, in words.
import type { RunContext } from '../conductor/run-types.ts';
import { planOf } from '../executors/plan-of.ts';
import type { Plan } from '../executors/plan.ts';
import { splitPart, WHOLE } from '../executors/segments/segment.ts';
import { count } from '../metrics/numbers.ts';
import type { Remote } from './remote.ts';

/** `240 of 1,260 planned starts, 19 %, never made`. */
export function plannedOf(remote: Remote, context: RunContext | null, parts: number): string {
  const part = `part ${remote.index + 1} of ${parts}`;
  const scenarios = context?.options.scenarios ?? [];
  const plans = scenarios.map((one) => planOf(one, splitPart(WHOLE, remote.index, parts)));
  const sizes = plans.map(sizeOf);
  if (sizes.some((size) => size === null)) {
    return `the rest of ${part} of the plan was never done`;
  }
  const planned = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const { iterationsStarted, dropped } = remote.counts;
  const left = Math.max(0, planned - iterationsStarted - dropped);
  const percent = planned === 0 ? 0 : Math.round((left / planned) * 100);
  return `${count(left)} of ${count(planned)} planned starts of ${part}, ${percent} %, never made`;
}

/** Iterations of a plan; null where they are as many as its VUs come to. */
function sizeOf(plan: Plan): number | null {
  if (plan.kind === 'open') return plan.ownedStarts;
  if (plan.pool !== undefined) return plan.pool.size;
  return plan.iterationsPerVU === undefined ? null : plan.iterationsPerVU * plan.maxVUs;
}
