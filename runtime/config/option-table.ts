// Every plain option, once: its path in an options object or configuration file, its kind, default,
// flag and what it is for. Names of variables follow from paths: `target.calledAET` is
// DICOMRUN_TARGET_CALLED_AET. Load, tags, thresholds, routes and outputs have files of their own.

export type OptionKind =
  'duration' | 'integer' | 'boolean' | 'string' | 'size' | 'list' | 'aet' | 'port' | 'choice';

export interface OptionRow {
  readonly path: string;
  readonly kind: OptionKind;
  /** ms for durations, bytes for sizes; null = none. */
  readonly byDefault: number | string | boolean | readonly string[] | null;
  /** Long name of the flag that sets it, without dashes; `no-…` sets it to the opposite. */
  readonly flag?: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly secret?: boolean;
  readonly doc: string;
}

type Rest = Partial<Omit<OptionRow, 'path' | 'kind' | 'doc'>>;

function row(path: string, kind: OptionKind, doc: string, rest: Rest = {}): OptionRow {
  return { path, kind, byDefault: null, doc, ...rest };
}

const duration = (path: string, ms: number | null, doc: string, flag?: string): OptionRow =>
  row(path, 'duration', doc, { byDefault: ms, ...(flag === undefined ? {} : { flag }) });
const off = (path: string, doc: string, flag?: string): OptionRow =>
  row(path, 'boolean', doc, { byDefault: false, ...(flag === undefined ? {} : { flag }) });

/** In place of an AE title: every receiver of the script that is not named. */
export const EVERY_RECEIVER = '*';

/** Less is not enough for a script and the runtime around it. */
export const MIN_HEAP_BYTES = 64e6;

/** In the order in which `dicomrun config` lists them. */
export const OPTION_TABLE: readonly OptionRow[] = [
  // ---- target
  row('target.host', 'string', 'host of the system under test'),
  row('target.port', 'port', 'its port (104)'),
  row('target.calledAET', 'aet', 'its application entity title'),
  row('target.callingAET', 'aet', 'ours (DICOMRUN)'),
  row('target.maxPdu', 'integer', 'largest PDU we accept, bytes', { min: 4096 }),
  row('target.sourceAddress', 'string', 'local address to connect from'),
  row('target.tls.ca', 'string', 'certificate authorities, PEM file'),
  row('target.tls.cert', 'string', 'our certificate, PEM file'),
  row('target.tls.key', 'string', 'our private key, PEM file'),
  row('target.tls.passphrase', 'string', 'of the private key', { secret: true }),
  row('target.tls.serverName', 'string', 'name to expect in the certificate'),
  row('target.tls.verify', 'boolean', 'check the certificate (true)'),
  row('target.tls.minVersion', 'choice', 'oldest TLS version', { choices: ['TLSv1.2', 'TLSv1.3'] }),
  row('route', 'string', 'configured route to use', { flag: 'route' }),
  off('embedded', 'run against an embedded router and archive', 'embedded'),
  row('preflight', 'boolean', 'echo the target before the run', {
    byDefault: true,
    flag: 'no-preflight',
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
  row('workerHeap', 'size', 'heap of a worker (its share of half the memory)', {
    flag: 'worker-heap',
    min: MIN_HEAP_BYTES,
  }),
  row('workers', 'integer', 'worker threads (cores - 1)', { flag: 'workers', min: 1 }),
  row('acceptors', 'integer', 'acceptor threads', { min: 1 }),
  row('executionSegment', 'string', 'part of the plan to run, e.g. 0:1/2', {
    flag: 'execution-segment',
  }),
  row('executionSegmentSequence', 'list', 'all parts of the plan, e.g. 0,1/2,1', {
    flag: 'execution-segment-sequence',
  }),

  // ---- data
  row('data.root', 'string', 'folder of files() without argument', { flag: 'data' }),
  row('data.file', 'string', 'one file for scripts that ask for it'),

  // ---- results
  row('resultsDir', 'string', 'where run folders are made', {
    byDefault: 'results',
    flag: 'results',
  }),
  row(
    'title',
    'string',
    'what the run is called on screen, in reports and in JUnit: a ticket, a purpose',
    {
      flag: 'title',
    },
  ),
  row('testid', 'string', 'name of the run in every output', { flag: 'testid' }),
  row('summaryTrendStats', 'list', 'statistics of trends', {
    byDefault: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'],
    flag: 'summary-trend-stats',
  }),
  row('summaryTimeUnit', 'choice', 'unit of times in the summary', {
    choices: ['s', 'ms', 'us'],
    flag: 'summary-time-unit',
  }),
  row('summaryExport', 'string', 'file for the summary in the shape of k6', {
    flag: 'summary-export',
  }),
  off('noSummary', 'no summary on standard output', 'no-summary'),
  off('noReport', 'no HTML report', 'no-report'),
  off('noThresholds', 'do not judge thresholds', 'no-thresholds'),
  off('strictOutput', 'exit 112 when an output lost samples', 'strict-output'),
  row('consoleOutput', 'string', 'file for the console of the script', { flag: 'console-output' }),
  off('phiOk', 'results name UIDs in full and quote peers word for word', 'phi-ok'),
  row('ledger', 'choice', 'what the ledger of sent instances holds', {
    byDefault: 'studies',
    choices: ['studies', 'instances', 'none'],
    flag: 'ledger',
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
  row('influxdb.username', 'string', 'user of InfluxDB'),
  row('influxdb.password', 'string', 'its password', { secret: true }),
  row('influxdb.token', 'string', 'token of InfluxDB 2 and 3', { secret: true }),
  row('prometheus.username', 'string', 'user of the remote write receiver'),
  row('prometheus.password', 'string', 'its password', { secret: true }),
  row('prometheus.token', 'string', 'or its bearer token', { secret: true }),
];

export const ROWS: ReadonlyMap<string, OptionRow> = new Map(
  OPTION_TABLE.map((option) => [option.path, option]),
);

/** `target.calledAET` → `DICOMRUN_TARGET_CALLED_AET`. */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replace(/([a-z])([A-Z])/g, '$1_$2');
  return `DICOMRUN_${words.toUpperCase()}`;
}
