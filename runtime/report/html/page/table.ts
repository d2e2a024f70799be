// A table that can be sorted, filtered and copied; the accessible form of everything on the page.
import { button, h, replace } from './dom.ts';

export interface TableColumn<T> {
  readonly label: string;
  /** Text of the cell, or an element. */
  readonly cell: (row: T) => string | Node;
  /** What it is sorted by; a column without cannot be sorted. */
  readonly sort?: (row: T) => number | string;
  readonly numeric?: boolean;
  /** Names that may be long: they break anywhere, and keep some width on a phone. */
  readonly long?: boolean;
  /** Not shown while it is empty or 0 in every row. */
  readonly folds?: boolean;
}

/** A column of words, sorted as words. */
export function words<T>(label: string, value: (row: T) => string): TableColumn<T> {
  return { label, cell: value, sort: value };
}

/** A column of numbers; where there is none the cell is empty. */
export function numbers<T>(
  label: string,
  value: (row: T) => number | undefined,
  show: (value: number) => string,
): TableColumn<T> {
  const cell = (row: T): string => {
    const known = value(row);
    return known === undefined ? '' : show(known);
  };
  return { label, cell, sort: (row) => value(row) ?? -1, numeric: true };
}

export interface TableOptions<T> {
  readonly caption: string;
  readonly columns: readonly TableColumn<T>[];
  /** With a search field; pays off from about ten rows. */
  readonly filter?: boolean;
  /** Shown instead of a table without rows. */
  readonly empty?: string;
  /** Rows beyond are not shown, and it is said how many. Default 1,000. */
  readonly most?: number;
}

export interface Table<T> {
  readonly element: HTMLElement;
  update(rows: readonly T[]): void;
}

/** Makes an empty table; `update` fills it, as often as wanted. */
export function table<T>(options: TableOptions<T>): Table<T> {
  const { columns, caption, empty = 'none', most = 1000 } = options;
  let rows: readonly T[] = [];
  let by: Sorting<T> | null = null;
  const search = h('input', { type: 'search', 'aria-label': `filter ${caption}` });
  const body = h('tbody');
  const note = h('p', { class: 'faint' });
  const draw = (): void => {
    const wanted = search.value.trim().toLowerCase();
    const kept = rows.filter((row) => wanted === '' || rowText(columns, row).includes(wanted));
    const shown = (by ? sorted(kept, by) : kept).slice(0, most);
    const folded = columns.map(
      ({ folds, sort }) => folds === true && rows.every((row) => isNone(sort?.(row))),
    );
    replace(body, ...shown.map((row) => h('tr', {}, ...cells(columns, row))));
    for (const { children } of [head, ...body.children]) {
      folded.forEach((is, i) => ((children[i] as HTMLElement).hidden = is));
    }
    note.textContent = noteOf(rows.length, kept.length, shown.length) || (rows.length ? '' : empty);
    frame.hidden = rows.length === 0;
  };
  const head = headOf(columns, (chosen) => {
    by = chosen;
    draw();
  });
  const frame = h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('thead', {}, head), body),
  );
  search.addEventListener('input', draw);
  const copy = button('copy as CSV', () => void navigator.clipboard.writeText(csv(columns, rows)));
  const tools =
    options.filter && h('div', { class: 'tools' }, h('label', {}, 'filter', search), copy);
  const update = (next: readonly T[]): void => {
    rows = next;
    draw();
  };
  return { element: h('div', {}, tools, frame, note), update };
}

const isNone = (value: number | string | undefined): boolean =>
  value === undefined || value === '' || value === 0 || value === -1;

interface Sorting<T> {
  readonly column: TableColumn<T>;
  readonly down: boolean;
}

/** The head row; a click on a column sorts by it, a second one the other way round. */
function headOf<T>(
  columns: readonly TableColumn<T>[],
  sortBy: (by: Sorting<T>) => void,
): HTMLElement {
  let now: Sorting<T> | null = null;
  const heads = columns.map((column) => {
    const head = h('th', {
      scope: 'col',
      class: column.numeric ? 'n' : undefined,
      'data-label': column.sort && column.label,
    });
    const act = (): void => {
      now = { column, down: now?.column === column ? !now.down : column.numeric === true };
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', now.down ? 'descending' : 'ascending');
      sortBy(now);
    };
    head.append(column.sort ? button(column.label, act) : column.label);
    return head;
  });
  return h('tr', {}, ...heads);
}

function cells<T>(columns: readonly TableColumn<T>[], row: T): HTMLElement[] {
  return columns.map((column) =>
    h('td', { class: column.numeric ? 'n' : column.long ? 'long' : undefined }, column.cell(row)),
  );
}

function text<T>(column: TableColumn<T>, row: T): string {
  const cell = column.cell(row);
  return typeof cell === 'string' ? cell : (cell.textContent ?? '');
}

function rowText<T>(columns: readonly TableColumn<T>[], row: T): string {
  return columns
    .map((column) => text(column, row))
    .join(' ')
    .toLowerCase();
}

function sorted<T>(rows: readonly T[], { column, down }: Sorting<T>): T[] {
  const { sort } = column;
  if (!sort) return [...rows];
  const order = (a: T, b: T): number => {
    const [x, y] = [sort(a), sort(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  };
  return [...rows].sort((a, b) => (down ? order(b, a) : order(a, b)));
}

function noteOf(all: number, kept: number, shown: number): string {
  if (shown < kept) return `the first ${shown} of ${kept} rows`;
  return kept < all ? `${kept} of ${all} rows` : '';
}

/** Cells that a spreadsheet would take for a formula are disarmed with an apostrophe. */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv<T>(columns: readonly TableColumn<T>[], rows: readonly T[]): string {
  const head = columns.map(({ label }) => csvCell(label)).join(',');
  const lines = rows.map((row) =>
    columns
      .map((column) =>
        csvCell(column.sort && column.numeric ? String(column.sort(row)) : text(column, row)),
      )
      .join(','),
  );
  return [head, ...lines].join('\n');
}
