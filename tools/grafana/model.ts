// How the panels of our dashboards are numbered and laid out.
import type { Ask, Dialect, Format } from './asks.ts';
import type { DataPanel, GridPos, Panel, RowPanel, Target } from './schema.ts';

interface Size {
  readonly w: number;
  readonly h: number;
}

/** A panel before it has its number and place, and its questions a language. */
export type Draft<P extends DataPanel = DataPanel> = P extends DataPanel
  ? Omit<P, 'id' | 'gridPos' | 'datasource' | 'targets'> & Size & Asked
  : never;

interface Asked {
  readonly asks: readonly Ask[];
  readonly format: Format;
}

/** A heading before it has its number and place. */
export type RowDraft = Omit<RowPanel, 'id' | 'gridPos' | 'panels'> &
  Size & { readonly inside: readonly Draft[] };

const COLUMNS = 24;

/** Numbers panels from 1 and fills rows of 24 columns from left to right, top to bottom. */
export function layOut(drafts: readonly (Draft | RowDraft)[], dialect: Dialect): Panel[] {
  const place = placer();
  let id = 0;
  return answered(drafts, dialect).map((draft): Panel => {
    const gridPos = place(draft);
    if (draft.type !== 'row') return placed(draft, dialect, ++id, gridPos);
    const { w: _w, h: _h, inside, ...row } = draft;
    const own = ++id;
    const placeInside = placer(gridPos.y + gridPos.h);
    const panels = inside.map((one) => placed(one, dialect, ++id, placeInside(one)));
    return { ...row, id: own, gridPos, panels };
  });
}

/** Without what the source cannot answer, and without headings over nothing. */
function answered(
  drafts: readonly (Draft | RowDraft)[],
  dialect: Dialect,
): readonly (Draft | RowDraft)[] {
  const asks = (draft: Draft): boolean => targetsOf(draft, dialect).length > 0;
  const kept = drafts.flatMap((draft): (Draft | RowDraft)[] => {
    if (draft.type !== 'row') return asks(draft) ? [draft] : [];
    const inside = draft.inside.filter(asks);
    return draft.collapsed === true && inside.length === 0 ? [] : [{ ...draft, inside }];
  });
  return kept.filter((draft, at) => {
    const next = kept[at + 1];
    const isEmpty = draft.type === 'row' && draft.inside.length === 0;
    return !isEmpty || (next !== undefined && next.type !== 'row');
  });
}

function placed(draft: Draft, dialect: Dialect, id: number, gridPos: GridPos): DataPanel {
  const { w: _w, h: _h, asks, format: _format, ...panel } = draft;
  const targets = targetsOf(draft, dialect);
  const { source: datasource } = dialect;
  const columns = panel.type === 'table' ? dialect.columns(asks) : null;
  if (panel.type === 'table' && columns !== null) {
    // one query a column: brought together by what they are grouped by
    const organize = { excludeByName: { Time: true }, renameByName: columns };
    const transformations = [
      { id: 'merge', options: {} },
      { id: 'organize', options: organize },
    ];
    return { ...panel, transformations, datasource, targets, id, gridPos };
  }
  return { ...panel, datasource, targets, id, gridPos };
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

function targetsOf({ asks, format }: Draft, dialect: Dialect): Target[] {
  return asks
    .flatMap((ask) => dialect.targets(ask, format))
    .map((target, at) => ({ refId: REFS[at] ?? 'A', ...target }) as Target);
}

/** A heading that can be folded; with `inside`, folded from the start. */
export function row(title: string, inside: readonly Draft[] = []): RowDraft {
  return { type: 'row', title, w: 24, h: 1, collapsed: inside.length > 0, inside };
}
