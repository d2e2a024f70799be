// What a set of scenarios needs: VUs over time, the most at once, how long it can last.
import { executorOf } from './index.ts';
import type { Scenario } from './index.ts';
import { steadily } from './plan.ts';
import type { VuStep } from './plan.ts';

export interface Requirements {
  /** Most VUs at once, graceful periods and unplanned arrival-rate VUs included. */
  readonly maxVUs: number;
  /** Latest end of everything, graceful periods included, ns after t0. */
  readonly durationNs: number;
  /** Latest planned end of new work (no graceful periods of the last scenarios), ns after t0. */
  readonly regularDurationNs: number;
  /** Latest start of each scenario, ns after t0. */
  readonly startNs: Readonly<Record<string, number>>;
}

/** Time from a scenario's start to the end of new work. */
function spanNs(scenario: Scenario): number {
  return executorOf(scenario).spanNs(scenario);
}

/**
 * Latest start of each scenario: `startTime`, plus, with `after`, the latest end of that one.
 * `after` should name a scenario of the list and form no circle (the configuration checks it).
 */
export function latestStarts(scenarios: readonly Scenario[]): Record<string, number> {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const starts: Record<string, number> = {};
  const startOf = (scenario: Scenario, waiting: readonly Scenario[]): number => {
    const before = scenario.after === undefined ? undefined : byName.get(scenario.after);
    const base =
      before === undefined || waiting.includes(before)
        ? 0
        : startOf(before, [...waiting, scenario]) + spanNs(before) + before.gracefulStopNs;
    return (starts[scenario.name] = base + scenario.startTimeNs);
  };
  for (const scenario of scenarios) startOf(scenario, [scenario]);
  return starts;
}

export function requirements(scenarios: readonly Scenario[]): Requirements {
  const startNs = latestStarts(scenarios);
  let durationNs = 0;
  let regularDurationNs = 0;
  for (const scenario of scenarios) {
    const end = (startNs[scenario.name] ?? 0) + spanNs(scenario);
    regularDurationNs = Math.max(regularDurationNs, end);
    durationNs = Math.max(durationNs, end + scenario.gracefulStopNs);
  }
  const steps = addSteps(
    scenarios.map((scenario) => shift(reservedVUs(scenario), startNs[scenario.name] ?? 0)),
  );
  const maxVUs = steps.reduce((most, step) => Math.max(most, step.vus), 0);
  return { maxVUs, durationNs, regularDurationNs, startNs };
}

/** VUs a scenario may hold, graceful periods included; ends with 0. */
function reservedVUs(scenario: Scenario): readonly VuStep[] {
  const executor = executorOf(scenario);
  return (
    executor.reservedVUs?.(scenario) ??
    steadily(executor.maxVUs(scenario), executor.spanNs(scenario) + scenario.gracefulStopNs)
  );
}

/** Sum of several step lists. */
export function addSteps(lists: readonly (readonly VuStep[])[]): VuStep[] {
  const changes: { atNs: number; by: number }[] = [];
  for (const list of lists) {
    let before = 0;
    for (const { atNs, vus } of list) {
      changes.push({ atNs, by: vus - before });
      before = vus;
    }
  }
  changes.sort((a, b) => a.atNs - b.atNs);
  const sum: VuStep[] = [];
  let vus = 0;
  for (const { atNs, by } of changes) {
    vus += by;
    if (sum.at(-1)?.atNs === atNs) sum.pop();
    sum.push({ atNs, vus });
  }
  return sum;
}

/** VUs over time of all scenarios together, at their latest starts. For the chart of `inspect`. */
export function vusOverTime(scenarios: readonly Scenario[]): VuStep[] {
  const starts = latestStarts(scenarios);
  return addSteps(
    scenarios.map((scenario) =>
      shift(executorOf(scenario).plannedVUs(scenario), starts[scenario.name] ?? 0),
    ),
  );
}

function shift(steps: readonly VuStep[], byNs: number): VuStep[] {
  return steps.map(({ atNs, vus }) => ({ atNs: atNs + byNs, vus }));
}
