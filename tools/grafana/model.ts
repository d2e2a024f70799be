// How the panels of our dashboards are numbered and laid out.
import type { DataPanel, DataSource, GridPos, Panel, RowPanel, Target } from './schema.ts';

/** Chosen on the dashboard, so that the same file serves any InfluxDB. */
export const SOURCE: DataSource = { type: 'influxdb', uid: '${datasource}' };

interface Size {
  readonly w: number;
  readonly h: number;
}

/** A panel before it has its number and place. */
export type Draft<P extends DataPanel = DataPanel> = P extends DataPanel
  ? Omit<P, 'id' | 'gridPos'> & Size
  : never;

/** A heading before it has its number and place. */
export type RowDraft = Omit<RowPanel, 'id' | 'gridPos' | 'panels'> &
  Size & { readonly inside: readonly Draft[] };

const COLUMNS = 24;

/** Numbers panels from 1 and fills rows of 24 columns from left to right, top to bottom. */
export function layOut(drafts: readonly (Draft | RowDraft)[]): Panel[] {
  const place = placer();
  let id = 0;
  return drafts.map((draft): Panel => {
    const gridPos = place(draft);
    if (draft.type !== 'row') return numbered(draft, ++id, gridPos);
    const { w: _w, h: _h, inside, ...row } = draft;
    const own = ++id;
    const placeInside = placer(gridPos.y + gridPos.h);
    const panels = inside.map((one) => numbered(one, ++id, placeInside(one)));
    return { ...row, id: own, gridPos, panels };
  });
}

function numbered(draft: Draft, id: number, gridPos: GridPos): DataPanel {
  const { w: _w, h: _h, ...panel } = draft;
  return { ...panel, id, gridPos };
}

function placer(top = 0): (size: Size) => GridPos {
  let [x, y, rowHeight] = [0, top, 0];
  return ({ w, h }) => {
    if (x + w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { h, w, x, y };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return gridPos;
  };
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
export function row(title: string, inside: readonly Draft[] = []): RowDraft {
  return { type: 'row', title, w: 24, h: 1, collapsed: inside.length > 0, inside };
}
