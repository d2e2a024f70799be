// Matches of a query as a table of text. Pure.
import type { JsonDataset } from '../../dicom/element/json.ts';
import { plural } from '../../metrics/numbers.ts';
import { printable } from '../problem-text.ts';
import type { WireQuery } from './query.ts';

const MAX_COLUMN = 64;
const GAP = '  ';

/**
 * One line a match, a header above, the count below; where a line does not fit into `width` columns, each
 * match is a block, one attribute a line.
 */
export function matchTable(
  matches: readonly JsonDataset[],
  { columns }: Pick<WireQuery, 'columns'>,
  width = Infinity,
): string {
  const rows = matches.map((match) => columns.map((column) => valueText(match[column])));
  const used = columns.map((_, i) => rows.some((row) => row[i] !== ''));
  const kept = [columns.slice(), ...rows].map((row) => row.filter((_, i) => used[i] === true));
  const widths = (kept[0] ?? []).map((_, i) =>
    Math.min(MAX_COLUMN, Math.max(...kept.map((row) => (row[i] ?? '').length))),
  );
  const needed = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
  const lines = needed > width ? blocks(kept) : kept.map((row) => lineOf(row, widths));
  const count = plural(matches.length, 'match', 'matches');
  return `${[...(matches.length === 0 ? [] : lines), count].join('\n')}\n`;
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join(GAP)
    .trimEnd();
}

/** The first row names the others' cells. */
function blocks([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widest = Math.max(0, ...head.map((name) => name.length));
  return rows.flatMap((row) => [
    ...row.flatMap((cell, i) => (cell === '' ? [] : [lineOf([head[i] ?? '', cell], [widest])])),
    '',
  ]);
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(valueText).join('\\');
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
