// Dashboard "Compare runs": whole-run figures side by side.
import { ALL, percentile, SERVICE, total } from './asks.ts';
import type { Dialect } from './asks.ts';
import { dashboard, variablesOf } from './frame.ts';
import { layOut, row, type Draft, type RowDraft } from './model.ts';
import { lines, tableOf } from './panels.ts';
import type { Dashboard } from './schema.ts';

const FIGURES = { count: 'count', p50: 'p50', p95: 'p95', p99: 'p99', p999: 'p999', max: 'max' };
const inMs = { p50: 'ms', p95: 'ms', p99: 'ms', p999: 'ms', max: 'ms' };
const by = ['testid'];

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
  row('Latency of each run, as it went'),
  lines(
    { title: 'p95 of $service', unit: 'ms', description: 'The worst second of each point' },
    [percentile('p95', 'dicom_req_duration', SERVICE, { by, alias: '$tag_testid' })],
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
