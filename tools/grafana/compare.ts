// Dashboard "Compare runs": whole-run figures side by side.
import { ALL, percentile, SERVICE, total } from './asks.ts';
import type { Dialect, Where } from './asks.ts';
import { dashboard, variablesOf } from './frame.ts';
import { layOut, row, type Draft, type RowDraft } from './model.ts';
import { lines, tableOf } from './panels.ts';
import type { Dashboard } from './schema.ts';

const FIGURES = { count: 'count', p50: 'p50', p95: 'p95', p99: 'p99', p999: 'p999', max: 'max' };
const inMs = { p50: 'ms', p95: 'ms', p99: 'ms', p999: 'ms', max: 'ms' };
const by = ['testid'];
/** The variable chooses among services of DIMSE: those of the web are all there. */
const BY_SERVICE: Where = { view: 'service' };
const byWeb = ['testid', 'service'];

const PANELS: readonly (Draft | RowDraft)[] = [
  tableOf(
    { title: '$service', unit: 'short', description: 'Whole-run latency of each run' },
    [total(FIGURES, 'dicom_req_duration', SERVICE, { by })],
    inMs,
  ),
  tableOf(
    { title: 'Failures', unit: 'short', description: 'passes = requests that failed' },
    [
      total({ passes: 'failed', fails: 'fine', rate: 'share' }, 'dicom_req_failed', SERVICE, {
        by,
      }),
    ],
    { share: 'percentunit' },
  ),
  tableOf(
    { title: 'Throughput', unit: 'short', description: 'Requests and bytes of each run' },
    [
      total({ count: 'requests', rate: 'per second' }, 'dicom_reqs', SERVICE, { by }),
      total({ count: 'bytes sent', rate: 'bytes per second' }, 'data_sent', ALL, { by }),
    ],
    { 'per second': 'reqps', 'bytes sent': 'bytes', 'bytes per second': 'Bps' },
  ),
  row('Web requests'),
  tableOf(
    {
      ...{ title: 'Web services', unit: 'short' },
      description: 'Whole-run latency of each run, by service; none without web requests',
    },
    [total(FIGURES, 'http_req_duration', BY_SERVICE, { by: byWeb })],
    inMs,
  ),
  tableOf(
    {
      ...{ title: 'Web failures', unit: 'short' },
      description: 'passes = requests that failed, by service; none without web requests',
    },
    [
      total({ passes: 'failed', fails: 'fine', rate: 'share' }, 'http_req_failed', BY_SERVICE, {
        by: byWeb,
      }),
    ],
    { share: 'percentunit' },
  ),
  tableOf(
    {
      ...{ title: 'Web throughput', unit: 'short' },
      description: 'Requests of each run, by service; none without web requests',
    },
    [total({ count: 'requests', rate: 'per second' }, 'http_reqs', BY_SERVICE, { by: byWeb })],
    { 'per second': 'reqps' },
  ),
  row('Latency of each run, as it went'),
  lines(
    { title: 'p95 of $service', unit: 'ms', description: 'The worst second of each point' },
    [percentile('p95', 'dicom_req_duration', SERVICE, { by, alias: '$tag_testid' })],
    { w: 24 },
  ),
  lines(
    {
      ...{ title: 'p95 of web requests', unit: 'ms', none: 'No run made web requests' },
      description: 'By service. The worst second of each point',
    },
    [
      percentile('p95', 'http_req_duration', BY_SERVICE, {
        by: byWeb,
        alias: '$tag_testid $tag_service',
      }),
    ],
    { w: 24 },
  ),
  row('What happened'),
  tableOf(
    { title: 'Events', unit: 'short', description: 'Start, stages, thresholds crossed, end' },
    [{ kind: 'events', metric: 'dicomrun_events', where: ALL }],
    {},
  ),
];

export function compareDashboard(dialect: Dialect): Dashboard {
  const { datasource, testids, service } = variablesOf(dialect);
  return dashboard({
    uid: 'dicomrun-compare',
    title: 'dicomrun / Compare runs',
    description: 'Whole-run figures of several runs; choose them above',
    from: 'now-7d',
    dialect,
    variables: [datasource, testids, service],
    annotations: [],
    panels: layOut(PANELS, dialect),
  });
}
