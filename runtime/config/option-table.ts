// Every plain option, once: its path in an options object or configuration file, its kind, default,
// flag and what it is for. The type of Options, the flags' help and the configuration page are made
// of it. Names of variables follow from paths: `target.calledAET` is DICOMRUN_TARGET_CALLED_AET.
// Load, tags, thresholds, routes and outputs have files of their own.
import { formatNs } from '../executors/duration.ts';
import { OUTPUTS } from '../outputs/index.ts';

export type OptionKind =
  | 'duration'
  | 'integer'
  | 'boolean'
  | 'string'
  | 'size'
  | 'list'
  | 'views'
  | 'aet'
  | 'port'
  | 'choice';

export interface OptionRow {
  readonly path: string;
  readonly kind: OptionKind;
  /** ms for durations, bytes for sizes; null = none. */
  readonly byDefault: number | string | boolean | readonly string[] | null;
  /** Long name of the flag that sets it, without dashes; `no-…` sets it to the opposite. */
  readonly flag?: string;
  /** Name of the flag's value in its help, where the kind does not give it. */
  readonly value?: string;
  /** What the flag does, where `doc` does not say it: it turns off what the option turns on. */
  readonly flagDoc?: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly secret?: boolean;
  readonly doc: string;
}

type Rest = Partial<Omit<OptionRow, 'path' | 'kind' | 'doc'>>;

/** A row that remembers what it was made of, so that types follow from it. */
interface TypedRow<P extends string, K extends OptionKind, R extends Rest> extends OptionRow {
  readonly path: P;
  readonly kind: K;
  /** Never there: only its type is read. */
  readonly rest?: R;
}

function row<const P extends string, K extends OptionKind, const R extends Rest = object>(
  path: P,
  kind: K,
  doc: string,
  rest?: R,
): TypedRow<P, K, R> {
  return { path, kind, byDefault: null, doc, ...rest };
}

const duration = <const P extends string, D extends number | null>(
  path: P,
  ms: D,
  doc: string,
  flag?: string,
): TypedRow<P, 'duration', { byDefault: D }> => ({
  ...row(path, 'duration', doc),
  byDefault: ms,
  ...(flag === undefined ? {} : { flag }),
});
const off = <const P extends string>(path: P, doc: string, flag?: string) =>
  row(path, 'boolean', doc, { byDefault: false, ...(flag === undefined ? {} : { flag }) });

/** In place of an AE title: every receiver of the script that is not named. */
export const EVERY_RECEIVER = '*';

/** Less is not enough for a script and the runtime around it. */
export const MIN_HEAP_BYTES = 64e6;

/** In the order in which `dicomrun config` lists them. */
const TABLE = [
  // ---- target
  row('target.host', 'string', 'host of the system under test'),
  row('target.port', 'port', 'its port (104)'),
  row('target.calledAET', 'aet', 'its application entity title'),
  row('target.callingAET', 'aet', 'ours (DICOMRUN)'),
  row('target.maxPdu', 'integer', 'largest PDU we accept, bytes', { min: 4096 }),
  row('target.sourceAddress', 'string', 'local address to connect from'),
  row('target.tls.ca', 'string', 'certificate authorities, PEM file', {
    flag: 'tls-ca',
    value: 'file',
    flagDoc: 'TLS: whose certificates are trusted, PEM',
  }),
  row('target.tls.cert', 'string', 'our certificate, PEM file', {
    flag: 'tls-cert',
    value: 'file',
    flagDoc: 'TLS: our certificate, PEM',
  }),
  row('target.tls.key', 'string', 'our private key, PEM file', {
    flag: 'tls-key',
    value: 'file',
    flagDoc: 'TLS: our private key, PEM',
  }),
  row('target.tls.passphrase', 'string', 'of the private key', { secret: true }),
  row('target.tls.serverName', 'string', 'name to expect in the certificate', {
    flag: 'tls-server-name',
    value: 'name',
    flagDoc: 'TLS: name to expect in the certificate',
  }),
  row('target.tls.verify', 'boolean', 'check the certificate (true)', {
    flag: 'no-tls-verify',
    flagDoc: 'TLS: take any certificate; only for tests',
  }),
  row('target.tls.minVersion', 'choice', 'oldest TLS version', { choices: ['TLSv1.2', 'TLSv1.3'] }),
  row('route', 'string', 'configured route to use', { flag: 'route', value: 'name' }),
  row('webTarget.url', 'string', 'root of the DICOMweb services under test', {
    flag: 'web-target',
    value: 'url',
  }),
  row('webTarget.token', 'string', 'bearer token for them', { secret: true }),
  row('webTarget.username', 'string', 'or a user'),
  row('webTarget.password', 'string', 'and its password', { secret: true }),
  row('webTarget.tls.ca', 'string', 'certificate authorities, PEM file'),
  row('webTarget.tls.cert', 'string', 'our certificate, PEM file'),
  row('webTarget.tls.key', 'string', 'our private key, PEM file'),
  row('webTarget.tls.passphrase', 'string', 'of the private key', { secret: true }),
  row('webTarget.tls.serverName', 'string', 'name to expect in the certificate'),
  row('webTarget.tls.verify', 'boolean', 'check the certificate (true)'),
  off('embedded', 'run against an embedded router and archive', 'embedded'),
  row('preflight', 'boolean', 'ask the targets before the run: C-ECHO, QIDO-RS', {
    byDefault: true,
    flag: 'no-preflight',
    flagDoc: 'do not check the target before the run',
  }),
  row('allowedTargets', 'list', 'hosts that may be loaded heavily', { byDefault: [] }),

  // ---- verification by C-FIND
  row('verify.enabled', 'boolean', 'look for sent studies (true)'),
  row('verify.host', 'string', 'host that is asked (the target)'),
  row('verify.port', 'port', 'its port'),
  row('verify.calledAET', 'aet', 'its application entity title'),
  row('verify.callingAET', 'aet', 'ours'),
  duration('verify.initialDelay', 5_000, 'wait before the first query'),
  duration('verify.timeout', 60_000, 'give up after'),
  duration('verify.interval', 5_000, 'wait between queries'),
  row('verify.model', 'choice', 'information model that is asked first (study)', {
    choices: ['study', 'patient'],
  }),
  duration('verify.queryTimeout', null, 'wait for the answer to one query (timeouts.response)'),

  // ---- life of a run
  duration('setupTimeout', 60_000, 'limit of setup()', 'setup-timeout'),
  duration('teardownTimeout', 60_000, 'limit of teardown()', 'teardown-timeout'),
  duration('handleSummaryTimeout', 120_000, 'limit of handleSummary()'),
  off('noSetup', 'do not call setup()', 'no-setup'),
  off('noTeardown', 'do not call teardown()', 'no-teardown'),
  duration('minIterationDuration', 0, 'pad shorter iterations', 'min-iteration-duration'),
  duration('hangTimeout', 5_000, 'interrupt a script that does not yield', 'hang-timeout'),
  off('throw', 'bad metric values throw', 'throw'),
  duration('scrapeInterval', 5_000, 'time between two readings of --scrape', 'scrape-interval'),
  duration('settle', 30_000, 'wait for deliveries at the end', 'settle'),
  duration('deliveryHorizon', 600_000, 'an instance is missing after this', 'delivery-horizon'),
  row('wireCache', 'size', 'encoded images kept per worker', {
    byDefault: 256e6,
    flag: 'wire-cache',
  }),
  row('connectBacklog', 'integer', 'associations to an address not yet answered, at most', {
    byDefault: 50,
    flag: 'connect-backlog',
    min: 1,
  }),
  row('connectRate', 'integer', 'associations to an address begun per second, at most', {
    flag: 'connect-rate',
    min: 1,
  }),
  row('workerHeap', 'size', 'heap of a worker (default: its share of half the memory)', {
    flag: 'worker-heap',
    min: MIN_HEAP_BYTES,
  }),
  row('workers', 'integer', 'worker threads (default: cores - 1)', { flag: 'workers', min: 1 }),
  row('acceptors', 'integer', 'acceptor threads', { min: 1 }),
  row('executionSegment', 'string', 'part of the plan to run, e.g. 0:1/2', {
    flag: 'execution-segment',
    value: 'from:to',
  }),
  row('executionSegmentSequence', 'list', 'all parts of the plan, e.g. 0,1/2,1', {
    flag: 'execution-segment-sequence',
  }),

  // ---- data
  row('data.root', 'string', 'folder of files() without argument (DICOM_ROOT_DIR)', {
    flag: 'data',
    value: 'folder',
  }),
  row('data.file', 'string', 'one file for scripts that ask for it'),

  // ---- results
  row('resultsDir', 'string', 'where run folders are made', {
    byDefault: 'results',
    flag: 'results',
    value: 'dir',
  }),
  row('title', 'string', 'what the run is called on screen, in reports and in JUnit', {
    flag: 'title',
  }),
  row('testid', 'string', 'name of the run in every output', { flag: 'testid', value: 'id' }),
  row('views', 'views', 'tags to add samples up by besides, e.g. vu,service+vu', { byDefault: [] }),
  row('summaryTrendStats', 'list', 'statistics of trends', {
    byDefault: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'],
    flag: 'summary-trend-stats',
  }),
  row('summaryTimeUnit', 'choice', 'unit of times in the summary', {
    choices: ['s', 'ms', 'us'],
    flag: 'summary-time-unit',
    value: 'unit',
  }),
  row('summaryExport', 'string', 'file for the summary in the shape of k6', {
    flag: 'summary-export',
    value: 'file',
  }),
  off('noSummary', 'no summary on standard output', 'no-summary'),
  off('noReport', 'no HTML report', 'no-report'),
  off('noThresholds', 'do not judge thresholds', 'no-thresholds'),
  off('strictOutput', 'exit 112 when an output lost samples', 'strict-output'),
  row('consoleOutput', 'string', 'file for the console of the script', {
    flag: 'console-output',
    value: 'file',
  }),
  off('phiOk', 'results name UIDs in full and quote peers word for word', 'phi-ok'),
  row('ledger', 'choice', 'what the ledger of sent instances holds', {
    byDefault: 'studies',
    choices: ['studies', 'instances', 'none'],
    flag: 'ledger',
    value: 'what',
  }),
  duration(
    'progressInterval',
    null,
    'a progress line each so often, 0 for none',
    'progress-interval',
  ),
  row('quiet', 'integer', '1: no progress, 2: errors only', { byDefault: 0, flag: 'quiet' }),
  off('trace', 'print every PDU', 'trace'),
  row('grafanaUrl', 'string', 'where Grafana is, for links'),
] as const;

/** What may stand beside the URL of an output; its kind says what each is. */
const CREDENTIALS: readonly OptionRow[] = OUTPUTS.flatMap(({ kind, credentials }) =>
  credentials === undefined
    ? []
    : [
        row(`${kind}.username`, 'string', credentials.username),
        row(`${kind}.password`, 'string', credentials.password, { secret: true }),
        row(`${kind}.token`, 'string', credentials.token, { secret: true }),
      ],
);

export const OPTION_TABLE: readonly OptionRow[] = [...TABLE, ...CREDENTIALS];

type Row = (typeof TABLE)[number];
type RestOf<R extends Row> = NonNullable<R['rest']>;
type Kinds = {
  readonly duration: number;
  readonly integer: number;
  readonly size: number;
  readonly port: number;
  readonly boolean: boolean;
  readonly string: string;
  readonly aet: string;
  readonly list: readonly string[];
  readonly views: readonly string[];
  readonly choice: string;
};
type Said<R extends Row> =
  RestOf<R> extends { readonly choices: readonly (infer C)[] } ? C : Kinds[R['kind']];
type HasDefault<R extends Row> =
  RestOf<R> extends { readonly byDefault: NonNullable<unknown> } ? true : false;
type Key<R extends Row> = R['kind'] extends 'duration'
  ? `${R['path']}Ms`
  : R['kind'] extends 'size'
    ? `${R['path']}Bytes`
    : R['path'];
/** Rows that stand in Options by their own name; `target.host` and its like make up larger things. */
type Plain<R extends Row> = R extends { readonly path: `${string}.${string}` } ? never : R;

/** Path of an option that has a row. */
export type OptionPath = Row['path'];
/** What the option of that path is, once it is read. */
export type OptionValue<P extends OptionPath> = Said<Extract<Row, { readonly path: P }>>;
/** The part of Options that is rows: times in ms (`settleMs`), sizes in bytes (`wireCacheBytes`). */
export type PlainOptions = {
  readonly [R in Plain<Row> as Key<R>]: HasDefault<R> extends true ? Said<R> : Said<R> | null;
};

/** The key in Options of an option that stands there by its own name; null for the others. */
export function keyOf({ path, kind }: OptionRow): string | null {
  if (path.includes('.')) return null;
  if (kind === 'duration') return `${path}Ms`;
  return kind === 'size' ? `${path}Bytes` : path;
}

/** A default as a person reads it: `30s`, `256MB`; '' where there is none. */
export function defaultText({ kind, byDefault: value }: OptionRow): string {
  if (value === null) return '';
  if (kind === 'duration') return formatNs(Number(value) * 1e6);
  if (kind === 'size') return `${Number(value) / 1e6}MB`;
  return Array.isArray(value) ? value.join(',') : String(value);
}

const VALUE_NAMES: Partial<Record<OptionKind, string>> = {
  duration: 'duration',
  integer: 'n',
  size: 'size',
  list: 'list',
};

/** How a flag is written, and what its help says: `--settle <duration>`, `wait … (default 30s)`. */
export function flagHelp(flag: string): readonly [spelling: string, text: string] {
  const option = OPTION_TABLE.find((one) => one.flag === flag);
  if (option === undefined) throw new Error(`no option has the flag --${flag}`);
  const { kind, value = VALUE_NAMES[kind] ?? 'text', choices } = option;
  const text = option.flagDoc ?? option.doc;
  if (kind === 'boolean') return [`--${flag}`, text];
  const of = choices === undefined ? '' : `: ${choices.join(', ')}`;
  const byDefault = Number(option.byDefault) === 0 ? '' : ` (default ${defaultText(option)})`;
  return [`--${flag} <${value}>`, `${text}${of}${byDefault}`];
}

export const ROWS: ReadonlyMap<string, OptionRow> = new Map(
  OPTION_TABLE.map((option) => [option.path, option]),
);

/** `target.calledAET` → `DICOMRUN_TARGET_CALLED_AET`. */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replace(/([a-z])([A-Z])/g, '$1_$2');
  return `DICOMRUN_${words.toUpperCase()}`;
}
