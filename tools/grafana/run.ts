// Dashboard "Run": one run while it goes on, and after.
import { EVERY, perSecond, select, SERVICE, total, VIEW_TAGS, worst } from './influxql.ts';
import { layOut, row, type Draft } from './model.ts';
import { heatmap, lines, stat, tableOf, withRightAxis } from './panels.ts';
import type { Dashboard } from './schema.ts';
import { annotations, dashboard, VARIABLES } from './frame.ts';

const service = { view: 'service', and: [SERVICE] };
const all = { view: 'all' };
const by = { view: '$by', and: [] };
const BY_TAGS = VIEW_TAGS.map((tag) => `"${tag}"`).join(', ');
const BY_NAME = VIEW_TAGS.map((tag) => `$tag_${tag}`).join(' ');

const numbers: readonly Draft[] = [
  stat({ title: '$service', unit: 'short', description: 'Requests of the chosen service so far' }, [
    [select('sum("count")', 'dicom_reqs', service, ''), 'requests'],
  ]),
  stat({ title: '$service per second', unit: 'reqps', description: 'Over the last point' }, [
    [select(perSecond('count'), 'dicom_reqs', service), 'per second'],
  ]),
  stat(
    { title: '$service p95', unit: 'ms', description: 'Whole run; known when the run has ended' },
    [[total('last("p95")', 'dicom_req_duration', service), 'p95']],
  ),
  stat(
    { title: 'Failed', unit: 'percentunit', description: 'Failed of all requests so far' },
    [
      [
        select('sum("passes") / (sum("passes") + sum("fails"))', 'dicom_req_failed', all, ''),
        'failed',
      ],
    ],
    { steps: [0.0001, 0.02] },
  ),
  stat(
    {
      ...{ title: 'Missing', unit: 'short', none: 'none expected' },
      description: 'Accepted, expected and not arrived',
    },
    [[select('sum("count")', 'dicom_delivery_missing', all, ''), 'missing']],
    { steps: [1] },
  ),
  stat({ title: 'Virtual users', unit: 'short', description: 'Active now' }, [
    [select('last("value")', 'vus', all, ''), 'VUs'],
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
        [
          select(perSecond('count'), 'dicom_reqs', { view: 'service' }, `${EVERY}, "service"`),
          '$tag_service',
        ],
        [select(perSecond('count'), 'iterations', all), 'iterations'],
        [select('max("value")', 'vus', all), 'VUs'],
      ],
    ),
    /^VUs$/,
    'short',
  ),
  lines({ title: 'Throughput', unit: 'Bps', description: 'Bytes per second on the network' }, [
    [select(perSecond('count'), 'data_sent', all), 'sent'],
    [select(perSecond('count'), 'data_received', all), 'received'],
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
      [select(worst('p50'), 'dicom_req_duration', service), 'p50'],
      [select(worst('p95'), 'dicom_req_duration', service), 'p95'],
      [select(worst('p99'), 'dicom_req_duration', service), 'p99'],
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
      [select(perSecond('passes'), 'dicom_req_failed', all), 'failed'],
      [
        select(
          perSecond('count'),
          'dicom_reqs',
          { view: 'service+status', and: [SERVICE, `"status" != '0000'`] },
          `${EVERY}, "service", "status"`,
        ),
        '$tag_service $tag_status',
      ],
    ],
    { bars: true },
  ),
];

const parts: readonly Draft[] = [
  lines(
    {
      title: 'Requests per second by $by',
      unit: 'reqps',
      description: 'One view at a time: views overlap',
    },
    [[select(perSecond('count'), 'dicom_reqs', by, `${EVERY}, ${BY_TAGS}`), BY_NAME]],
  ),
  lines({ title: 'p95 by $by', unit: 'ms', description: 'The worst second of each point' }, [
    [select(worst('p95'), 'dicom_req_duration', by, `${EVERY}, ${BY_TAGS}`), BY_NAME],
  ]),
  tableOf(
    { title: 'Whole run by $by', unit: 'short', description: 'Known when the run has ended' },
    [
      total(
        'last("count") AS "count", last("p50") AS "p50", last("p95") AS "p95", last("p99") AS "p99", last("max") AS "max"',
        'dicom_req_duration',
        by,
        `GROUP BY ${BY_TAGS}`,
      ),
    ],
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
    [
      [
        select(perSecond('count'), 'dicom_assocs', { view: 'outcome' }, `${EVERY}, "outcome"`),
        '$tag_outcome',
      ],
    ],
    { stacked: true },
  ),
  lines(
    {
      title: 'Phases of an association, p95',
      unit: 'ms',
      description: 'The worst second of each point',
    },
    [
      [select(worst('p95'), 'dicom_connecting', all), 'TCP connect'],
      [select(worst('p95'), 'dicom_associating', all), 'A-ASSOCIATE-RQ to AC'],
      [select(worst('p95'), 'dicom_releasing', all), 'A-RELEASE-RQ to RP'],
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
      [select(perSecond('count'), 'dicom_delivery_expected', all), 'expected'],
      [select(perSecond('count'), 'dicom_delivery_unique', all), 'arrived'],
      [select(perSecond('count'), 'dicom_delivery_missing', all), 'missing'],
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
      [
        select(worst('p95'), 'dicom_delivery_duration', { view: 'route' }, `${EVERY}, "route"`),
        'p95 $tag_route',
      ],
    ],
  ),
  lines(
    {
      ...{ title: 'Checks that failed', unit: 'ops', description: 'Per second, by check' },
      none: 'The script has no checks',
    },
    [[select(perSecond('fails'), 'checks', { view: 'check' }, `${EVERY}, "check"`), '$tag_check']],
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
  [
    [
      `SELECT "value" FROM "dicom_req_duration" WHERE "testid" =~ /^$testid$/ AND ${SERVICE} AND $timeFilter`,
      'latency',
    ],
  ],
);

const generator: readonly Draft[] = [
  lines(
    {
      title: 'CPU of the generator',
      unit: 'percent',
      description: 'Percent of one core; of the host, percent of all cores',
    },
    [
      [select('max("value")', 'generator_cpu', all), 'generator'],
      [select('max("value")', 'generator_host_cpu', all), 'host'],
    ],
  ),
  withRightAxis(
    lines(
      {
        title: 'Event loop and memory',
        unit: 'ms',
        description: 'Largest delay of the event loop; resident memory (right)',
      },
      [
        [select('max("value")', 'generator_loop_lag', all), 'delay'],
        [select('max("value")', 'generator_rss', all), 'memory'],
      ],
    ),
    /^memory$/,
    'bytes',
  ),
];

export function runDashboard(): Dashboard {
  return dashboard({
    uid: 'dicomrun-run',
    title: 'dicomrun / Run',
    description: 'One run of dicomrun, live and afterwards',
    variables: [VARIABLES.datasource, VARIABLES.testid, VARIABLES.service, VARIABLES.by],
    annotations: annotations(),
    panels: layOut([
      ...numbers,
      ...[row('Load and latency'), ...load, ...latency],
      ...[row('In parts'), ...parts],
      ...[row('Associations'), ...associations],
      // folded: not every run has them, and an empty panel asks to be explained
      row('Delivery and checks', delivery),
      row('Every single request (mode=raw)', [every]),
      ...[row('The generator itself'), ...generator],
    ]),
  });
}
