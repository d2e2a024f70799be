// What all dashboards have around their panels: variables, annotations, links, a time range.
import type { Dialect } from './asks.ts';
import { EVENTS, influxql } from './influxql.ts';
import type { Annotation, Dashboard, Panel, Variable } from './schema.ts';

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

interface VariableText {
  readonly label: string;
  readonly type: string;
  readonly runs: string;
  readonly service: string;
  readonly route: string;
}

/** How the values of a variable are asked for. */
const TEXTS: Readonly<Record<string, VariableText>> = {
  influxdb: {
    label: 'InfluxDB',
    type: 'influxdb',
    runs: 'SHOW TAG VALUES FROM "dicomrun_events" WITH KEY = "testid"',
    service: 'SHOW TAG VALUES FROM "dicom_reqs" WITH KEY = "service"',
    route: 'SHOW TAG VALUES FROM "dicomrun_total" WITH KEY = "route"',
  },
  prometheus: {
    label: 'Prometheus',
    type: 'prometheus',
    runs: 'label_values(vus, testid)',
    service: 'label_values(dicom_reqs_total, service)',
    route: 'label_values(dicom_reqs_total, route)',
  },
};

export function variablesOf(dialect: Dialect) {
  const text = TEXTS[dialect.source.type ?? ''] ?? TEXTS['influxdb'];
  if (text === undefined) throw new Error('no texts');
  const asked = (
    name: string,
    label: string,
    query: string,
    more: Partial<Variable> = {},
  ): Variable => ({
    ...{ name, label, query, type: 'query', datasource: dialect.source },
    ...{ refresh: 2, sort: 2, includeAll: false, multi: false, hide: 0, skipUrlSync: false },
    ...more,
  });
  const several = { multi: true, includeAll: true, allValue: '.*' };
  const first = { text: 'C-STORE', value: 'C-STORE' };
  return {
    datasource: {
      ...{ name: 'datasource', label: text.label, type: 'datasource', query: text.type },
      current: { text: 'dicomrun', value: 'dicomrun' },
      hide: 0,
    },
    testid: asked('testid', 'run', text.runs),
    testids: asked('testid', 'runs', text.runs, several),
    service: asked('service', 'service', text.service, { current: first, sort: 1 }),
    route: asked('route', 'route', text.route, { ...several, sort: 1 }),
    by: {
      ...{ name: 'by', label: 'in parts by', type: 'custom', query: VIEWS.join(',') },
      current: { text: 'service+route', value: 'service+route' },
      options: VIEWS.map((value) => ({ text: value, value, selected: value === 'service+route' })),
      ...{ includeAll: false, multi: false, hide: 0 },
    },
  } satisfies Readonly<Record<string, Variable>>;
}

/** Start, stages, thresholds crossed and end, as lines in every chart. */
export function annotations(dialect: Dialect): readonly Annotation[] {
  if (dialect !== influxql) return []; // Prometheus has no place for events
  const { source } = influxql;
  return [
    {
      name: 'events',
      enable: true,
      iconColor: 'light-blue',
      datasource: source,
      target: {
        refId: 'Anno',
        datasource: source,
        rawQuery: true,
        fromAnnotations: true,
        textEditor: true,
        query: EVENTS,
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
  readonly dialect: Dialect;
}

export function dashboard(frame: Frame): Dashboard {
  const { uid, title, description, panels, from = 'now-15m', dialect } = frame;
  const isFirst = dialect === influxql;
  return {
    uid: isFirst ? uid : `${uid}-${dialect.source.type}`,
    title: isFirst ? title : `${title} (Prometheus)`,
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
