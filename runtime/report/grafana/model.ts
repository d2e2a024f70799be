// The classic dashboard JSON of Grafana, as far as our dashboards use it, and how panels are laid out.

export interface Target {
  readonly refId: string;
  readonly datasource: DataSource;
  readonly rawQuery: true;
  readonly query: string;
  readonly resultFormat: 'time_series' | 'table';
  readonly alias?: string;
}

export interface DataSource {
  readonly type: 'influxdb';
  readonly uid: string;
}

/** Chosen on the dashboard, so that the same file serves any InfluxDB. */
export const SOURCE: DataSource = { type: 'influxdb', uid: '${datasource}' };

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly datasource?: DataSource;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: unknown;
  readonly options?: unknown;
  readonly transformations?: readonly unknown[];
  readonly collapsed?: boolean;
  readonly panels?: readonly Panel[];
}

export interface GridPos {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

/** A panel before it has its number and place. */
export type Draft = Omit<Panel, 'id' | 'gridPos' | 'panels'> & {
  readonly w: number;
  readonly h: number;
  readonly inside?: readonly Draft[];
};

/** A query that Grafana fills in for a variable. */
export interface Variable {
  readonly name: string;
  readonly type: 'query' | 'datasource' | 'custom';
  readonly label: string;
  readonly query: string;
  readonly [more: string]: unknown;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: 42;
  readonly version: 1;
  readonly editable: true;
  readonly graphTooltip: 1;
  readonly refresh: string;
  readonly timezone: '';
  readonly time: { readonly from: string; readonly to: string };
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly unknown[] };
  readonly links: readonly unknown[];
  readonly panels: readonly Panel[];
}

const COLUMNS = 24;

/** Numbers panels from 1 and fills rows of 24 columns from left to right, top to bottom. */
export function layOut(drafts: readonly Draft[]): Panel[] {
  let id = 0;
  const place = (list: readonly Draft[], top: number): { panels: Panel[]; bottom: number } => {
    let [x, y, rowHeight] = [0, top, 0];
    const panels = list.map((draft): Panel => {
      const { w, h, inside, ...panel } = draft;
      if (x + w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
      const gridPos = { h, w, x, y };
      x += w;
      rowHeight = Math.max(rowHeight, h);
      const placed = { ...panel, id: ++id, gridPos };
      return inside ? { ...placed, panels: place(inside, y + h).panels } : placed;
    });
    return { panels, bottom: y + rowHeight };
  };
  return place(drafts, 0).panels;
}

const REFS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Queries of one panel. A string is a query; a pair adds the name of its series. */
export function targets(
  format: Target['resultFormat'],
  queries: readonly (string | readonly [query: string, alias: string])[],
): Target[] {
  return queries.map((query, at) => {
    const [text, alias] = typeof query === 'string' ? [query] : query;
    return {
      refId: REFS[at] ?? 'A',
      datasource: SOURCE,
      rawQuery: true,
      query: text,
      resultFormat: format,
      ...(alias !== undefined && { alias }),
    };
  });
}

/** A heading that can be folded; with `inside`, folded from the start. */
export function row(title: string, inside?: readonly Draft[]): Draft {
  return {
    type: 'row',
    title,
    w: 24,
    h: 1,
    collapsed: inside !== undefined,
    ...(inside && { inside }),
  };
}
