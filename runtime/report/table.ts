// Columns of text, aligned.
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './paint.ts';

/** `left` columns by number; the others are aligned right. Two spaces between, `indent` before. */
export function table(
  rows: readonly (readonly string[])[],
  options: { readonly left?: readonly number[]; readonly indent?: string } = {},
): string[] {
  const left = options.left ?? [0];
  const indent = options.indent ?? '  ';
  const widths: number[] = [];
  rows = rows.map((row) => row.map(cut));
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  }
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const pad = ' '.repeat((widths[i] ?? 0) - widthOf(cell));
      return left.includes(i) ? cell + pad : pad + cell;
    });
    return (indent + cells.join('  ')).trimEnd();
  });
}

/** A name of thousands of characters does not push the numbers off the page. */
const MOST_WIDE = 160;

function cut(cell: string): string {
  if (widthOf(cell) <= MOST_WIDE) return cell;
  return `${stripVTControlCharacters(cell).slice(0, MOST_WIDE - 1)}…`;
}
