// What one scenario alone cannot say: exports that exist, `after` that names another and is no circle.
import { maxVUsOf } from '../executors/describe.ts';
import type { Scenario } from '../executors/index.ts';
import { partName } from '../executors/segments/segment.ts';
import type { Options } from './types.ts';
import type { Problems } from './values/problems.ts';
import { didYouMean } from './values/suggest.ts';

export function checkScenarios(
  scenarios: readonly Scenario[],
  exported: readonly string[] | null,
  problems: Problems,
): void {
  const names = scenarios.map((scenario) => scenario.name);
  for (const scenario of scenarios) {
    const where = `scenarios.${scenario.name}`;
    if (exported !== null && !exported.includes(scenario.exec)) {
      problems.add('CONFIG_EXEC', missing(scenario), {
        hint: exportHint(scenario.exec, exported),
        where,
      });
    }
    if (scenario.after === undefined) continue;
    if (!names.includes(scenario.after)) {
      problems.add('CONFIG_AFTER', `option ${where}.after: no scenario "${scenario.after}"`, {
        hint: didYouMean(
          scenario.after,
          names.filter((name) => name !== scenario.name),
        ),
      });
    } else if (isCircle(scenario, scenarios)) {
      problems.add('CONFIG_AFTER', `option ${where}.after: waits for itself in a circle`);
    }
  }
}

/** What has nothing to do tests nothing: a plan without scenarios, a part of one without a VU. */
export function checkWork(
  { scenarios, part, origins }: Pick<Options, 'scenarios' | 'part' | 'origins'>,
  origin: string,
  problems: Problems,
): void {
  if (scenarios.length === 0) {
    problems.add('CONFIG_SCENARIOS', 'option scenarios: is empty, so nothing would be tested', {
      hint: 'name a scenario, or leave `scenarios` out: one VU then runs the default export once',
      where: origin,
    });
  } else if (part.length > 0 && maxVUsOf(scenarios, part) === 0) {
    problems.add('CONFIG_SEGMENT', `${partName(part)} of the plan has no VU: it would do nothing`, {
      hint: 'the other parts do all of it, and `dicomrun merge` needs no folder of this one',
      where: origins['executionSegment'] ?? 'options',
    });
  }
}

function missing(scenario: Scenario): string {
  return scenario.exec === 'default'
    ? 'the script has no default export that is a function'
    : `the script does not export "${scenario.exec}", which scenario ${scenario.name} runs`;
}

function exportHint(exec: string, exported: readonly string[]): string | undefined {
  const hooks = ['setup', 'teardown', 'handleSummary', 'vuInit', 'vuTeardown'];
  const others = exported.filter((name) => !hooks.includes(name));
  if (exec !== 'default') return didYouMean(exec, others);
  const add = 'export default async function () { … }';
  return others.length === 0 ? add : `${add}, or exec: '${others[0]}' in a scenario`;
}

function isCircle(start: Scenario, scenarios: readonly Scenario[]): boolean {
  let at: Scenario | undefined = start;
  for (let steps = 0; steps <= scenarios.length; steps++) {
    const before: string | undefined = at?.after;
    if (before === undefined) return false;
    at = scenarios.find((scenario) => scenario.name === before);
    if (at === start) return true;
  }
  return false;
}
