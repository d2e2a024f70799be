// Every effective value and where it came from, secrets masked: `dicomrun config`, `inspect`.
import { describe } from '../executors/describe.ts';
import { formatNs } from '../executors/duration.ts';
import { OUTPUTS } from '../outputs/index.ts';
import type { OutputKind } from '../outputs/kind.ts';
import { OPTION_TABLE } from './option-table.ts';
import type { OptionRow } from './option-table.ts';
import type { Options } from './types.ts';

export interface ConfigRow {
  /** Option path, as in a configuration file. */
  readonly path: string;
  /** For a person; `-` when there is none. */
  readonly value: string;
  readonly origin: string;
}

export const MASK = '***';

/** All options, the load first. `onlySet` leaves out what nobody set. */
export function describeConfig(options: Options, onlySet = false): readonly ConfigRow[] {
  const rows: ConfigRow[] = options.scenarios.map((scenario) => ({
    path: `scenarios.${scenario.name}`,
    value: describe(scenario),
    origin: originOf(options, `scenarios.${scenario.name}`),
  }));
  for (const option of OPTION_TABLE) {
    const value = valueOf(options, option);
    const secret = option.secret === true && value !== null;
    rows.push({
      path: option.path,
      value: secret ? MASK : value === null ? '-' : withoutPassword(value),
      origin: originOf(options, option.path),
    });
  }
  rows.push(...maps(options));
  return onlySet ? rows.filter((row) => row.origin !== 'default') : rows;
}

export interface ConfigLook {
  readonly arrow: string;
  /** Columns that a line may have: what has no room in it goes on in lines below. */
  readonly width: number;
}

/** Lines `path  value  ← origin`, aligned. */
export function configLines(rows: readonly ConfigRow[], look: ConfigLook): readonly string[] {
  const width = (of: (row: ConfigRow) => string): number =>
    Math.min(48, Math.max(0, ...rows.map((row) => of(row).length)));
  const pathWidth = width((row) => row.path);
  const valueWidth = width((row) => row.value);
  return rows.flatMap(({ path, value, origin }) => {
    const from = `${look.arrow} ${origin}`;
    const line = `${path.padEnd(pathWidth)}  ${value.padEnd(valueWidth)}  ${from}`;
    return line.length <= look.width ? [line] : narrow([path, value, from], look.width);
  });
}

const INDENT = '    ';

/** The same parts, as many in a line as have room. */
function narrow(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of parts.flatMap((part) => broken(part, width - INDENT.length))) {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''}  ${word}`;
    if (longer.length <= width && lines.length > 0) lines[lines.length - 1] = longer;
    else lines.push(lines.length === 0 ? word : `${INDENT}${word}`);
  }
  return lines;
}

/** A part that is wider than a line, between its words. */
function broken(part: string, width: number): string[] {
  const lines = [''];
  for (const word of part.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A URL without its password; a name alone may be a token. Anything else as it is. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z][\w+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, who: string) => {
    const [name, ...secret] = who.split(':');
    return `${scheme}${secret.length === 0 ? '' : `${name}:`}${MASK}@`;
  });
}

function originOf(options: Options, path: string): string {
  const set = options.origins[path];
  const routed = ['target.host', 'target.port', 'target.calledAET', 'target.callingAET'];
  if (options.route === null || !routed.includes(path)) return set ?? 'default';
  const key = path.slice('target.'.length) as 'host' | 'calledAET';
  if (options.routes[options.route]?.[key] === undefined) return set ?? 'default';
  return `route ${options.route} (${options.origins[`routes.${options.route}`] ?? 'default'})`;
}

const FIELDS: Readonly<Record<string, (options: Options) => unknown>> = {
  'data.root': (options) => options.dataRoot,
  'data.file': (options) => options.dataFile,
  wireCache: (options) => options.wireCacheBytes,
  workerHeap: (options) => options.workerHeapBytes,
  'webTarget.url': ({ webTarget }) => (webTarget === null ? null : withoutPassword(webTarget.url)),
  executionSegment: (options) => options.executionSegment,
  ...Object.fromEntries(OUTPUTS.flatMap(credentialsOf)),
};

/** What stands beside the URL of an output. */
function credentialsOf({
  kind,
  credentials,
}: OutputKind): [string, (options: Options) => unknown][] {
  return Object.keys(credentials ?? {}).map((name) => [
    `${kind}.${name}`,
    ({ outputs }) => outputs.find((output) => output.kind === kind)?.options[name],
  ]);
}

function valueOf(options: Options, option: OptionRow): string | null {
  const field = FIELDS[option.path];
  const path = option.kind === 'duration' ? `${option.path}Ms` : option.path;
  const value = field === undefined ? at(options, path.split('.')) : field(options);
  if (value === null || value === undefined) return null;
  if (option.kind === 'duration') return formatNs(Number(value) * 1e6);
  if (option.kind === 'size') return sizeText(Number(value));
  return Array.isArray(value) ? value.join(', ') || null : String(value);
}

function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return at((value as Record<string, unknown>)[key], rest);
}

function sizeText(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['KB', 1e3],
  ] as const) {
    if (bytes >= size) return `${Number((bytes / size).toFixed(2))}${unit}`;
  }
  return `${bytes} bytes`;
}

/** Tags, thresholds, routes, outputs, scraped pages, labels. */
function maps(options: Options): ConfigRow[] {
  const row = (path: string, value: string): ConfigRow => ({
    path,
    value,
    origin: originOf(options, path),
  });
  const rows = Object.entries(options.routes).map(([name, route]) => {
    const where = route.host === undefined ? '' : `${route.host}:${route.port ?? 'target port'} `;
    return row(`routes.${name}`, `${where}${route.callingAET} → ${route.calledAET}`);
  });
  const every = options.everyReceiver === null ? {} : { '*': options.everyReceiver };
  for (const [aet, { host, port }] of Object.entries({ ...options.receivers, ...every })) {
    const place = `${host ?? 'host of the script'}:${port ?? 'port of the script'}`;
    rows.push(row(`receivers.${aet}`, place));
  }
  for (const [key, specs] of Object.entries(options.thresholds)) {
    rows.push(row(`thresholds.${key}`, specs.map((spec) => spec.threshold).join(', ') || '-'));
  }
  for (const [key, value] of Object.entries(options.tags)) rows.push(row(`tags.${key}`, value));
  const outputs = options.outputs.map(({ kind, to }) => `${kind}=${withoutPassword(to)}`);
  if (outputs.length > 0) rows.push(row('outputs', outputs.join(', ')));
  const scrape = options.scrape.map(({ name, url }) => `${name}=${withoutPassword(url)}`);
  if (scrape.length > 0) rows.push(row('scrape', scrape.join(', ')));
  if (options.labels.length > 0) rows.push(row('labels', options.labels.join(', ')));
  return rows;
}
