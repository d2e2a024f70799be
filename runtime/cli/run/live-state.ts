// How far each scenario is, for the live view. Pure.
import { executorOf } from '../../executors/index.ts';
import type { Scenario } from '../../executors/index.ts';
import type { Requirements } from '../../executors/requirements.ts';
import type { LiveScenario } from '../../report/live.ts';

export function scenarioStates(
  scenarios: readonly Scenario[],
  need: Requirements,
  elapsedMs: number,
): readonly LiveScenario[] {
  return scenarios.map((scenario) => {
    const startMs = (need.startNs[scenario.name] ?? 0) / 1e6;
    const lengthMs = executorOf(scenario).spanNs(scenario) / 1e6;
    const progress = Math.min(1, Math.max(0, (elapsedMs - startMs) / Math.max(1, lengthMs)));
    const state = elapsedMs < startMs ? 'waiting' : progress < 1 ? 'running' : 'stopping';
    return { name: scenario.name, progress, state };
  });
}
