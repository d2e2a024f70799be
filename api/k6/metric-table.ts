// Every built-in metric, once: the engine, the thresholds, the options' types, the help page and
// the dashboards read this table. Pure data without imports, because the prelude bundles it too.

/** k6's four metric types. */
export type MetricType = 'counter' | 'gauge' | 'rate' | 'trend';

/** What the values are: `time` in ms, `data` in bytes, else plain numbers. */
export type MetricContains = 'default' | 'time' | 'data';

export interface MetricRow {
  readonly name: string;
  readonly type: MetricType;
  readonly contains: MetricContains;
  /** Tags its samples may carry besides the user's own. */
  readonly tags: readonly string[];
  /** One line for the help page. */
  readonly doc: string;
}

const RUN = ['scenario', 'group', 'stage'] as const;
const PEER = ['scenario', 'group', 'stage', 'called_aet', 'calling_aet', 'route'] as const;
const REQUEST = [
  ...PEER,
  'service',
  'status',
  'outcome',
  'modality',
  'sop_class',
  'transfer_syntax',
  'size_class',
] as const;
const WEB = [
  ...RUN,
  'server',
  'service',
  'method',
  'name',
  'status',
  'outcome',
  'modality',
  'sop_class',
  'transfer_syntax',
  'size_class',
] as const;
const DELIVERY = ['scenario', 'route'] as const;

function row(
  name: string,
  type: MetricType,
  contains: MetricContains,
  rest: { readonly tags: readonly string[]; readonly doc: string },
): MetricRow {
  return { name, type, contains, ...rest };
}

const counter = (name: string, tags: readonly string[], doc: string): MetricRow =>
  row(name, 'counter', 'default', { tags, doc });
const bytes = (name: string, tags: readonly string[], doc: string): MetricRow =>
  row(name, 'counter', 'data', { tags, doc });
const rate = (name: string, tags: readonly string[], doc: string): MetricRow =>
  row(name, 'rate', 'default', { tags, doc });
const gauge = (name: string, tags: readonly string[], doc: string): MetricRow =>
  row(name, 'gauge', 'default', { tags, doc });
const time = (name: string, tags: readonly string[], doc: string): MetricRow =>
  row(name, 'trend', 'time', { tags, doc });

/** All built-in metrics, in the order in which reports list them. */
export const METRIC_TABLE: readonly MetricRow[] = [
  // ---- requests (DIMSE operations)
  counter('dicom_reqs', REQUEST, 'DIMSE requests that ended, by whatever outcome'),
  rate(
    'dicom_req_failed',
    REQUEST,
    'requests that failed (1) or not (0); an expected status is not a failure',
  ),
  time(
    'dicom_req_duration',
    REQUEST,
    'first byte of the request sent to last byte of the final response received',
  ),
  time('dicom_req_sending', REQUEST, 'first to last byte of the request written'),
  time(
    'dicom_req_waiting',
    REQUEST,
    'last byte of the request written to first byte of the response',
  ),
  time(
    'dicom_req_receiving',
    REQUEST,
    'first byte of the first response to last byte of the final one',
  ),
  counter(
    'dicom_faults',
    [...PEER, 'service', 'outcome'],
    'faults injected on purpose by the script',
  ),
  counter('dicom_matches', REQUEST, 'identifiers returned by C-FIND'),
  time('dicom_find_first_match', REQUEST, 'C-FIND request to the first pending response'),
  time('dicom_cancel_duration', REQUEST, 'C-CANCEL sent to the final response'),
  counter(
    'dicom_suboperations',
    [...REQUEST],
    'C-STORE sub-operations of C-MOVE and C-GET, by outcome',
  ),

  counter(
    'dicom_instances',
    [...REQUEST, 'server'],
    'instances sent by C-STORE and STOW-RS and got by C-GET and WADO-RS, by service and outcome',
  ),

  // ---- web requests (DICOMweb), by the names of k6
  counter('http_reqs', WEB, 'web requests that ended, by whatever outcome'),
  rate(
    'http_req_failed',
    WEB,
    'web requests that failed (1) or not (0); an expected status is not a failure',
  ),
  time(
    'http_req_duration',
    WEB,
    'sending + waiting + receiving: first byte of the request to last byte of the answer',
  ),
  time('http_req_blocked', WEB, 'waiting for a free connection, opening one included'),
  time('http_req_connecting', WEB, 'TCP connect; 0 on a connection that was there'),
  time('http_req_tls_handshaking', WEB, 'TLS handshake; 0 on a connection that was there'),
  time('http_req_sending', WEB, 'first to last byte of the request written'),
  time('http_req_waiting', WEB, 'last byte of the request written to first byte of the answer'),
  time('http_req_receiving', WEB, 'first to last byte of the answer'),

  // ---- associations
  counter(
    'dicom_assocs',
    [...PEER, 'outcome', 'status'],
    'associations requested, tagged with how that ended (outcome accepted, rejected, no-context, aborted, transport, timeout, protocol; status result-source-reason of a rejection)',
  ),
  rate(
    'dicom_assoc_failed',
    [...PEER, 'outcome'],
    'associations that could not be opened (1) or could (0)',
  ),
  counter(
    'dicom_assoc_aborted',
    [...PEER, 'outcome', 'status'],
    'open associations that ended by A-ABORT or a lost connection instead of a release',
  ),
  time('dicom_connecting', PEER, 'TCP connect'),
  time('dicom_tls_handshaking', PEER, 'TLS handshake'),
  time('dicom_associating', PEER, 'A-ASSOCIATE-RQ sent to A-ASSOCIATE-AC received'),
  time('dicom_releasing', PEER, 'A-RELEASE-RQ sent to A-RELEASE-RP received'),

  // ---- delivery: what the receivers of this run got, per route
  time(
    'dicom_delivery_duration',
    DELIVERY,
    'first byte sent to the router until arrival at the receiver',
  ),
  counter('dicom_delivery_expected', DELIVERY, 'accepted instances that a receiver has to get'),
  counter('dicom_delivery_arrived', DELIVERY, 'arrivals, repeated ones included'),
  counter('dicom_delivery_unique', DELIVERY, 'distinct accepted instances that arrived'),
  counter(
    'dicom_delivery_missing',
    DELIVERY,
    'accepted, expected and not arrived at settle or horizon',
  ),
  counter('dicom_delivery_late', DELIVERY, 'arrived after they had been counted as missing'),
  counter(
    'dicom_delivery_duplicated',
    DELIVERY,
    'arrivals beyond the accepted sends of that instance',
  ),
  counter('dicom_delivery_corrupted', DELIVERY, 'arrived with changed pixels'),
  counter(
    'dicom_delivery_recoded',
    DELIVERY,
    'arrived in another transfer syntax, so that pixels could not be compared',
  ),
  counter(
    'dicom_delivery_unhashed',
    DELIVERY,
    'arrived and not compared although asked for: no hash of what was sent or of what came',
  ),
  counter('dicom_delivery_unexpected', DELIVERY, 'arrived and never accepted by the peer'),
  time(
    'dicom_visible_duration',
    [...PEER, 'outcome'],
    'stored until found by C-FIND on the verify target',
  ),
  time(
    'dicom_commit_duration',
    [...PEER, 'outcome'],
    'storage commitment requested until its event report',
  ),

  // ---- execution
  gauge('vus', [], 'active virtual users'),
  gauge('vus_max', [], 'virtual users made, active or not'),
  counter('iterations', RUN, 'iterations that ran to their end'),
  time(
    'iteration_duration',
    RUN,
    'one whole iteration, without vuInit and pauses between iterations',
  ),
  rate(
    'iteration_failed',
    [...RUN, 'phase'],
    'iterations (phase iteration) or vuInit calls (phase vuInit) that threw (1) or not (0)',
  ),
  counter(
    'dropped_iterations',
    ['scenario'],
    'iterations that could not start for want of a free VU',
  ),
  time(
    'iteration_lag',
    ['scenario', 'stage'],
    'actual minus intended start where a rate is asked for',
  ),
  rate(
    'iterations_achieved',
    ['scenario', 'stage'],
    'iterations due that were started (1) or not (0)',
  ),
  rate('checks', ['scenario', 'group', 'stage', 'check'], 'checks that held (1) or not (0)'),
  time('group_duration', RUN, 'one call of group()'),
  bytes('data_sent', [...PEER, 'service'], 'bytes written to the network'),
  bytes('data_received', [...PEER, 'service'], 'bytes read from the network'),

  // ---- the generator itself
  time('dicom_file_read', ['scenario'], 'one file read for sending'),
  time('dicom_file_write', ['scenario'], 'one received file written'),
  gauge('generator_cpu', ['thread'], 'CPU of this process, percent of one core'),
  row('generator_loop_lag', 'gauge', 'time', {
    tags: ['thread'],
    doc: 'delay of the event loop, largest of the last second',
  }),
  row('generator_rss', 'gauge', 'data', { tags: [], doc: 'resident memory of this process' }),
  gauge('generator_host_cpu', [], 'CPU of the whole host, percent of all cores (Linux)'),
  row('generator_host_free', 'gauge', 'data', {
    tags: [],
    doc: 'available memory of the host (Linux)',
  }),
  row('generator_net_rx', 'gauge', 'data', {
    tags: [],
    doc: 'bytes a second received by the host, loopback left out (Linux)',
  }),
  row('generator_net_tx', 'gauge', 'data', {
    tags: [],
    doc: 'bytes a second sent by the host, loopback left out (Linux)',
  }),
  row('generator_disk_read', 'gauge', 'data', {
    tags: [],
    doc: 'bytes a second read from disks (Linux)',
  }),
  row('generator_disk_write', 'gauge', 'data', {
    tags: [],
    doc: 'bytes a second written to disks (Linux)',
  }),
];

/** Metrics scraped by `--scrape` are gauges of this name prefix. */
export const TARGET_PREFIX = 'target_';
