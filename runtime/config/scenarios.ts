// Scenario objects as scripts and configuration files write them -> validated scenarios.
import { EXECUTORS, executorNamed } from '../executors/index.ts';
import type { Scenario } from '../executors/index.ts';
import type { Executor, KeyReader } from '../executors/executor.ts';
import type { RecordedTraffic } from '../executors/arrivals/recorded-traffic.ts';
import type { Stage } from '../executors/scenario.ts';
import { seedValue } from './sources/from-env.ts';
import type { FromEnv } from './sources/from-env.ts';
import { within } from './values/problems.ts';
import { didYouMean } from './values/suggest.ts';
import {
  readChoice,
  readDuration,
  readInteger,
  readList,
  readNumber,
  readObject,
  readString,
  readTextMap,
  readVUs,
} from './values/values.ts';
import type { Reader } from './values/values.ts';

const S = 1e9;
const COMMON = ['executor', 'exec', 'startTime', 'after', 'gracefulStop', 'env', 'tags', 'labels'];
const NAMES = EXECUTORS.map(({ name }) => name);

/** One scenario object being read. */
interface Draft {
  readonly r: Reader;
  readonly name: string;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly fromEnv: FromEnv;
}

type Read<T> = (r: Reader, value: unknown) => T | undefined;

/** All scenarios of one source; those that are wrong are left out and reported. */
export function readScenarios(r: Reader, value: unknown, fromEnv: FromEnv): readonly Scenario[] {
  const object = readObject(r, value);
  const scenarios: Scenario[] = [];
  for (const [name, item] of Object.entries(object ?? {})) {
    const at = within(r.at, name);
    if (!/^[0-9a-zA-Z_-]+$/.test(name)) {
      r.problems.add(
        'CONFIG_SCENARIO',
        `${at.name}: a scenario's name has letters, digits, _ and -`,
      );
    }
    const raw = readObject({ ...r, at }, item);
    const scenario = raw && readScenario({ r: { ...r, at }, name, raw, fromEnv });
    if (scenario) scenarios.push(scenario);
  }
  return scenarios;
}

function readScenario(draft: Draft): Scenario | undefined {
  const executor = executorOf(draft);
  if (executor === undefined) return undefined;
  const before = draft.r.problems.list.length;
  checkKeys(draft, executor);
  const scenario = { ...common(draft), ...executor.read(new Keys(draft)) } as Scenario;
  if (draft.r.problems.list.length > before) return undefined;
  const { r } = draft;
  for (const fault of executor.check(scenario)) {
    r.problems.add('CONFIG_SCENARIO', `${r.at.name}: ${fault}`, { where: r.at.origin });
  }
  return r.problems.list.length > before ? undefined : scenario;
}

function executorOf({ r, raw }: Draft): Executor<Scenario> | undefined {
  const at = within(r.at, 'executor');
  if (raw.executor === undefined) {
    r.problems.missing(at, 'is missing', `one of ${NAMES.join(', ')}`);
    return undefined;
  }
  const executor = executorNamed(raw.executor);
  if (executor !== undefined) return executor;
  const hint =
    raw.executor === 'externally-controlled'
      ? 'k6 has dropped it too; use ramping-vus'
      : didYouMean(String(raw.executor), NAMES);
  r.problems.value(at, 'an executor', raw.executor, hint);
  return undefined;
}

function checkKeys({ r, raw }: Draft, executor: Executor<Scenario>): void {
  const known = [...COMMON, ...executor.keys];
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue;
    if (key === 'options') {
      r.problems.add('CONFIG_K6_KEY', `${r.at.name}.options: there is no browser here`, {
        where: r.at.origin,
      });
    } else r.problems.unknownKey(r.at, key, known, othersKey(key, executor));
  }
}

/** The remedy for a key of a scenario that stands outside of one; undefined for any other key. */
export function scenarioOf(key: string): string | undefined {
  const owner = EXECUTORS.find(({ keys }) => keys.includes(key));
  if (owner === undefined && !COMMON.includes(key)) return undefined;
  const executor = `executor: '${owner?.name ?? 'constant-vus'}'`;
  const rest = key === 'executor' ? '…' : `${key}: …, …`;
  return `it belongs into a scenario: scenarios: { default: { ${executor}, ${rest} } }`;
}

/** A key that another executor has. */
function othersKey(key: string, { name, keys }: Executor<Scenario>): string | undefined {
  const owners = EXECUTORS.filter((other) => other.keys.includes(key));
  if (owners.length === 0) return undefined;
  const names = owners.map((other) => other.name).join(', ');
  return `that is for ${names}; ${name} has ${keys.join(', ')}`;
}

/** Reads one key, or takes its default; reports it when it is missing and has none. */
function take<T>(draft: Draft, key: string, read: Read<T>, byDefault?: T): T | undefined {
  const { r, raw } = draft;
  const at = within(r.at, key);
  const value = raw[key];
  if (value === 'fromEnv') return fromEnvironment(draft, key, { ...r, at }, read);
  if (value !== undefined) return read({ ...r, at }, value);
  if (byDefault === undefined) r.problems.missing(at, 'is missing');
  return byDefault;
}

function fromEnvironment<T>(draft: Draft, key: string, r: Reader, read: Read<T>): T | undefined {
  const value = seedValue(draft.fromEnv, key, r);
  return value === undefined ? undefined : read(r, value);
}

const vusOrNone: Read<number> = (r, value) => readVUs(r, value, 0);
const time: Read<number> = (r, value) => readDuration(r, value);
const rate: Read<number> = (r, value) => readNumber(r, value);

function common(draft: Draft): object {
  const after = draft.raw.after === undefined ? undefined : take(draft, 'after', readString);
  return {
    name: draft.name,
    executor: draft.raw.executor,
    exec: take(draft, 'exec', readString, 'default'),
    startTimeNs: take(draft, 'startTime', time, 0),
    ...(after === undefined ? {} : { after }),
    gracefulStopNs: take(draft, 'gracefulStop', time, 30 * S),
    env: take(draft, 'env', readTextMap, {}),
    tags: take(draft, 'tags', readTextMap, {}),
    ...(draft.raw.labels === undefined ? {} : { labels: take(draft, 'labels', readList) }),
  };
}

const NO_TRAFFIC: RecordedTraffic = {
  name: '',
  startedAtMs: 0,
  utcOffsetMinutes: 0,
  at: [],
  ms: [],
};

/** What `dicom.recording` says of itself in `options`. */
const readRecording: Read<RecordedTraffic> = (r, value) => {
  const given = value as Partial<RecordedTraffic> | null;
  if (typeof given === 'object' && Array.isArray(given?.at) && Array.isArray(given.ms)) {
    return given as RecordedTraffic;
  }
  const what = typeof value === 'string' ? JSON.stringify(value) : "'recordings/monday'";
  const hint = `const monday = dicom.recording(${what}); then recording: monday`;
  r.problems.value(r.at, 'a declared recording', value, hint);
  return undefined;
};

/** What an executor reads its keys with. What it gets for a wrong one does not matter: 1. */
class Keys implements KeyReader {
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  #number(key: string, read: Read<number>, byDefault?: number): number {
    return take(this.#draft, key, read, byDefault) ?? 1;
  }

  has(key: string): boolean {
    return this.#draft.raw[key] !== undefined;
  }

  vus(key: string, byDefault?: number): number {
    return this.#number(key, readVUs, byDefault);
  }

  vusOrNone(key: string, byDefault?: number): number {
    return this.#number(key, vusOrNone, byDefault);
  }

  count(key: string, byDefault?: number): number {
    return this.#number(key, (r, value) => readInteger(r, value, { min: 1 }), byDefault);
  }

  duration(key: string, minNs: number, byDefault?: number): number {
    return this.#number(key, (r, value) => readDuration(r, value, minNs), byDefault);
  }

  rate(key: string, byDefault?: number): number {
    return this.#number(key, rate, byDefault);
  }

  choice<T extends string>(key: string, choices: readonly T[], byDefault: T): T {
    const read: Read<T> = (r, value) => readChoice(r, value, choices);
    return take(this.#draft, key, read, byDefault) ?? byDefault;
  }

  text(key: string): string {
    return this.has(key) ? (take(this.#draft, key, readString) ?? '') : '';
  }

  recording(key: string): RecordedTraffic {
    return take(this.#draft, key, readRecording) ?? NO_TRAFFIC;
  }

  stages(targets: 'vus' | 'rates'): readonly Stage[] {
    const draft = this.#draft;
    const { r, raw } = draft;
    const at = within(r.at, 'stages');
    if (raw.stages === undefined) {
      r.problems.missing(at, 'is missing', "e.g. [{ duration: '2m', target: 50 }]");
      return [];
    }
    const rates: Read<number> = (place, value) =>
      value === 'fromEnv' ? fromEnvironment(draft, 'rate', place, rate) : rate(place, value);
    const read = targets === 'vus' ? vusOrNone : rates;
    return readStages({ ...r, at }, raw.stages, read) ?? [];
  }

  conflict(message: string): void {
    const { r } = this.#draft;
    r.problems.add('CONFIG_CONFLICT', `${r.at.name}: ${message}`, {
      hint: 'give one of them',
      where: r.at.origin,
    });
  }
}

/** `[{ duration, target }, …]`. */
export function readStages(
  r: Reader,
  value: unknown,
  readTarget: Read<number> = vusOrNone,
): readonly Stage[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    r.problems.value(r.at, 'a list of stages', value, "e.g. [{ duration: '2m', target: 50 }]");
    return undefined;
  }
  return value.flatMap((item: unknown, i) => {
    const at = within(r.at, i);
    const stage = readObject({ ...r, at }, item);
    if (stage === undefined) return [];
    for (const key of Object.keys(stage)) {
      if (key !== 'duration' && key !== 'target') {
        r.problems.unknownKey(at, key, ['duration', 'target']);
      }
    }
    const durationNs = readDuration({ ...r, at: within(at, 'duration') }, stage.duration);
    const target = readTarget({ ...r, at: within(at, 'target') }, stage.target);
    return durationNs === undefined || target === undefined ? [] : [{ durationNs, target }];
  });
}
