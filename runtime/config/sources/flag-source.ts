// Reads flags (and the DICOMRUN_* variables that stand for them) into a layer.
import { readAETitle, readAddress } from '../values/address.ts';
import { emptyLayer, put, readOption } from './layer.ts';
import type { Layer, Load } from './layer.ts';
import { OPTION_TABLE } from '../option-table.ts';
import type { OptionRow } from '../option-table.ts';
import { readOutput, readScrape } from '../values/outputs.ts';
import type { Problems } from '../values/problems.ts';
import type { Stage } from '../../executors/scenario.ts';
import type { Flags } from '../flag-table.ts';
import { readBoolean, readDuration, readInteger, readVUs } from '../values/values.ts';
import type { Reader } from '../values/values.ts';
import { readReceiverFlag } from './receivers.ts';
import type { Variable } from './variables.ts';
import { readWeb } from '../values/web.ts';

type Value = Flags[string];

/** How a flag is called in messages, where it stands, and what its values are remembered as. */
interface Given {
  readonly r: Reader;
  readonly value: Value;
  readonly origin: string;
}

type Lookup = (flag: string) => Given | undefined;

export interface FlagReading {
  readonly layer: Layer;
  /** `--scenario`. */
  readonly scenario: string | null;
}

/** Flags of the command line. */
export function readFlags(flags: Flags, problems: Problems): FlagReading {
  const lookup: Lookup = (flag) => {
    const value = flags[flag];
    if (value === undefined) return undefined;
    const name = String(flags[`as:${flag}`] ?? `flag --${flag}`);
    return { r: { problems, at: { name, origin: 'command line' } }, value, origin: name };
  };
  const reading = readSpecial(lookup);
  for (const option of OPTION_TABLE) {
    const given = option.flag === undefined ? undefined : lookup(option.flag);
    if (given === undefined) continue;
    put(reading.layer, option.path, optionValue(option, given), given.origin);
  }
  const web = lookup('web');
  if (web) readWeb(web.r, web.value);
  return reading;
}

/** The variables that stand for flags. */
export function readFlagVariables(
  variables: ReadonlyMap<string, Variable>,
  problems: Problems,
): FlagReading {
  return readSpecial((flag) => {
    const variable = variables.get(flag);
    if (variable === undefined || variable.value === '') return undefined;
    const { value, origin } = variable;
    const name = `DICOMRUN_${flag.toUpperCase().replaceAll('-', '_')}`;
    const list = ['stage', 'tag', 'out', 'scrape', 'receiver'].includes(flag)
      ? value.split(',')
      : value;
    return { r: { problems, at: { name, origin } }, value: list, origin };
  });
}

/** `--no-preflight` turns `preflight` off, `--no-setup` turns `noSetup` on. */
function optionValue(option: OptionRow, given: Given): unknown {
  if (option.flag?.startsWith('no-')) return option.path.startsWith('no');
  return readOption(given.r, option, given.value);
}

function readSpecial(lookup: Lookup): FlagReading {
  const layer = emptyLayer();
  readAddresses(layer, lookup);
  const tls = lookup('tls');
  // TLS as it comes, with the certificate checked; what else is said of it stands beside it.
  if (tls && readBoolean(tls.r, tls.value) === true) {
    put(layer, 'target.tls.verify', true, tls.origin);
  }
  for (const item of list(lookup('tag'))) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(item.text) ?? [];
    if (key === '') item.r.problems.value(item.r.at, 'KEY=VALUE', item.text);
    else put(layer, `tags.${key}`, value, item.origin);
  }
  for (const { r, text, origin } of list(lookup('receiver'))) {
    readReceiverFlag(r, text, layer, origin);
  }
  const outputs = list(lookup('out'));
  if (outputs.length > 0) {
    const read = outputs.flatMap((item) => readOutput(item.r, item.text) ?? []);
    put(layer, 'outputs', read, outputs[0]?.origin ?? 'flag --out');
  }
  const scrape = list(lookup('scrape'));
  if (scrape.length > 0) {
    const read = scrape.flatMap((item) => readScrape(item.r, item.text) ?? []);
    put(layer, 'scrape', read, scrape[0]?.origin ?? 'flag --scrape');
  }
  layer.load = readLoad(lookup);
  const scenario = lookup('scenario')?.value;
  return { layer, scenario: scenario === undefined ? null : String(scenario) };
}

function readAddresses(layer: Layer, lookup: Lookup): void {
  for (const [flag, path] of [
    ['connect', 'target'],
    ['verify', 'verify'],
  ] as const) {
    const given = lookup(flag);
    const address = given === undefined ? undefined : readAddress(given.r, given.value);
    if (given === undefined || address === undefined) continue;
    put(layer, `${path}.host`, address.host, given.origin);
    put(layer, `${path}.port`, address.port, given.origin);
    put(layer, `${path}.calledAET`, address.aet, given.origin);
  }
  const aec = lookup('connect') === undefined ? lookup('aec') : undefined;
  if (aec) put(layer, 'target.calledAET', readAETitle(aec.r, aec.value), aec.origin);
  const bind = lookup('bind') ?? lookup('aet');
  if (bind === undefined) return;
  const [title = '', address] = String(bind.value).split('@');
  put(layer, 'target.callingAET', readAETitle(bind.r, title), bind.origin);
  const source = address?.replace(/:\d+$/, '');
  if (source) put(layer, 'target.sourceAddress', source, bind.origin);
}

function readLoad(lookup: Lookup): Load | null {
  const read = <T>(flag: string, by: (r: Reader, value: unknown) => T | undefined) => {
    const given = lookup(flag);
    return given === undefined ? undefined : by(given.r, given.value);
  };
  const flags = ['vus', 'ramp', 'duration', 'iterations', 'stage'];
  const used = flags.flatMap((flag) => lookup(flag) ?? []);
  if (used.length === 0) return null;
  const stages = list(lookup('stage')).flatMap((item) => readStage(item.r, item.text) ?? []);
  return {
    origin: [...new Set(used.map((given) => given.origin))].join(', '),
    vus: read('vus', (r, value) => readVUs(r, value)),
    rampNs: read('ramp', (r, value) => readDuration(r, value)),
    durationNs: read('duration', (r, value) => readDuration(r, value)),
    iterations: read('iterations', (r, value) => readInteger(r, value, { min: 1 })),
    // A stage that could not be read is told already; without it the rest makes no sense.
    stages:
      stages.length < list(lookup('stage')).length || stages.length === 0 ? undefined : stages,
  };
}

/** `30s:20`. */
function readStage(r: Reader, text: string): Stage | undefined {
  const [duration = '', target, more] = text.split(':');
  if (target === undefined || more !== undefined) {
    r.problems.value(r.at, 'DURATION:VUS', text, 'e.g. --stage 30s:20');
    return undefined;
  }
  const durationNs = readDuration(r, duration);
  const vus = readVUs(r, target, 0);
  return durationNs === undefined || vus === undefined ? undefined : { durationNs, target: vus };
}

function list(given: Given | undefined): { r: Reader; text: string; origin: string }[] {
  if (given === undefined) return [];
  const items = Array.isArray(given.value) ? (given.value as readonly string[]) : [given.value];
  return items.map((item) => ({ r: given.r, text: String(item), origin: given.origin }));
}
