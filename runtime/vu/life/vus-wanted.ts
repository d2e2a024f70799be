// How many VUs a worker makes before t0: the most that run at once, as in k6. Scenarios that do not
// overlap share theirs.
import type { Plan } from '../../executors/plan.ts';
import { addSteps } from '../../executors/requirements.ts';

/** What matters here of a scenario; durations in ns. */
interface Timed {
  readonly name: string;
  readonly startTimeNs: number;
  readonly after?: string;
}

/** `plans` are the worker's own, in the order of `scenarios`. */
export function vusWanted(scenarios: readonly Timed[], plans: readonly Plan[]): number {
  const steps = addSteps(
    chainsAfter(undefined, scenarios, plans).map(({ vus, fromNs, endNs }) => [
      { atNs: fromNs, vus },
      { atNs: endNs, vus: 0 },
    ]),
  );
  return steps.reduce((most, step) => Math.max(most, step.vus), 0);
}

/** A scenario with all that wait for it, directly or not: each hands its VUs on. */
interface Chain {
  readonly vus: number;
  readonly fromNs: number;
  /** At the latest: graceful periods included. */
  readonly endNs: number;
}

/** Times count from the end of the one waited for. */
function chainsAfter(
  name: string | undefined,
  scenarios: readonly Timed[],
  plans: readonly Plan[],
): Chain[] {
  return scenarios.flatMap((scenario, index) => {
    const plan = plans[index];
    if (scenario.after !== name || plan === undefined) return [];
    const own = plan.kind === 'closed' ? plan.maxVUs : plan.preAllocatedVUs;
    const waiting = chainsAfter(scenario.name, scenarios, plans);
    const ownEndNs = scenario.startTimeNs + plan.endNs;
    return [
      {
        vus: Math.max(
          own,
          waiting.reduce((sum, chain) => sum + chain.vus, 0),
        ),
        fromNs: scenario.startTimeNs,
        endNs: ownEndNs + waiting.reduce((last, chain) => Math.max(last, chain.endNs), 0),
      },
    ];
  });
}
