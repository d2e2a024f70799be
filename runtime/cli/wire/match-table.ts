// Matches of a query as a table of text. Pure.
import type { JsonDataset } from '../../dicom/element/json.ts';
import { plural } from '../../metrics/numbers.ts';
import { printable } from '../problem-text.ts';
import type { WireQuery } from './query.ts';

const MAX_COLUMN = 64;

/** One line a match, a header above, the count below. */
export function matchTable(matches: readonly JsonDataset[], { columns }: WireQuery): string {
  const rows = matches.map((match) => columns.map((column) => valueText(match[column])));
  const used = columns.map((_, i) => rows.some((row) => row[i] !== ''));
  const kept = [columns.slice(), ...rows].map((row) => row.filter((_, i) => used[i] === true));
  const widths = (kept[0] ?? []).map((_, i) =>
    Math.min(MAX_COLUMN, Math.max(...kept.map((row) => (row[i] ?? '').length))),
  );
  const lines = kept.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const count = plural(matches.length, 'match', 'matches');
  return `${[...(matches.length === 0 ? [] : lines), count].join('\n')}\n`;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(valueText).join('\\');
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
