// What all dashboards have around their panels: variables, annotations, links, a time range.
import { SOURCE } from './model.ts';
import type { Annotation, Dashboard, Panel, Variable } from './schema.ts';

const fromRuns = (
  name: string,
  label: string,
  query: string,
  more: Partial<Variable> = {},
): Variable => ({
  name,
  label,
  type: 'query',
  query,
  datasource: SOURCE,
  refresh: 2,
  sort: 2,
  includeAll: false,
  multi: false,
  hide: 0,
  skipUrlSync: false,
  ...more,
});

const VIEWS = [
  'service',
  'service+route',
  'service+modality',
  'service+size_class',
  'service+status',
  'called_aet',
  'scenario',
  'stage',
];

export const VARIABLES = {
  datasource: {
    name: 'datasource',
    label: 'InfluxDB',
    type: 'datasource',
    query: 'influxdb',
    current: { text: 'dicomrun', value: 'dicomrun' },
    hide: 0,
  },
  testid: fromRuns('testid', 'run', 'SHOW TAG VALUES FROM "dicomrun_events" WITH KEY = "testid"'),
  testids: fromRuns(
    'testid',
    'runs',
    'SHOW TAG VALUES FROM "dicomrun_events" WITH KEY = "testid"',
    {
      multi: true,
      includeAll: true,
      allValue: '.*',
    },
  ),
  service: fromRuns(
    'service',
    'service',
    'SHOW TAG VALUES FROM "dicom_reqs" WITH KEY = "service"',
    {
      current: { text: 'C-STORE', value: 'C-STORE' },
      sort: 1,
    },
  ),
  route: fromRuns('route', 'route', 'SHOW TAG VALUES FROM "dicomrun_total" WITH KEY = "route"', {
    multi: true,
    includeAll: true,
    allValue: '.*',
    sort: 1,
  }),
  by: {
    name: 'by',
    label: 'in parts by',
    type: 'custom',
    query: VIEWS.join(','),
    current: { text: 'service+route', value: 'service+route' },
    options: VIEWS.map((value) => ({ text: value, value, selected: value === 'service+route' })),
    includeAll: false,
    multi: false,
    hide: 0,
  },
} satisfies Readonly<Record<string, Variable>>;

/** Start, stages, thresholds crossed and end, as lines in every chart. */
export function annotations(): readonly Annotation[] {
  return [
    {
      name: 'events',
      enable: true,
      iconColor: 'light-blue',
      datasource: SOURCE,
      target: {
        refId: 'Anno',
        datasource: SOURCE,
        rawQuery: true,
        fromAnnotations: true,
        textEditor: true,
        query: `SELECT "title", "text", "type" FROM "dicomrun_events" WHERE "testid" =~ /^$testid$/ AND $timeFilter`,
        resultFormat: 'time_series',
        titleColumn: 'title',
        textColumn: 'text',
        tagsColumn: 'type',
      },
    },
  ];
}

export interface Frame {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly annotations: readonly Annotation[];
  readonly panels: readonly Panel[];
  readonly from?: string;
}

export function dashboard(frame: Frame): Dashboard {
  const { uid, title, description, panels, from = 'now-15m' } = frame;
  return {
    uid,
    title,
    description,
    tags: ['dicomrun', 'dicom'],
    schemaVersion: 42,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: '',
    refresh: from === 'now-15m' ? '5s' : '',
    time: { from, to: 'now' },
    templating: { list: frame.variables },
    annotations: { list: frame.annotations },
    links: [
      {
        type: 'dashboards',
        title: 'dicomrun',
        tags: ['dicomrun'],
        asDropdown: true,
        keepTime: true,
        icon: 'external link',
        includeVars: false,
        targetBlank: false,
        tooltip: '',
      },
    ],
    panels,
  };
}
