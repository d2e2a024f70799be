// Options: built-in < configuration file < profile < script < `.env` < environment < flags, merged
// key by key, checked as a whole, everything wrong said at once.
import { anchor } from './sources/anchor.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Problem } from '../errors.ts';
import { executorOf } from '../executors/index.ts';
import type { Scenario } from '../executors/index.ts';
import { checkScenarios, checkWork } from './check-scenarios.ts';
import { readFlags, readFlagVariables } from './sources/flag-source.ts';
import type { Flags } from './flag-table.ts';
import { guardHeavyLoad } from './guard.ts';
import type { Layer, Load } from './sources/layer.ts';
import { resolveLoad } from './load.ts';
import { readObjectSource } from './sources/object-source.ts';
import { buildOptions } from './build.ts';
import { Problems } from './values/problems.ts';
import { profileOf } from './sources/profile.ts';
import { scriptEnv } from './sources/script-env.ts';
import { smokeScenarios } from './smoke.ts';
import { stackOf } from './sources/stack.ts';
import { readDuration } from './values/values.ts';
import type { Mode, Options } from './types.ts';
import {
  besideOwnLimits,
  ownVariables,
  variablesOfK6,
  seedLayer,
  seedLoad,
  seedShortRun,
  variablesOf,
} from './sources/variables.ts';
import type { EnvFile } from './sources/variables.ts';

export interface ConfigInput {
  readonly mode: Mode;
  /** `export const options` of the script, as the init pass gave it; null when there is none. */
  readonly scriptOptions: unknown;
  /** Names of the script's exported functions; null before they are known (not checked then). */
  readonly exports: readonly string[] | null;
  readonly flags: Flags;
  /** The real environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `.env` files that were read, a later one winning. */
  readonly envFiles: readonly EnvFile[];
  readonly configFile: {
    readonly name: string;
    readonly value: unknown;
    readonly folder?: string;
  } | null;
  /** What names of TLS files on the command line and in variables are relative to. */
  readonly cwd?: string;
  readonly scriptFolder?: string;
  /** Hosts the script names itself (`peer({ host })`), for the guard against heavy load. */
  readonly scriptHosts?: readonly string[];
  /** Judges names and expressions of thresholds: `checkThresholds` of runtime/metrics. */
  readonly checkThresholds?: (thresholds: Options['thresholds']) => readonly Problem[];
}

/**
 * The one frozen configuration of a run.
 *
 * @throws {DicomRunError} exit code 104 with all problems
 */
export function resolveOptions(input: ConfigInput): Options {
  const problems = new Problems();
  const warnings: string[] = [];
  const { layers, loads, selected, smoke, shortRun } = readSources(input, problems, warnings);
  const load = resolveLoad(loads, { problems, warnings, selected });
  shortRun(load.scenarios);
  const stack = stackOf(layers);
  const scenarios = shape(input, load.scenarios, smoke, problems);
  checkScenarios(scenarios, input.exports, problems);
  const env = scriptEnv(input, stack.map<string>('env'), problems, warnings);
  const asked = askedOf(input, load.scenarios, scenarios);
  const built = buildOptions(
    { mode: input.mode, stack, scenarios, loadOrigin: load.origin, env },
    problems,
    warnings,
    input.flags.thresholds === true,
  );
  const options = asked === null ? built : { ...built, smokeAsked: asked };
  for (const problem of input.checkThresholds?.(options.thresholds) ?? []) {
    problems.list.push(problem);
  }
  if (problems.list.length === 0) checkWork(options, load.origin, problems);
  if (problems.list.length === 0) {
    problems.list.push(...guardHeavyLoad(options, input.scriptHosts ?? []));
  }
  if (problems.list.length > 0) throw new DicomRunError(ExitCode.CONFIG, problems.list);
  return deepFreeze(options);
}

interface Sources {
  readonly layers: readonly Layer[];
  readonly loads: readonly Load[];
  readonly selected: string | null;
  /** What `options.smoke` says about the load, in smoke mode. */
  readonly smoke: Load | null;
  /** Puts the seed suite's limits for short runs in place, once the load is known. */
  readonly shortRun: (scenarios: readonly Scenario[]) => void;
}

function readSources(input: ConfigInput, problems: Problems, warnings: string[]): Sources {
  const variables = variablesOf(input.envFiles, input.env);
  const object = (value: unknown, origin: string): Layer =>
    readObjectSource({ value, origin, problems, warnings, fromEnv: variables });
  const name = input.flags.profile ?? variables.get('DICOMRUN_PROFILE')?.value;
  const file = profileOf(input.configFile, name === undefined ? null : String(name), problems);
  const config = object(file.base, input.configFile?.name ?? 'configuration file');
  const profile = object(file.profile, `profile ${String(name)}`);
  const script = object(input.scriptOptions, 'script');
  const overrides = input.mode === 'smoke' ? object(script.smoke, 'script smoke') : null;
  if (input.mode !== 'smoke' && script.smoke !== undefined) {
    readObjectSource({
      ...{ value: script.smoke, origin: 'script smoke', problems },
      ...{ warnings: [], fromEnv: variables },
    });
  }
  const seeds = seedLayer(variables, problems);
  const own = ownVariables(variables, problems);
  const ownFlags = readFlagVariables(own.flags, problems);
  const flags = readFlags(input.flags, problems);
  warnConflicts(seeds, [own.layer, ownFlags.layer], warnings);
  warnings.push(...variablesOfK6(variables));
  for (const layer of [config, profile]) anchor(layer, input.configFile?.folder);
  for (const layer of [script, overrides]) if (layer) anchor(layer, input.scriptFolder);
  for (const layer of [own.layer, flags.layer]) anchor(layer, input.cwd);
  const layers = [config, profile, script, ...(overrides === null ? [] : [overrides])];
  layers.push(seeds, own.layer, ownFlags.layer, flags.layer);
  const loads = [
    seedLoad(variables, problems),
    ...[config, profile, script, ownFlags.layer, flags.layer].map((layer) => layer.load),
  ].filter((load) => load !== null);
  const selected = flags.scenario ?? ownFlags.scenario;
  const shortRun = (scenarios: readonly Scenario[]): void => {
    seedShortRun(seeds, variables, scenarios, problems);
    besideOwnLimits(seeds, [config, profile, script, ...(overrides === null ? [] : [overrides])]);
  };
  return { layers, loads, selected, smoke: overrides?.load ?? null, shortRun };
}

/** A seed variable and a DICOMRUN_* of the same meaning: ours wins, and both are named. */
function warnConflicts(seeds: Layer, own: readonly Layer[], warnings: string[]): void {
  for (const layer of own) {
    for (const [path, entry] of layer.values) {
      const seed = seeds.values.get(path);
      if (seed === undefined || seed.origin.startsWith('default') || seed.value === entry.value) {
        continue;
      }
      warnings.push(`${path}: ${entry.origin} wins over ${seed.origin}`);
    }
  }
}

/** Iterations that a load test asks for, where smoke runs fewer; null where it does not. */
function askedOf(
  input: ConfigInput,
  load: readonly Scenario[],
  smoke: readonly Scenario[],
): Readonly<Record<string, number>> | null {
  if (input.mode !== 'smoke') return null;
  const asked = load.flatMap((scenario): [string, number][] => {
    const all = iterationsOf(scenario);
    const own = smoke.find(({ name }) => name === scenario.name);
    const runs = own === undefined ? null : iterationsOf(own);
    return all === null || runs === null || runs >= all ? [] : [[scenario.name, all]];
  });
  return asked.length === 0 ? null : Object.fromEntries(asked);
}

function iterationsOf(scenario: Scenario): number | null {
  return executorOf(scenario).iterations?.(scenario).total ?? null;
}

const SMOKE_MAX_NS = 120e9;

/** In smoke mode each scenario once, unless `options.smoke` says a load of its own. */
function shape(
  input: ConfigInput,
  scenarios: readonly Scenario[],
  smoke: Load | null,
  problems: Problems,
): readonly Scenario[] {
  if (input.mode !== 'smoke') return scenarios;
  if (smoke?.scenarios !== undefined) return smoke.scenarios;
  const { timeout } = input.flags;
  const at = { name: 'flag --timeout', origin: 'command line' };
  const given = timeout === undefined ? undefined : readDuration({ problems, at }, timeout, 1e9);
  const limit = given ?? smoke?.durationNs ?? SMOKE_MAX_NS;
  const { vus = 1, iterations = 1 } = smoke ?? {};
  return smokeScenarios(scenarios, limit).map(
    (scenario) => ({ ...scenario, vus, iterations }) as Scenario,
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
