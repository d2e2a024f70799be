// Scenario objects as scripts and configuration files write them -> validated scenarios.
import type { ExecutorName, Scenario, Stage } from '../executors/scenario.ts';
import { dayRate } from '../executors/day-curve.ts';
import { periodNs } from '../executors/constant-arrival-rate.ts';
import { stagesDurationNs } from '../executors/ramping-vus.ts';
import { seedValue } from './sources/from-env.ts';
import type { FromEnv } from './sources/from-env.ts';
import { within } from './values/problems.ts';
import { didYouMean } from './values/suggest.ts';
import {
  readChoice,
  readDuration,
  readInteger,
  readNumber,
  readObject,
  readString,
  readTextMap,
  readVUs,
} from './values/values.ts';
import type { Reader } from './values/values.ts';

const S = 1e9;
const COMMON = ['executor', 'exec', 'startTime', 'after', 'gracefulStop', 'env', 'tags'];
const KEYS: Readonly<Record<ExecutorName, readonly string[]>> = {
  'constant-vus': ['vus', 'duration'],
  'ramping-vus': ['startVUs', 'stages', 'gracefulRampDown'],
  'per-vu-iterations': ['vus', 'iterations', 'maxDuration'],
  'shared-iterations': ['vus', 'iterations', 'maxDuration', 'paceOver'],
  'constant-arrival-rate': [
    ...['rate', 'timeUnit', 'duration'],
    ...['preAllocatedVUs', 'maxVUs', 'arrival'],
  ],
  'ramping-arrival-rate': [
    ...['startRate', 'timeUnit', 'stages', 'examsPerDay', 'dayLength'],
    ...['preAllocatedVUs', 'maxVUs', 'arrival'],
  ],
};
export const EXECUTORS = Object.keys(KEYS) as readonly ExecutorName[];

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
  const scenario = { ...common(draft), ...specific(draft, executor) } as Scenario;
  if (draft.r.problems.list.length > before) return undefined;
  checkWhole(draft, scenario);
  return draft.r.problems.list.length > before ? undefined : scenario;
}

function executorOf({ r, raw }: Draft): ExecutorName | undefined {
  const at = within(r.at, 'executor');
  if (raw.executor === undefined) {
    r.problems.missing(at, 'is missing', `one of ${EXECUTORS.join(', ')}`);
    return undefined;
  }
  const executor = EXECUTORS.find((known) => known === raw.executor);
  if (executor !== undefined) return executor;
  const hint =
    raw.executor === 'externally-controlled'
      ? 'k6 has dropped it too; use ramping-vus'
      : didYouMean(String(raw.executor), EXECUTORS);
  r.problems.value(at, 'an executor', raw.executor, hint);
  return undefined;
}

function checkKeys({ r, raw }: Draft, executor: ExecutorName): void {
  const known = [...COMMON, ...KEYS[executor]];
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue;
    if (key === 'options') {
      r.problems.add('CONFIG_K6_KEY', `${r.at.name}.options: there is no browser here`, {
        where: r.at.origin,
      });
    } else r.problems.unknownKey(r.at, key, known, othersKey(key, executor));
  }
}

/** A key that another executor has. */
function othersKey(key: string, executor: ExecutorName): string | undefined {
  const owners = EXECUTORS.filter((other) => KEYS[other].includes(key));
  if (owners.length === 0) return undefined;
  return `that is for ${owners.join(', ')}; ${executor} has ${KEYS[executor].join(', ')}`;
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

const count: Read<number> = (r, value) => readInteger(r, value, { min: 1 });
const vus: Read<number> = (r, value) => readVUs(r, value);
const vusOrNone: Read<number> = (r, value) => readVUs(r, value, 0);
const time: Read<number> = (r, value) => readDuration(r, value);
const second: Read<number> = (r, value) => readDuration(r, value, S);
const positiveTime: Read<number> = (r, value) => readDuration(r, value, 1);
const rate: Read<number> = (r, value) => readNumber(r, value);
const arrival: Read<'regular' | 'poisson'> = (r, value) =>
  readChoice(r, value, ['regular', 'poisson']);

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
  };
}

function specific(draft: Draft, executor: ExecutorName): object {
  switch (executor) {
    case 'constant-vus':
      return { vus: take(draft, 'vus', vus, 1), durationNs: take(draft, 'duration', second) };
    case 'ramping-vus':
      return {
        startVUs: take(draft, 'startVUs', vusOrNone, 1),
        stages: stagesOf(draft, vusOrNone),
        gracefulRampDownNs: take(draft, 'gracefulRampDown', time, 30 * S),
      };
    case 'per-vu-iterations':
      return { ...iterations(draft), maxDurationNs: take(draft, 'maxDuration', second, 600 * S) };
    case 'shared-iterations':
      return { ...iterations(draft), ...pace(draft) };
    case 'constant-arrival-rate':
      return {
        rate: take(draft, 'rate', rate),
        timeUnitNs: take(draft, 'timeUnit', positiveTime, S),
        durationNs: take(draft, 'duration', second),
        ...openKeys(draft),
      };
    case 'ramping-arrival-rate':
      return { ...openKeys(draft), ...rampingRate(draft) };
  }
}

function rampingRate(draft: Draft): object {
  if (draft.raw.examsPerDay !== undefined) return examDay(draft);
  return {
    timeUnitNs: take(draft, 'timeUnit', positiveTime, S),
    startRate: take(draft, 'startRate', rate, 0),
    stages: stagesOf(draft, (r, value) =>
      value === 'fromEnv' ? fromEnvironment(draft, 'rate', r, rate) : rate(r, value),
    ),
  };
}

/** `examsPerDay` instead of stages: the day curve, in a day of `dayLength`. */
function examDay(draft: Draft): object {
  const { r, raw } = draft;
  for (const key of ['stages', 'startRate', 'timeUnit']) {
    if (raw[key] === undefined) continue;
    r.problems.add('CONFIG_CONFLICT', `${r.at.name}: examsPerDay and ${key} say two rates`, {
      hint: 'give one of them',
      where: r.at.origin,
    });
  }
  const exams = take(draft, 'examsPerDay', count);
  const dayNs = take(
    draft,
    'dayLength',
    (at, value) => readDuration(at, value, 24 * S),
    86_400 * S,
  );
  return exams === undefined || dayNs === undefined ? {} : dayRate(exams, dayNs);
}

function iterations(draft: Draft): object {
  return { vus: take(draft, 'vus', vus, 1), iterations: take(draft, 'iterations', count, 1) };
}

/** A pace longer than the default limit lengthens the limit. */
function pace(draft: Draft): object {
  const paceOverNs =
    draft.raw.paceOver === undefined ? undefined : take(draft, 'paceOver', positiveTime);
  const limit = 600 * S + (paceOverNs ?? 0);
  return {
    maxDurationNs: take(draft, 'maxDuration', second, limit),
    ...(paceOverNs === undefined ? {} : { paceOverNs }),
  };
}

function openKeys(draft: Draft): object {
  const preAllocatedVUs = take(draft, 'preAllocatedVUs', vusOrNone);
  return {
    preAllocatedVUs,
    maxVUs: take(draft, 'maxVUs', vus, preAllocatedVUs ?? 1),
    arrival: take(draft, 'arrival', arrival, 'regular'),
  };
}

function stagesOf(draft: Draft, readTarget: Read<number>): readonly Stage[] | undefined {
  const { r, raw } = draft;
  const at = within(r.at, 'stages');
  if (raw.stages === undefined) {
    r.problems.missing(at, 'is missing', "e.g. [{ duration: '2m', target: 50 }]");
    return undefined;
  }
  return readStages({ ...r, at }, raw.stages, readTarget);
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

/** What no single key can say. */
function checkWhole({ r }: Draft, scenario: Scenario): void {
  const wrong = (message: string, hint?: string): void =>
    r.problems.add('CONFIG_SCENARIO', `${r.at.name}: ${message}`, { hint, where: r.at.origin });
  if ('stages' in scenario && stagesDurationNs(scenario.stages) === 0) {
    wrong('the stages take no time');
  }
  if (scenario.executor === 'ramping-vus') {
    const most = Math.max(scenario.startVUs, ...scenario.stages.map((stage) => stage.target));
    if (most === 0) wrong('startVUs or one of the targets must be above 0');
  }
  if (scenario.executor === 'shared-iterations' && scenario.iterations < scenario.vus) {
    wrong(`${scenario.iterations} iterations cannot be shared by ${scenario.vus} VUs`);
  }
  if (scenario.executor === 'constant-arrival-rate') {
    if (scenario.rate === 0) wrong('rate must be above 0');
    else if (periodNs(scenario) < 1) wrong('more than one start per nanosecond');
  }
  if ('maxVUs' in scenario && scenario.maxVUs < scenario.preAllocatedVUs) {
    wrong(`maxVUs (${scenario.maxVUs}) is below preAllocatedVUs (${scenario.preAllocatedVUs})`);
  }
  if ('maxVUs' in scenario && scenario.maxVUs < 1) wrong('maxVUs must be at least 1');
}
