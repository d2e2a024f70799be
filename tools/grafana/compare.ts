// Dashboard "Compare runs": whole-run figures side by side.
import { select, SERVICE, total } from './influxql.ts';
import { dashboard, VARIABLES } from './frame.ts';
import { layOut, row, type Draft, type RowDraft } from './model.ts';
import { lines, tableOf } from './panels.ts';
import type { Dashboard } from './schema.ts';

const service = { view: 'service', and: [SERVICE] };
const FIGURES = ['count', 'p50', 'p95', 'p99', 'p999', 'max'];
const figures = FIGURES.map((field) => `last("${field}") AS "${field}"`).join(', ');
const inMs = { p50: 'ms', p95: 'ms', p99: 'ms', p999: 'ms', max: 'ms' };

const PANELS: readonly (Draft | RowDraft)[] = [
  tableOf(
    { title: '$service', unit: 'short', description: 'Whole-run latency of each run' },
    [total(figures, 'dicom_req_duration', service, 'GROUP BY "testid"')],
    inMs,
  ),
  tableOf(
    { title: 'Failures', unit: 'short', description: 'passes = requests that failed' },
    [
      total(
        'last("passes") AS "failed", last("fails") AS "fine", last("rate") AS "share"',
        'dicom_req_failed',
        service,
        'GROUP BY "testid"',
      ),
    ],
    { share: 'percentunit' },
  ),
  tableOf(
    { title: 'Throughput', unit: 'short', description: 'Requests and bytes of each run' },
    [
      total(
        'last("count") AS "requests", last("rate") AS "per second"',
        'dicom_reqs',
        service,
        'GROUP BY "testid"',
      ),
      total(
        'last("count") AS "bytes sent", last("rate") AS "bytes per second"',
        'data_sent',
        { view: 'all' },
        'GROUP BY "testid"',
      ),
    ],
    { 'per second': 'reqps', 'bytes sent': 'bytes', 'bytes per second': 'Bps' },
  ),
  row('Latency of each run, as it went'),
  lines(
    { title: 'p95 of $service', unit: 'ms', description: 'The worst second of each point' },
    [
      [
        select('max("p95")', 'dicom_req_duration', service, 'GROUP BY time($__interval), "testid"'),
        '$tag_testid',
      ],
    ],
    { w: 24 },
  ),
  row('What happened'),
  tableOf(
    { title: 'Events', unit: 'short', description: 'Start, stages, thresholds crossed, end' },
    [
      'SELECT "testid", "type", "title", "text" FROM "dicomrun_events" WHERE "testid" =~ /^$testid$/ AND $timeFilter ORDER BY time DESC LIMIT 200',
    ],
    {},
  ),
];

export function compareDashboard(): Dashboard {
  return dashboard({
    uid: 'dicomrun-compare',
    title: 'dicomrun / Compare runs',
    description: 'Whole-run figures of several runs; choose them above',
    from: 'now-7d',
    variables: [VARIABLES.datasource, VARIABLES.testids, VARIABLES.service],
    annotations: [],
    panels: layOut(PANELS),
  });
}
