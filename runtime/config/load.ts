// From what the sources say about the load to the scenarios that run.
//
// k6's rules: the execution keys (duration, iterations, stages, ramp, scenarios) of a higher source
// wipe those of lower ones; `vus` stays until it is set again. Shortcuts then shape one scenario,
// keeping its exec, env, tags and gracefulStop.
import { formatNs } from '../executors/duration.ts';
import { stagesDurationNs } from '../executors/ramping-vus.ts';
import type { Scenario } from '../executors/index.ts';
import type { Stage } from '../executors/scenario.ts';
import type { Load } from './sources/layer.ts';
import type { Problems } from './values/problems.ts';
import { didYouMean } from './values/suggest.ts';

const S = 1e9;
/** How long `--ramp` holds without `--duration`. */
const DEFAULT_HOLD_NS = 60 * S;

export interface LoadContext {
  readonly problems: Problems;
  readonly warnings: string[];
  /** `--scenario NAME`. */
  readonly selected: string | null;
}

export interface ResolvedLoad {
  readonly scenarios: readonly Scenario[];
  /** Where the load came from. */
  readonly origin: string;
}

/** Everything said about the load, lower sources first. */
export function resolveLoad(loads: readonly Load[], context: LoadContext): ResolvedLoad {
  for (const load of loads) checkOne(load, context.problems);
  let state: Load = { origin: 'default' };
  let scripted: readonly Scenario[] = [];
  for (const load of loads) {
    if (load.scenarios !== undefined) scripted = load.scenarios;
    const wipes = hasExecution(load) || (load.vus !== undefined && state.scenarios !== undefined);
    state = wipes
      ? { ...load, vus: load.vus ?? state.vus }
      : { ...state, ...defined(load), origin: load.origin };
  }
  const candidates = select(scripted, context);
  if (state.scenarios !== undefined) return { scenarios: candidates, origin: state.origin };
  const base = baseOf(candidates, state, context);
  const scenario = shortcut(state, base, context.problems);
  if (scripted.length > 0 && context.problems.list.length === 0) {
    context.warnings.push(
      `load from ${state.origin} replaces that of scenario "${base.name}" of the script`,
    );
  }
  return { scenarios: scenario === null ? [] : [scenario], origin: state.origin };
}

function hasExecution(load: Load): boolean {
  const { durationNs, iterations, stages, rampNs, scenarios } = load;
  return [durationNs, iterations, stages, rampNs, scenarios].some((value) => value !== undefined);
}

function defined(load: Load): Partial<Load> {
  return Object.fromEntries(Object.entries(load).filter(([, value]) => value !== undefined));
}

/** Contradictions within one source. */
function checkOne(load: Load, problems: Problems): void {
  const clash = (a: string, b: string): void =>
    problems.add('CONFIG_CONFLICT', `${a} and ${b} together say two different loads`, {
      hint: 'give one of them',
      where: load.origin,
    });
  if (load.stages !== undefined) {
    if (load.rampNs !== undefined) clash('ramp', 'stages');
    if (load.durationNs !== undefined) clash('duration', 'stages');
    if (load.iterations !== undefined) clash('iterations', 'stages');
  }
  if (load.rampNs !== undefined && load.iterations !== undefined) clash('ramp', 'iterations');
  if (load.scenarios === undefined) return;
  const { vus, durationNs: duration, iterations, stages, rampNs: ramp } = load;
  for (const [key, value] of Object.entries({ vus, duration, iterations, stages, ramp })) {
    if (value !== undefined) clash(key, 'scenarios');
  }
}

/** `--scenario NAME` runs only that one, at once. */
function select(scenarios: readonly Scenario[], context: LoadContext): readonly Scenario[] {
  const { selected, problems } = context;
  if (selected === null) return scenarios;
  const found = scenarios.find((scenario) => scenario.name === selected);
  if (found === undefined) {
    const names = scenarios.map((scenario) => scenario.name);
    problems.add('CONFIG_SCENARIO', `scenario "${selected}": the script has none of that name`, {
      hint: didYouMean(selected, names) ?? 'it declares no scenarios',
      where: 'flag --scenario',
    });
    return [];
  }
  const { after, ...rest } = found;
  if (after !== undefined || found.startTimeNs > 0) {
    context.warnings.push(`scenario "${selected}" runs alone and starts at once`);
  }
  return [{ ...rest, startTimeNs: 0 } as Scenario];
}

type Base = Pick<Scenario, 'name' | 'exec' | 'env' | 'tags' | 'gracefulStopNs'>;

/** The scenario that a shortcut shapes. */
function baseOf(candidates: readonly Scenario[], state: Load, context: LoadContext): Base {
  if (candidates.length > 1) {
    const names = candidates.map((scenario) => scenario.name);
    context.problems.add(
      'CONFIG_SCENARIO',
      `${state.origin}: the script has several scenarios (${names.join(', ')})`,
      { hint: `say which one is meant: --scenario ${names[0]}` },
    );
  }
  const first = candidates[0];
  return {
    name: first?.name ?? 'default',
    exec: first?.exec ?? 'default',
    env: first?.env ?? {},
    tags: first?.tags ?? {},
    gracefulStopNs: first?.gracefulStopNs ?? 30 * S,
  };
}

type Refuse = (message: string, hint: string) => null;

function shortcut(load: Load, base: Base, problems: Problems): Scenario | null {
  const common = { ...base, startTimeNs: 0 };
  const refuse: Refuse = (message, hint) => {
    problems.add('CONFIG_LOAD', message, { hint, where: load.origin });
    return null;
  };
  if (load.rampNs !== undefined || load.stages !== undefined) return line(load, common, refuse);
  const { vus = 1, durationNs, iterations } = load;
  if (iterations !== undefined) {
    if (iterations < vus) {
      const both = `${iterations} iterations cannot be shared by ${vus} VUs`;
      return refuse(both, 'as many iterations as VUs at least');
    }
    const maxDurationNs = durationNs ?? 600 * S;
    return { ...common, executor: 'shared-iterations', vus, iterations, maxDurationNs };
  }
  if (durationNs !== undefined) {
    if (durationNs < S) {
      return refuse(`duration must be at least 1s, is ${formatNs(durationNs)}`, '--duration 30s');
    }
    return { ...common, executor: 'constant-vus', vus, durationNs };
  }
  const maxDurationNs = 600 * S;
  if (load.vus !== undefined) {
    return { ...common, executor: 'shared-iterations', vus, iterations: vus, maxDurationNs };
  }
  return { ...common, executor: 'per-vu-iterations', vus, iterations: 1, maxDurationNs };
}

type Common = Base & { readonly startTimeNs: number };

/** `ramp` or `stages`. */
function line(load: Load, common: Common, refuse: Refuse): Scenario | null {
  const { vus = 1, rampNs, durationNs = DEFAULT_HOLD_NS } = load;
  if (rampNs !== undefined && load.vus === undefined) {
    return refuse('--ramp needs --vus: how many virtual users to reach', '--vus 50 --ramp 2m');
  }
  const stages = rampNs === undefined ? (load.stages ?? []) : rampStages(rampNs, durationNs, vus);
  if (stagesDurationNs(stages) === 0) return refuse('the stages take no time', '--stage 2m:50');
  return {
    ...common,
    executor: 'ramping-vus',
    startVUs: rampNs === undefined ? vus : 0,
    stages,
    gracefulRampDownNs: 30 * S,
  };
}

/** 0→vus in the ramp, then hold; no ramp-down. */
function rampStages(rampNs: number, holdNs: number, vus: number): Stage[] {
  const up = { durationNs: rampNs, target: vus };
  return holdNs === 0 ? [up] : [up, { durationNs: holdNs, target: vus }];
}
