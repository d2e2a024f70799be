// Reads an options object: the script's `options`, the configuration file, one of its profiles.
// Strict: a key nobody knows is an error with a suggestion.
import { readAETitle, readAddress, readPort } from '../values/address.ts';
import type { FromEnv } from './from-env.ts';
import { REFUSED, WITHOUT_EFFECT } from '../k6-keys.ts';
import { emptyLayer, put, readOption } from './layer.ts';
import type { Layer, Load } from './layer.ts';
import { OPTION_TABLE, ROWS } from '../option-table.ts';
import { readOutput, readScrape } from '../values/outputs.ts';
import { within } from '../values/problems.ts';
import type { Problems } from '../values/problems.ts';
import { readScenarios, readStages, scenarioOf } from '../scenarios.ts';
import { readSimulation } from '../values/simulate.ts';
import { readThresholds } from '../values/thresholds.ts';
import type { Route } from '../types.ts';
import { readReceivers } from './receivers.ts';
import {
  readDuration,
  readInteger,
  readList,
  readObject,
  readString,
  readTextMap,
  readVUs,
} from '../values/values.ts';
import type { Reader } from '../values/values.ts';

export interface ObjectSource {
  readonly value: unknown;
  /** `script`, `dicomrun.config.ts`, `profile nightly`. */
  readonly origin: string;
  readonly problems: Problems;
  readonly warnings: string[];
  readonly fromEnv: FromEnv;
}

/** One object being read into a layer. */
interface Reading extends ObjectSource {
  readonly layer: Layer;
}

type KeyReader = (reading: Reading, r: Reader, value: unknown) => void;

/** Keys with a shape of their own. */
const SPECIAL: Readonly<Record<string, KeyReader>> = {
  target(reading, r, value) {
    if (value === 'embedded') put(reading.layer, 'embedded', true, reading.origin);
    else if (typeof value === 'string') readTargetAddress(reading, r, value, 'target');
    else readNested(reading, r, 'target', value);
  },
  webTarget(reading, r, value) {
    const nested = typeof value === 'string' ? { url: value } : value;
    readNested(reading, r, 'webTarget', nested);
  },
  verify(reading, r, value) {
    if (typeof value === 'boolean') put(reading.layer, 'verify.enabled', value, reading.origin);
    else if (typeof value === 'string') readTargetAddress(reading, r, value, 'verify');
    else readNested(reading, r, 'verify', value);
  },
  routes(reading, r, value) {
    for (const [name, item] of Object.entries(readObject(r, value) ?? {})) {
      const route = readRoute({ ...r, at: within(r.at, name) }, item);
      put(reading.layer, `routes.${name}`, route, reading.origin);
    }
  },
  receivers: (reading, r, value) => readReceivers(r, value, reading.layer),
  tags: (reading, r, value) => readMap(reading, r, 'tags', value),
  env: (reading, r, value) => readMap(reading, r, 'env', value),
  labels: (reading, r, value) => put(reading.layer, 'labels', readList(r, value), reading.origin),
  thresholds(reading, r, value) {
    for (const [key, item] of Object.entries(readObject(r, value) ?? {})) {
      const specs = readThresholds({ ...r, at: within(r.at, key) }, item);
      put(reading.layer, `thresholds.${key}`, specs, reading.origin);
    }
  },
  outputs(reading, r, value) {
    const outputs = (readList(r, value) ?? []).flatMap((text) => readOutput(r, text) ?? []);
    put(reading.layer, 'outputs', outputs, reading.origin);
  },
  scrape(reading, r, value) {
    const texts =
      typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(readTextMap(r, value) ?? {}).map((pair) => pair.join('='))
        : (readList(r, value) ?? []);
    const scrape = texts.flatMap((text) => readScrape(r, text) ?? []);
    put(reading.layer, 'scrape', scrape, reading.origin);
  },
  simulate(reading, r, value) {
    put(reading.layer, 'simulate', readSimulation(r, value), reading.origin);
  },
  smoke(reading, _r, value) {
    reading.layer.smoke = value;
  },
};

const LOAD_KEYS = ['vus', 'duration', 'iterations', 'stages', 'ramp', 'scenarios'];

/** All top-level keys of an options object. */
export const OBJECT_KEYS: readonly string[] = [
  ...new Set([
    ...LOAD_KEYS,
    ...Object.keys(SPECIAL),
    ...OPTION_TABLE.map((option) => option.path.split('.')[0] ?? option.path),
  ]),
];

export function readObjectSource(source: ObjectSource): Layer {
  const layer = emptyLayer();
  if (source.value === undefined || source.value === null) return layer;
  const r: Reader = { problems: source.problems, at: { name: 'option', origin: source.origin } };
  const root = { problems: r.problems, at: { name: 'options', origin: source.origin } };
  const object = readObject(root, source.value);
  if (object === undefined) return layer;
  const reading: Reading = { ...source, layer };
  for (const [key, value] of Object.entries(object)) {
    if (value !== undefined) readKey(reading, { ...r, at: within(r.at, key) }, key, value);
  }
  layer.load = readLoad(reading, r, object);
  return layer;
}

function readKey(reading: Reading, r: Reader, key: string, value: unknown): void {
  const special = Object.hasOwn(SPECIAL, key) ? SPECIAL[key] : undefined;
  if (LOAD_KEYS.includes(key)) return;
  if (special !== undefined) special(reading, r, value);
  else if (OBJECT_KEYS.includes(key)) readNested(reading, r, key, value);
  else if (Object.hasOwn(REFUSED, key)) {
    r.problems.add('CONFIG_K6_KEY', `${r.at.name}: not supported`, {
      hint: REFUSED[key],
      where: r.at.origin,
    });
  } else if (Object.hasOwn(WITHOUT_EFFECT, key)) {
    reading.warnings.push(`${r.at.name} has no effect: ${WITHOUT_EFFECT[key]}`);
  } else {
    r.problems.unknownKey({ ...r.at, name: 'options' }, key, OBJECT_KEYS, scenarioOf(key));
  }
}

/** An option of the table, or an object of them. */
function readNested(reading: Reading, r: Reader, path: string, value: unknown): void {
  const option = ROWS.get(path);
  if (option !== undefined) {
    put(reading.layer, path, readOption(r, option, value), reading.origin);
    return;
  }
  const known = OPTION_TABLE.filter((other) => other.path.startsWith(`${path}.`)).map(
    (other) => other.path.slice(path.length + 1).split('.')[0] ?? '',
  );
  const given = path.endsWith('arget.tls') ? tlsWords(value) : value;
  for (const [key, item] of Object.entries(readObject(r, given) ?? {})) {
    if (item === undefined) continue;
    if (!known.includes(key)) r.problems.unknownKey(r.at, key, [...new Set(known)]);
    else readNested(reading, { ...r, at: within(r.at, key) }, `${path}.${key}`, item);
  }
}

/** `tls: true` and `tls: {}` ask for TLS as it comes, `false` for none. */
function tlsWords(value: unknown): unknown {
  const isBare = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (value === true || isBare) return { verify: true };
  return value === false ? {} : value;
}

function readMap(reading: Reading, r: Reader, path: string, value: unknown): void {
  for (const [key, text] of Object.entries(readTextMap(r, value) ?? {})) {
    put(reading.layer, `${path}.${key}`, text, reading.origin);
  }
}

function readTargetAddress(reading: Reading, r: Reader, value: string, path: string): void {
  const address = readAddress(r, value);
  if (address === undefined) return;
  put(reading.layer, `${path}.host`, address.host, reading.origin);
  put(reading.layer, `${path}.port`, address.port, reading.origin);
  put(reading.layer, `${path}.calledAET`, address.aet, reading.origin);
}

const ROUTE_KEYS = ['calledAET', 'callingAET', 'host', 'port', 'findAET'];

function readRoute(r: Reader, value: unknown): Route | undefined {
  const raw = readObject(r, value);
  if (raw === undefined) return undefined;
  for (const key of Object.keys(raw)) {
    if (!ROUTE_KEYS.includes(key)) r.problems.unknownKey(r.at, key, ROUTE_KEYS);
  }
  const reader = (key: string): Reader => ({ ...r, at: within(r.at, key) });
  const calledAET = readAETitle(reader('calledAET'), raw.calledAET);
  const callingAET = readAETitle(reader('callingAET'), raw.callingAET);
  const host = raw.host === undefined ? undefined : readString(reader('host'), raw.host);
  const port =
    raw.port === undefined ? undefined : readPort(r.problems, within(r.at, 'port'), raw.port);
  const findAET =
    raw.findAET === undefined ? undefined : readAETitle(reader('findAET'), raw.findAET);
  if (calledAET === undefined || callingAET === undefined) return undefined;
  return {
    calledAET,
    callingAET,
    ...(findAET === undefined ? {} : { findAET }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}

function readLoad(
  reading: Reading,
  r: Reader,
  object: Readonly<Record<string, unknown>>,
): Load | null {
  if (LOAD_KEYS.every((key) => object[key] === undefined)) return null;
  const read = <T>(key: string, by: (r: Reader, value: unknown) => T | undefined): T | undefined =>
    object[key] === undefined ? undefined : by({ ...r, at: within(r.at, key) }, object[key]);
  return {
    origin: reading.origin,
    vus: read('vus', (at, value) => readVUs(at, value)),
    rampNs: read('ramp', (at, value) => readDuration(at, value)),
    durationNs: read('duration', (at, value) => readDuration(at, value)),
    iterations: read('iterations', (at, value) => readInteger(at, value, { min: 1 })),
    stages: read('stages', (at, value) => readStages(at, value)),
    scenarios: read('scenarios', (at, value) => readScenarios(at, value, reading.fromEnv)),
  };
}
