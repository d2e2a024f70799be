// What a set of scenarios needs: VUs over time, the most at once, how long it can last.
import type { VuStep } from './plan.ts';
import { planOf } from './plan-of.ts';
import { highestCount, rawSteps, stagesDurationNs } from './ramping-vus.ts';
import type { Scenario } from './scenario.ts';

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
export function regularEndNs(scenario: Scenario): number {
  switch (scenario.executor) {
    case 'constant-vus':
    case 'constant-arrival-rate':
      return scenario.durationNs;
    case 'per-vu-iterations':
    case 'shared-iterations':
      return scenario.maxDurationNs;
    case 'ramping-vus':
    case 'ramping-arrival-rate':
      return stagesDurationNs(scenario.stages);
  }
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
        : startOf(before, [...waiting, scenario]) + regularEndNs(before) + before.gracefulStopNs;
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
    const end = (startNs[scenario.name] ?? 0) + regularEndNs(scenario);
    regularDurationNs = Math.max(regularDurationNs, end);
    durationNs = Math.max(durationNs, end + scenario.gracefulStopNs);
  }
  const steps = addSteps(
    scenarios.map((scenario) => shift(reservedVUs(scenario), startNs[scenario.name] ?? 0)),
  );
  const maxVUs = steps.reduce((most, step) => Math.max(most, step.vus), 0);
  return { maxVUs, durationNs, regularDurationNs, startNs };
}

/** VUs a scenario is told to run, from its start; ends with 0. For charts. */
export function plannedVUs(scenario: Scenario): VuStep[] {
  const end = { atNs: regularEndNs(scenario), vus: 0 };
  switch (scenario.executor) {
    case 'ramping-vus':
      return [...rawSteps(scenario).filter((step) => step.atNs < end.atNs), end];
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate':
      return [{ atNs: 0, vus: scenario.preAllocatedVUs }, end];
    default:
      return [{ atNs: 0, vus: scenario.vus }, end];
  }
}

/** VUs a scenario may hold, graceful periods included; ends with 0. */
export function reservedVUs(scenario: Scenario): VuStep[] {
  const end = { atNs: regularEndNs(scenario) + scenario.gracefulStopNs, vus: 0 };
  if (scenario.executor !== 'ramping-vus') {
    const vus = 'maxVUs' in scenario ? scenario.maxVUs : scenario.vus;
    return [{ atNs: 0, vus }, end];
  }
  return rampReservation(scenario, end);
}

/** A slot is held from its start to its kill. */
function rampReservation(
  scenario: Extract<Scenario, { executor: 'ramping-vus' }>,
  end: VuStep,
): VuStep[] {
  const plan = planOf(scenario);
  const held = new Uint8Array(highestCount(scenario));
  const steps: VuStep[] = [];
  let vus = 0;
  for (const event of plan.kind === 'closed' ? plan.events : []) {
    const holds = event.kind === 'kill' ? 0 : 1;
    vus += holds - (held[event.slot] ?? 0);
    held[event.slot] = holds;
    if (steps.at(-1)?.atNs === event.atNs) steps.pop();
    if (steps.at(-1)?.vus !== vus) steps.push({ atNs: event.atNs, vus });
  }
  return [...steps, end];
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
    scenarios.map((scenario) => shift(plannedVUs(scenario), starts[scenario.name] ?? 0)),
  );
}

function shift(steps: readonly VuStep[], byNs: number): VuStep[] {
  return steps.map(({ atNs, vus }) => ({ atNs: atNs + byNs, vus }));
}
