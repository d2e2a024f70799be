// Dashboard "Router watch": a point per run and route, over weeks.
import { SERVICE, total } from './influxql.ts';
import { dashboard, VARIABLES } from './frame.ts';
import { layOut, row, type Draft } from './model.ts';
import { lines } from './panels.ts';
import type { Dashboard } from './schema.ts';

const route = { view: 'service+route', and: [SERVICE, '"route" =~ /^$route$/'] };
const PER_RUN = 'GROUP BY "route"';

const PANELS: readonly Draft[] = [
  lines(
    {
      title: 'p95 of $service by route',
      unit: 'ms',
      description: 'Whole run; one point per run',
    },
    [[total('"p95"', 'dicom_req_duration', route, PER_RUN), '$tag_route']],
    { w: 24 },
  ),
  lines(
    {
      title: 'Failed share by route',
      unit: 'percentunit',
      description: 'Whole run; one point per run',
    },
    [[total('"rate"', 'dicom_req_failed', route, PER_RUN), '$tag_route']],
  ),
  lines(
    {
      title: 'Requests per second by route',
      unit: 'reqps',
      description: 'Whole run; one point per run',
    },
    [[total('"rate"', 'dicom_reqs', route, PER_RUN), '$tag_route']],
  ),
];

const NO_DELIVERY = 'No run here had a receiver that expects';

const DELIVERY: readonly Draft[] = [
  lines(
    {
      title: 'Missing instances by route',
      unit: 'short',
      none: NO_DELIVERY,
      description: 'Whole run; one point per run',
    },
    [
      [
        total(
          '"count"',
          'dicom_delivery_missing',
          { view: 'route', and: ['"route" =~ /^$route$/'] },
          PER_RUN,
        ),
        '$tag_route',
      ],
    ],
    { bars: true },
  ),
  lines(
    {
      title: 'Time to delivery p95 by route',
      unit: 'ms',
      none: NO_DELIVERY,
      description: 'Whole run; one point per run',
    },
    [
      [
        total(
          '"p95"',
          'dicom_delivery_duration',
          { view: 'route', and: ['"route" =~ /^$route$/'] },
          PER_RUN,
        ),
        '$tag_route',
      ],
    ],
  ),
];

export function watchDashboard(): Dashboard {
  return dashboard({
    uid: 'dicomrun-watch',
    title: 'dicomrun / Router watch',
    description: 'One point per run and route, over weeks: the nightly smoke or load run',
    from: 'now-90d',
    variables: [
      VARIABLES.datasource,
      { ...VARIABLES.testids, hide: 2 },
      VARIABLES.service,
      VARIABLES.route,
    ],
    annotations: [],
    panels: layOut([...PANELS, row('Delivery', DELIVERY)]),
  });
}
