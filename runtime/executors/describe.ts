// One line that says what a scenario will do: "0→50 VUs over 2m, hold 50 for 1m".
import { formatNs } from './duration.ts';
import { executorOf } from './index.ts';
import type { Scenario } from './index.ts';
import { planOf } from './plan-of.ts';
import { countsOf } from './segments/segment.ts';
import type { Division, SegmentPart } from './segments/segment.ts';
import { iterationsText, vusText } from './words.ts';

/** The load in words, without the scenario's name. */
export function describe(scenario: Scenario): string {
  return [...executorOf(scenario).describe(scenario), ...circumstances(scenario)].join(', ');
}

/** What a part of the plan has of a scenario: `14 iterations, 2 VUs`. */
export function describePart(scenario: Scenario, part: SegmentPart): string {
  const plan = planOf(scenario, part);
  const vus = vusText(plan.maxVUs);
  if (plan.kind === 'open') return `${plan.ownedStarts} of ${plan.totalStarts} starts, ${vus}`;
  return plan.pool === undefined ? vus : `${iterationsText(plan.pool.size)}, ${vus}`;
}

/** Most VUs that a part of the plan can have at once. */
export function maxVUsOf(scenarios: readonly Scenario[], part: SegmentPart): number {
  return scenarios.reduce((sum, one) => sum + planOf(one, part).maxVUs, 0);
}

/** Parts of a division, from 1, that no VU falls to: the others do all of the plan. */
export function idleParts(scenarios: readonly Scenario[], { widths }: Division): readonly number[] {
  const vus = Math.max(0, ...scenarios.map((one) => executorOf(one).maxVUs(one)));
  return countsOf(widths, vus).flatMap((own, index) => (own === 0 ? [index + 1] : []));
}

/** Names of all scenarios; in a part of the plan, of those that it has something to do of. */
export function busyScenarios(plan: {
  readonly scenarios: readonly Scenario[];
  readonly part: SegmentPart;
}): readonly string[] {
  const hasWork = (scenario: Scenario): boolean => {
    const own = planOf(scenario, plan.part);
    if (own.kind === 'open') return own.ownedStarts > 0;
    return own.maxVUs > 0 && (own.pool === undefined || own.pool.size > 0);
  };
  const all = plan.part.length === 0;
  return plan.scenarios.filter((one) => all || hasWork(one)).map(({ name }) => name);
}

function circumstances({ after, startTimeNs, exec }: Scenario): string[] {
  const parts: string[] = [];
  if (after !== undefined) parts.push(`after "${after}"`);
  if (startTimeNs > 0) {
    const from = formatNs(startTimeNs);
    parts.push(after === undefined ? `starting at ${from}` : `${from} later`);
  }
  if (exec !== 'default') parts.push(`exec ${exec}`);
  return parts;
}
