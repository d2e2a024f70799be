// Variables: `.env` files under the real environment, and what they mean as configuration: our own
// DICOMRUN_* and those of the seed suite (COMPASS_HOST, REMOTE_AE_<X>, CFIND_*, …) as they are.
import { parseEnv } from 'node:util';
import { requirements } from '../../executors/requirements.ts';
import type { Scenario } from '../../executors/index.ts';
import { readAETitle, readPort } from '../values/address.ts';
import { FLAGS } from '../flag-table.ts';
import { emptyLayer, put, readOption } from './layer.ts';
import type { Layer, Load } from './layer.ts';
import { OPTION_TABLE, variableOf } from '../option-table.ts';
import type { Problems } from '../values/problems.ts';
import { nearest } from '../../metrics/distribution/nearest.ts';
import {
  readBoolean,
  readChoice,
  readInteger,
  readNumber,
  readSeconds,
  readString,
} from '../values/values.ts';
import type { Reader } from '../values/values.ts';
import { isReceiverVariable, readReceiverVariable } from './receivers.ts';
import type { ThresholdSpec } from '../types.ts';

export interface Variable {
  readonly value: string;
  /** `env COMPASS_HOST`, `.env COMPASS_HOST`. */
  readonly origin: string;
}

export type Variables = ReadonlyMap<string, Variable>;

/** A `.env` file that was read. */
export interface EnvFile {
  readonly name: string;
  readonly text: string;
}

/** Files in order, a later one winning, the real environment over all of them. */
export function variablesOf(
  files: readonly EnvFile[],
  environment: Readonly<Record<string, string | undefined>>,
): Variables {
  const variables = new Map<string, Variable>();
  for (const { name, text } of files) {
    for (const [key, value] of Object.entries(parseEnv(text))) {
      if (value !== undefined) variables.set(key, { value, origin: `${name} ${key}` });
    }
  }
  for (const [key, value] of Object.entries(environment)) {
    if (value !== undefined) variables.set(key, { value, origin: `env ${key}` });
  }
  return variables;
}

interface SeedRow {
  readonly path: string;
  readonly read: (r: Reader, value: string) => unknown;
}

const host = (path: string): SeedRow => ({ path, read: readString });
const aet = (path: string): SeedRow => ({ path, read: readAETitle });
const port = (path: string): SeedRow => ({
  path,
  read: (r, value) => readPort(r.problems, r.at, value),
});
const seconds = (path: string): SeedRow => ({ path, read: readSeconds });
const limit = (path: string, expression: string, more: Partial<ThresholdSpec> = {}): SeedRow => ({
  path: `thresholds.${path}`,
  read(r, value) {
    const number = readNumber(r, value);
    return number === undefined ? undefined : [{ threshold: `${expression}<=${number}`, ...more }];
  },
});

/** PATIENT, study root, P: what its first letter says. */
function readModel(r: Reader, value: string): unknown {
  const [, letter = ''] = /^(s|p)(?:tudy|atient)?(?:[ _-]?root)?$/i.exec(value.trim()) ?? [];
  const models: Readonly<Record<string, string>> = { s: 'study', p: 'patient' };
  return readChoice(r, models[letter.toLowerCase()] ?? value, ['study', 'patient']);
}

/** Of stores: an echo or a query is not what the suite times. Absent stores are no failure. */
const P95 = limit('dicom_req_duration{service:C-STORE}', 'p(95)', { optional: true });

/** The seed suite's variables. */
export const SEEDS: Readonly<Record<string, SeedRow>> = {
  COMPASS_HOST: host('target.host'),
  COMPASS_PORT: port('target.port'),
  COMPASS_AE_TITLE: aet('target.calledAET'),
  LOCAL_AE_TITLE: aet('target.callingAET'),
  COMPASS_ROUTE: host('route'),
  CFIND_HOST: host('verify.host'),
  CFIND_PORT: port('verify.port'),
  CFIND_AE_TITLE: aet('verify.calledAET'),
  CFIND_LOCAL_AE_TITLE: aet('verify.callingAET'),
  CFIND_VERIFY: { path: 'verify.enabled', read: readBoolean },
  CFIND_INITIAL_DELAY: seconds('verify.initialDelay'),
  CFIND_TIMEOUT: seconds('verify.timeout'),
  CFIND_POLL_INTERVAL: seconds('verify.interval'),
  COMPASS_QUERY_MODEL: { path: 'verify.model', read: readModel },
  COMPASS_QUERY_TIMEOUT: seconds('verify.queryTimeout'),
  DICOM_ROOT_DIR: host('data.root'),
  TEST_DICOM_FILE: host('data.file'),
  MAX_ERROR_RATE: limit('dicom_req_failed', 'rate'),
  MAX_P95_LATENCY_MS: P95,
};

/** What the seed suite assumes once one of its COMPASS_* variables is there. */
const SEED_TARGET: Readonly<Record<string, string | number>> = {
  'target.host': '127.0.0.1',
  'target.port': 11_112,
  'target.calledAET': 'COMPASS',
  'target.callingAET': 'PERF_SENDER',
};

/** The seed suite's variables as a layer. An empty one counts as absent, as it does there. */
export function seedLayer(variables: Variables, problems: Problems): Layer {
  const layer = emptyLayer();
  const started = ['COMPASS_HOST', 'COMPASS_PORT', 'COMPASS_AE_TITLE'].some(
    (name) => (variables.get(name)?.value ?? '') !== '',
  );
  if (started) {
    for (const [path, value] of Object.entries(SEED_TARGET)) {
      put(layer, path, value, 'default beside COMPASS_*');
    }
  }
  for (const [name, seed] of Object.entries(SEEDS)) {
    const variable = variables.get(name);
    if (variable === undefined || variable.value.trim() === '') continue;
    const r = { problems, at: { name, origin: variable.origin } };
    put(layer, seed.path, seed.read(r, variable.value), variable.origin);
  }
  routePairs(layer, variables, problems);
  return layer;
}

/** Routes from REMOTE_AE_<X> (called) and LOCAL_AE_<X> (calling); each needs the other. */
function routePairs(layer: Layer, variables: Variables, problems: Problems): void {
  const pairs: [string, string, string][] = [['IIMS', 'IIMS_SCP_AE_TITLE', 'IIMS_SCU_AE_TITLE']];
  const names = new Set<string>();
  for (const [variable, { value }] of variables) {
    const name = /^(?:REMOTE|LOCAL)_AE_(.+)$/.exec(variable)?.[1];
    if (name !== undefined && name !== 'TITLE' && value !== '') names.add(name);
  }
  for (const name of names) pairs.push([name, `REMOTE_AE_${name}`, `LOCAL_AE_${name}`]);
  for (const [name, remote, local] of pairs) {
    const called = aeOf(remote, variables, problems);
    const calling = aeOf(local, variables, problems);
    if (called === null && calling === null) continue;
    const half = called === null ? remote : calling === null ? local : null;
    if (half !== null) {
      const other = half === remote ? local : remote;
      problems.add('CONFIG_ROUTE', `route ${name}: ${half} is missing, ${other} is set`, {
        hint: 'a route is a pair: the AE title called and the one that calls',
      });
    } else if (called !== undefined && calling !== undefined) {
      const origin = variables.get(remote)?.origin ?? 'env';
      const finds = `${name}_CFIND_AE_TITLE`;
      const findAET = name === 'IIMS' ? aeOf(finds, variables, problems) : null;
      const pair = { calledAET: called, callingAET: calling };
      put(
        layer,
        `routes.${name}`,
        typeof findAET === 'string' ? { ...pair, findAET } : pair,
        origin,
      );
    }
  }
}

/** null: not set; undefined: set and wrong. */
function aeOf(name: string, variables: Variables, problems: Problems): string | null | undefined {
  const variable = variables.get(name);
  if (variable === undefined || variable.value === '') return null;
  return readAETitle({ problems, at: { name, origin: variable.origin } }, variable.value);
}

/** How long a run may be for the limit of short ones. */
const SHORT_NS = 60e9;

/** MAX_P95_LATENCY_MS_SHORT in place of MAX_P95_LATENCY_MS, for runs of a minute at most. */
export function seedShortRun(
  layer: Layer,
  variables: Variables,
  scenarios: readonly Scenario[],
  problems: Problems,
): void {
  const name = 'MAX_P95_LATENCY_MS_SHORT';
  const variable = variables.get(name);
  if (variable === undefined || variable.value.trim() === '') return;
  const r = { problems, at: { name, origin: variable.origin } };
  const specs = P95.read(r, variable.value);
  if (requirements(scenarios).regularDurationNs > SHORT_NS) return;
  put(layer, P95.path, specs, variable.origin);
}

/**
 * Limits of the environment are for scripts that say none: they stand beside what a script says of
 * the same metric, and never in its place. A script that judges stores by a p95 of its own keeps it.
 */
export function besideOwnLimits(seeds: Layer, own: readonly Layer[]): void {
  const said = new Map<string, readonly ThresholdSpec[]>();
  for (const { values } of own) {
    for (const [path, { value }] of values) {
      if (path.startsWith('thresholds.')) said.set(path, value as readonly ThresholdSpec[]);
    }
  }
  const ownP95 = [...said].some(([path, specs]) => isP95OfStores(path, specs));
  if (ownP95) seeds.values.delete(P95.path);
  for (const [path, entry] of seeds.values) {
    const before = said.get(path);
    if (before === undefined) continue;
    const after = entry.value as readonly ThresholdSpec[];
    seeds.values.set(path, { ...entry, value: [...before, ...after] });
  }
}

function isP95OfStores(path: string, specs: readonly ThresholdSpec[]): boolean {
  if (!/^thresholds\.dicom_req_duration(\{.*\})?$/.test(path)) return false;
  const others = /service:(?!C-STORE)/.test(path);
  return !others && specs.some(({ threshold }) => /^\s*p\(\s*95\s*\)/.test(threshold));
}

/** LOAD_CONCURRENCY and TEST_DURATION_SECONDS: the load where nothing else says one. */
export function seedLoad(variables: Variables, problems: Problems): Load | null {
  const vus = variables.get('LOAD_CONCURRENCY');
  const time = variables.get('TEST_DURATION_SECONDS');
  if (time === undefined || time.value === '') return null;
  const r = (name: string, origin: string): Reader => ({ problems, at: { name, origin } });
  const ms = readSeconds(r('TEST_DURATION_SECONDS', time.origin), time.value);
  const count =
    vus === undefined || vus.value === ''
      ? 8
      : readInteger(r('LOAD_CONCURRENCY', vus.origin), vus.value, { min: 1 });
  if (ms === undefined || count === undefined) return null;
  return { origin: time.origin, vus: count, durationNs: ms * 1e6 };
}

/** DICOMRUN_* as the flags they stand for (`DICOMRUN_VUS` → `vus`), and as a layer. */
export function ownVariables(
  variables: Variables,
  problems: Problems,
): { readonly layer: Layer; readonly flags: Map<string, Variable> } {
  const layer = emptyLayer();
  const flags = new Map<string, Variable>();
  const options = new Map(OPTION_TABLE.map((option) => [variableOf(option.path), option]));
  const url = options.get('DICOMRUN_WEB_TARGET_URL');
  if (url !== undefined) options.set('DICOMRUN_WEB_URL', url);
  for (const [name, variable] of variables) {
    if (!name.startsWith('DICOMRUN_')) continue;
    const option = options.get(name);
    const flag = name.slice('DICOMRUN_'.length).toLowerCase().replaceAll('_', '-');
    if (option !== undefined) {
      const r = { problems, at: { name, origin: variable.origin } };
      put(layer, option.path, readOption(r, option, variable.value), variable.origin);
    } else if (FLAGS.includes(flag)) flags.set(flag, variable);
    else if (isReceiverVariable(name)) readReceiverVariable(layer, name, variable, problems);
    else unknownVariable(name, variable, problems);
  }
  return { layer, flags };
}

/** Variables of k6 that would shape a run there, and here do nothing: one line for all of them. */
export function variablesOfK6(variables: Variables): readonly string[] {
  const names = [...variables.keys()].filter((name) => name.startsWith('K6_'));
  if (names.length === 0) return [];
  const known = knownVariables();
  const ours = names
    .map((name) => name.replace('K6_', 'DICOMRUN_'))
    .filter((name) => known.includes(name));
  const [are, them] = names.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const instead = ours.length === 0 ? '' : `; here: ${ours.join(', ')}`;
  return [
    `${names.join(', ')} ${are} k6’s, dicomrun does not read ${them}${instead} (dicomrun help from-k6)`,
  ];
}

/** Names of all variables of ours that stand for an option or a flag. */
function knownVariables(): readonly string[] {
  const flags = FLAGS.map((flag) => `DICOMRUN_${flag.toUpperCase().replaceAll('-', '_')}`);
  return [...OPTION_TABLE.map(({ path }) => variableOf(path)), ...flags];
}

function unknownVariable(name: string, variable: Variable, problems: Problems): void {
  const near = nearest(name, [...knownVariables(), 'DICOMRUN_WEB_URL']);
  problems.add('CONFIG_UNKNOWN_VARIABLE', `${name}: no option of that name`, {
    hint: near === null ? 'dicomrun help configuration lists them' : `did you mean ${near}?`,
    where: variable.origin,
  });
}
