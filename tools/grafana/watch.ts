// Dashboard "Router watch": a point per run and route, over weeks.
import { total } from './asks.ts';
import type { Dialect, Stats, Where } from './asks.ts';
import { dashboard, variablesOf } from './frame.ts';
import { layOut, row, type Draft } from './model.ts';
import { lines } from './panels.ts';
import type { Dashboard } from './schema.ts';

const requests: Where = { view: 'service+route', chosen: ['service', 'route'] };
const deliveries: Where = { view: 'route', chosen: ['route'] };
const perRun = (stats: Stats, metric: string, where: Where) =>
  total(stats, metric, where, { by: ['route'], alias: '$tag_route', run: true });

const WHOLE = 'Whole run; one point per run';

const PANELS: readonly Draft[] = [
  lines(
    { title: 'p95 of $service by route', unit: 'ms', description: WHOLE },
    [perRun({ p95: 'p95' }, 'dicom_req_duration', requests)],
    { w: 24 },
  ),
  lines({ title: 'Failed share by route', unit: 'percentunit', description: WHOLE }, [
    perRun({ rate: 'rate' }, 'dicom_req_failed', requests),
  ]),
  lines({ title: 'Requests per second by route', unit: 'reqps', description: WHOLE }, [
    perRun({ rate: 'rate' }, 'dicom_reqs', requests),
  ]),
];

const none = 'No run here had a receiver that expects';

const DELIVERY: readonly Draft[] = [
  lines(
    { title: 'Missing instances by route', unit: 'short', description: WHOLE, none },
    [perRun({ count: 'count' }, 'dicom_delivery_missing', deliveries)],
    { bars: true },
  ),
  lines({ title: 'Time to delivery p95 by route', unit: 'ms', description: WHOLE, none }, [
    perRun({ p95: 'p95' }, 'dicom_delivery_duration', deliveries),
  ]),
];

export function watchDashboard(dialect: Dialect): Dashboard {
  const { datasource, testids, service, route } = variablesOf(dialect);
  return dashboard({
    uid: 'dicomrun-watch',
    title: 'dicomrun / Router watch',
    description: 'One point per run and route, over weeks: the nightly smoke or load run',
    from: 'now-90d',
    dialect,
    variables: [datasource, { ...testids, hide: 2 }, service, route],
    annotations: [],
    panels: layOut([...PANELS, row('Delivery', DELIVERY)], dialect),
  });
}
