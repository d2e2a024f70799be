// When each stage of the plan begins, for the run log, Grafana and the screen. Pure: workers keep
// the same times by themselves, so nobody has to be asked.
import { formatNs } from '../executors/duration.ts';
import type { Staging } from '../executors/executor.ts';
import { executorOf } from '../executors/index.ts';
import type { Scenario } from '../executors/index.ts';
import type { Stage } from '../executors/scenario.ts';

export interface StageChange {
  /** ms since t0. */
  readonly atMs: number;
  readonly scenario: string;
  /** From 0, as the `stage` tag of samples counts. */
  readonly stage: number;
  /** `ramp to 50 VUs in 2m`, `hold 20/s for 5m`. */
  readonly text: string;
}

/**
 * Beginnings of all stages, in order of time. Scenarios that start when another has ended (`after`)
 * are left out: nobody knows their times before.
 */
export function stageChanges(scenarios: readonly Scenario[]): readonly StageChange[] {
  return scenarios
    .filter((scenario) => scenario.after === undefined)
    .flatMap(changesOf)
    .sort((a, b) => a.atMs - b.atMs);
}

function changesOf(scenario: Scenario): readonly StageChange[] {
  const staging = executorOf(scenario).staging?.(scenario);
  if (staging === undefined) return [];
  let atNs = scenario.startTimeNs;
  let before = staging.from;
  return staging.stages.map((stage, number) => {
    const change = {
      atMs: atNs / 1e6,
      scenario: scenario.name,
      stage: number,
      text: textOf(staging, stage, before),
    };
    atNs += stage.durationNs;
    before = stage.target;
    return change;
  });
}

function textOf({ unit }: Staging, { durationNs, target }: Stage, before: number): string {
  if (durationNs === 0) return `jump to ${unit(target)}`;
  if (target === before) return `hold ${unit(target)} for ${formatNs(durationNs)}`;
  return `ramp ${target > before ? 'up' : 'down'} to ${unit(target)} in ${formatNs(durationNs)}`;
}
