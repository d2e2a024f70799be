// Columns of text, aligned.
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './paint.ts';

export interface TextTableOptions {
  /** Columns by number; the others are aligned right. Default: the first. */
  readonly left?: readonly number[];
  /** Before each line. Default: two spaces. */
  readonly indent?: string;
  /** Columns there are; a wider table is stacked, its first column repeated. Default: any number. */
  readonly width?: number;
  /** Column that begins a new part, where the table must be stacked. */
  readonly breakAt?: number;
}

/** Two spaces between columns; one where that makes it fit. */
export function table(
  rows: readonly (readonly string[])[],
  options: TextTableOptions = {},
): string[] {
  const { left = [0], indent = '  ', width = Infinity, breakAt = 0 } = options;
  const widths: number[] = [];
  const cells = rows.map((row) => row.map(cut));
  for (const row of cells) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  }
  const all = widths.map((_, i) => i);
  const room = width - widthOf(indent);
  const gap = widthWith(widths, all, 2) <= room ? '  ' : ' ';
  return stacked(widths, room, breakAt).flatMap((columns) =>
    cells.map((row) => {
      const padded = columns.map((i) => {
        const cell = row[i];
        if (cell === undefined) return '';
        const pad = ' '.repeat((widths[i] ?? 0) - widthOf(cell));
        return left.includes(i) ? cell + pad : pad + cell;
      });
      return (indent + padded.join(gap)).trimEnd();
    }),
  );
}

function widthWith(widths: readonly number[], columns: readonly number[], gap: number): number {
  return columns.reduce((sum, i) => sum + (widths[i] ?? 0) + gap, -gap);
}

/** The columns of each part, from left to right; one part where all fit, two where halves do. */
function stacked(widths: readonly number[], room: number, breakAt: number): number[][] {
  const all = widths.map((_, i) => i);
  const fits = (columns: readonly number[]): boolean => widthWith(widths, columns, 1) <= room;
  if (fits(all)) return [all];
  const halves = [all.slice(0, breakAt), [0, ...all.slice(breakAt)]];
  if (breakAt > 1 && halves.every(fits)) return halves;
  const parts: number[][] = [[0]];
  for (const i of all.slice(1)) {
    const last = parts[parts.length - 1] ?? [];
    if (last.length > 1 && !fits([...last, i])) parts.push([0, i]);
    else last.push(i);
  }
  return parts;
}

/** A name of thousands of characters does not push the numbers off the page. */
const MOST_WIDE = 160;

function cut(cell: string): string {
  if (widthOf(cell) <= MOST_WIDE) return cell;
  return `${stripVTControlCharacters(cell).slice(0, MOST_WIDE - 1)}…`;
}
