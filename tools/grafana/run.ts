// Dashboard "Run": one run while it goes on, and after.
import { ALL, gauge, percentile, perSecond, SERVICE, total, VIEW_TAGS } from './asks.ts';
import type { Dialect } from './asks.ts';
import { layOut, row, type Draft } from './model.ts';
import { heatmap, lines, stat, tableOf, withRightAxis } from './panels.ts';
import type { Dashboard } from './schema.ts';
import { annotations, dashboard, variablesOf } from './frame.ts';
import { web } from './web.ts';

const BY = {
  where: { view: '$by' },
  name: VIEW_TAGS.map((tag) => `$tag_${tag}`).join(' '),
};

const numbers: readonly Draft[] = [
  stat({ title: '$service', unit: 'short', description: 'Requests of the chosen service so far' }, [
    { kind: 'soFar', metric: 'dicom_reqs', where: SERVICE, alias: 'requests' },
  ]),
  stat({ title: '$service per second', unit: 'reqps', description: 'Over the last point' }, [
    perSecond('dicom_reqs', SERVICE, { alias: 'per second' }),
  ]),
  stat(
    { title: '$service p95', unit: 'ms', description: 'Whole run; known when the run has ended' },
    [total({ p95: 'p95' }, 'dicom_req_duration', SERVICE, { alias: 'p95' })],
  ),
  stat(
    { title: 'Failed', unit: 'percentunit', description: 'Failed of all requests so far' },
    [{ kind: 'shareSoFar', metric: 'dicom_req_failed', where: ALL, alias: 'failed' }],
    { steps: [0.0001, 0.02] },
  ),
  stat(
    {
      ...{ title: 'Missing', unit: 'short', none: 'none expected' },
      description: 'Accepted, expected and not arrived',
    },
    [{ kind: 'soFar', metric: 'dicom_delivery_missing', where: ALL, alias: 'missing' }],
    { steps: [1] },
  ),
  stat({ title: 'Virtual users', unit: 'short', description: 'Active now' }, [
    gauge('vus', 'VUs', 'last'),
  ]),
];

const load: readonly Draft[] = [
  withRightAxis(
    lines(
      {
        title: 'Load and response',
        unit: 'reqps',
        description: 'Virtual users (right) and requests per second',
      },
      [
        perSecond('dicom_reqs', { view: 'service' }, { by: ['service'], alias: '$tag_service' }),
        perSecond('iterations', ALL, { alias: 'iterations' }),
        gauge('vus', 'VUs'),
      ],
    ),
    /^VUs$/,
    'short',
  ),
  lines({ title: 'Throughput', unit: 'Bps', description: 'Bytes per second on the network' }, [
    perSecond('data_sent', ALL, { alias: 'sent' }),
    perSecond('data_received', ALL, { alias: 'received' }),
  ]),
];

const latency: readonly Draft[] = [
  lines(
    {
      title: 'Latency of $service',
      unit: 'ms',
      description:
        'First byte of the request to last byte of the response. A point that stands for several seconds shows the worst of them',
    },
    [
      percentile('p50', 'dicom_req_duration', SERVICE, { alias: 'p50' }),
      percentile('p95', 'dicom_req_duration', SERVICE, { alias: 'p95' }),
      percentile('p99', 'dicom_req_duration', SERVICE, { alias: 'p99' }),
    ],
  ),
  lines(
    {
      title: 'Answers other than success',
      unit: 'reqps',
      description:
        'Requests per second by DIMSE status, and all that failed: one without an answer has no status',
    },
    [
      perSecond('dicom_req_failed', ALL, { field: 'passes', alias: 'failed' }),
      perSecond(
        'dicom_reqs',
        { view: 'service+status', chosen: ['service'], not: { status: '0000' } },
        { by: ['service', 'status'], alias: '$tag_service $tag_status' },
      ),
    ],
    { bars: true },
  ),
];

const FIGURES = { count: 'count', p50: 'p50', p95: 'p95', p99: 'p99', max: 'max' };

const parts: readonly Draft[] = [
  lines(
    {
      title: 'Requests per second by $by',
      unit: 'reqps',
      description: 'One view at a time: views overlap',
    },
    [perSecond('dicom_reqs', BY.where, { by: VIEW_TAGS, alias: BY.name })],
  ),
  lines({ title: 'p95 by $by', unit: 'ms', description: 'The worst second of each point' }, [
    percentile('p95', 'dicom_req_duration', BY.where, { by: VIEW_TAGS, alias: BY.name }),
  ]),
  tableOf(
    { title: 'Whole run by $by', unit: 'short', description: 'Known when the run has ended' },
    [total(FIGURES, 'dicom_req_duration', BY.where, { by: VIEW_TAGS })],
    { p50: 'ms', p95: 'ms', p99: 'ms', max: 'ms' },
  ),
];

const associations: readonly Draft[] = [
  lines(
    {
      title: 'Associations by outcome',
      unit: 'ops',
      description: 'Requested per second, by how that ended',
    },
    [perSecond('dicom_assocs', { view: 'outcome' }, { by: ['outcome'], alias: '$tag_outcome' })],
    { stacked: true },
  ),
  lines(
    {
      title: 'Phases of an association, p95',
      unit: 'ms',
      description: 'The worst second of each point',
    },
    [
      percentile('p95', 'dicom_connecting', ALL, { alias: 'TCP connect' }),
      percentile('p95', 'dicom_associating', ALL, { alias: 'A-ASSOCIATE-RQ to AC' }),
      percentile('p95', 'dicom_releasing', ALL, { alias: 'A-RELEASE-RQ to RP' }),
    ],
  ),
];

const NO_DELIVERY = 'The script has no receiver that expects';

const delivery: readonly Draft[] = [
  lines(
    {
      title: 'Expected and arrived',
      unit: 'ops',
      none: NO_DELIVERY,
      description: 'Instances per second; missing ones are decided at the end',
    },
    [
      perSecond('dicom_delivery_expected', ALL, { alias: 'expected' }),
      perSecond('dicom_delivery_unique', ALL, { alias: 'arrived' }),
      perSecond('dicom_delivery_missing', ALL, { alias: 'missing' }),
    ],
  ),
  lines(
    {
      title: 'Time to delivery',
      unit: 'ms',
      none: NO_DELIVERY,
      description: 'First byte sent to arrival at the receiver, by route',
    },
    [
      percentile(
        'p95',
        'dicom_delivery_duration',
        { view: 'route' },
        { by: ['route'], alias: 'p95 $tag_route' },
      ),
    ],
  ),
  lines(
    {
      ...{ title: 'Checks that failed', unit: 'ops', description: 'Per second, by check' },
      none: 'The script has no checks',
    },
    [
      perSecond(
        'checks',
        { view: 'check' },
        { field: 'fails', by: ['check'], alias: '$tag_check' },
      ),
    ],
    { w: 24, h: 6 },
  ),
];

const every = heatmap(
  {
    title: 'Latency of $service, every request',
    unit: 'ms',
    none: 'The run was not made with mode=raw',
    description:
      'Needs a run with --out influxdb=…?mode=raw: the rows of a second hold no single requests',
  },
  [{ kind: 'samples', metric: 'dicom_req_duration', where: SERVICE, alias: 'latency' }],
);

const generator: readonly Draft[] = [
  lines(
    {
      title: 'CPU of the generator',
      unit: 'percent',
      description: 'Percent of one core; of the host, percent of all cores',
    },
    [gauge('generator_cpu', 'generator'), gauge('generator_host_cpu', 'host')],
  ),
  withRightAxis(
    lines(
      {
        title: 'Event loop and memory',
        unit: 'ms',
        description: 'Largest delay of the event loop; resident memory (right)',
      },
      [gauge('generator_loop_lag', 'delay'), gauge('generator_rss', 'memory')],
    ),
    /^memory$/,
    'bytes',
  ),
];

export function runDashboard(dialect: Dialect): Dashboard {
  const { datasource, testid, service, by } = variablesOf(dialect);
  return dashboard({
    uid: 'dicomrun-run',
    title: 'dicomrun / Run',
    description: 'One run of dicomrun, live and afterwards',
    dialect,
    variables: [datasource, testid, service, by],
    annotations: annotations(dialect),
    panels: layOut(
      [
        ...numbers,
        ...[row('Load and latency'), ...load, ...latency],
        ...[row('In parts'), ...parts],
        ...[row('Associations'), ...associations],
        // folded: not every run has them, and an empty panel asks to be explained
        row('DICOMweb', web),
        row('Delivery and checks', delivery),
        row('Every single request (mode=raw)', [every]),
        ...[row('The generator itself'), ...generator],
      ],
      dialect,
    ),
  });
}
