// Grafana's own types of the classic dashboard JSON, in the version that docker-compose.yml pins.
// They are types to us and nothing more: no line of the package is loaded, bundled or shipped.
import type * as grafana from '@grafana/schema';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** As it stands in JSON: the values of an enumeration in its place, and nothing changed later. */
export type Written<T> = T extends string
  ? `${T}`
  : T extends number
    ? WrittenNumber<T>
    : T extends readonly (infer U)[]
      ? readonly Written<U>[]
      : T extends object
        ? { readonly [K in keyof T]: Written<T[K]> }
        : T;

/** By way of text: `number extends T` would hold of an enumeration of numbers too. */
type WrittenNumber<T extends number> = `${T}` extends `${infer Value extends number}`
  ? Value
  : never;

/** A default of all fields of a panel; Grafana's type would take any `custom` key. */
type FieldDefaults<TCustom> = Omit<grafana.FieldConfig, 'custom'> & { custom?: TCustom };

/** What an override may set: a default of fields, or one of the panel's own by `custom.NAME`. */
type OverrideOf<TCustom> =
  PropertiesOf<Omit<grafana.FieldConfig, 'custom'>, ''> | PropertiesOf<TCustom, 'custom.'>;

type PropertiesOf<T, Prefix extends string> = {
  [K in keyof T & string]-?: { readonly id: `${Prefix}${K}`; readonly value: Written<T[K]> };
}[keyof T & string];

interface FieldConfig<TCustom> {
  readonly defaults: Written<FieldDefaults<TCustom>>;
  readonly overrides: readonly {
    readonly matcher: Written<grafana.FieldConfigSource['overrides'][number]['matcher']>;
    readonly properties: readonly OverrideOf<TCustom>[];
  }[];
}

export type DataSource = Written<Required<Pick<grafana.DataSourceRef, 'type' | 'uid'>>>;

/** A query of the InfluxDB data source in InfluxQL; the package has no type of it. */
export type InfluxTarget = Written<Omit<grafana.DataQuery, 'datasource'>> & {
  readonly datasource: DataSource;
  readonly rawQuery: true;
  readonly query: string;
  readonly resultFormat: 'time_series' | 'table';
  readonly alias?: string;
};

/** A query of the Prometheus data source; the package has no type of it either. */
export type PromTarget = Written<Omit<grafana.DataQuery, 'datasource'>> & {
  readonly datasource: DataSource;
  readonly editorMode: 'code';
  readonly expr: string;
  readonly instant: boolean;
  readonly range: boolean;
  readonly format: 'time_series' | 'table' | 'heatmap';
  readonly legendFormat: string;
};

export type Target = InfluxTarget | PromTarget;

/** A panel of one kind, all that its plugin knows of and nothing else. */
interface PanelOf<TType extends string, TOptions, TCustom> extends Written<
  Omit<grafana.Panel, 'type' | 'title' | 'gridPos' | 'id' | 'targets' | 'fieldConfig' | 'options'>
> {
  readonly type: TType;
  readonly id: number;
  readonly title: string;
  readonly gridPos: GridPos;
  readonly targets: readonly Target[];
  readonly fieldConfig: FieldConfig<TCustom>;
  readonly options: Written<TOptions>;
}

export type GridPos = Written<grafana.GridPos>;
export type Thresholds = Written<grafana.ThresholdsConfig>;

export type StatPanel = PanelOf<'stat', stat.Options, Record<never, never>>;
export type LinesPanel = PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>;
export type TablePanel = PanelOf<'table', table.Options, table.FieldConfig>;
export type HeatmapPanel = PanelOf<'heatmap', heatmap.Options, heatmap.FieldConfig>;
export type DataPanel = StatPanel | LinesPanel | TablePanel | HeatmapPanel;

export interface RowPanel extends Written<Omit<grafana.RowPanel, 'panels' | 'title' | 'gridPos'>> {
  readonly title: string;
  readonly gridPos: GridPos;
  readonly panels: readonly DataPanel[];
}

export type Panel = DataPanel | RowPanel;

/** Chosen on the dashboard; `query` is text with the InfluxDB data source. */
export interface Variable extends Written<Omit<grafana.VariableModel, 'query' | 'datasource'>> {
  readonly query: string;
  readonly datasource?: DataSource;
}

/** Its columns stand in the query: without `target` Grafana asks nothing and shows no events. */
export interface Annotation extends Written<
  Omit<grafana.AnnotationQuery, 'target' | 'datasource' | 'snapshotData'>
> {
  readonly datasource: DataSource;
  readonly target: InfluxTarget & {
    readonly fromAnnotations: true;
    readonly textEditor: true;
    readonly titleColumn: string;
    readonly textColumn: string;
    readonly tagsColumn: string;
  };
}

type DashboardKeys =
  | 'uid'
  | 'title'
  | 'description'
  | 'tags'
  | 'schemaVersion'
  | 'version'
  | 'editable'
  | 'graphTooltip'
  | 'refresh'
  | 'timezone'
  | 'time'
  | 'links';

/** What our dashboards always say. */
export interface Dashboard extends Written<Required<Pick<grafana.Dashboard, DashboardKeys>>> {
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly panels: readonly Panel[];
}

/** Whether Grafana's own types take what ours describe; checked when this file is compiled. */
type Taken<T extends U, U> = T;
/** @internal Only compiled. */
export type TakenByGrafana = [
  Taken<Dashboard, Written<grafana.Dashboard>>,
  Taken<DataPanel, Written<grafana.Panel>>,
  Taken<RowPanel, Written<grafana.RowPanel>>,
  Taken<Variable, Written<grafana.VariableModel>>,
  Taken<Annotation, Written<grafana.AnnotationQuery>>,
];
