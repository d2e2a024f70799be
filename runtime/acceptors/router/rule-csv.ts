// Rule tables as CSV, the form in which sites keep them.
import type { Coercion, RouterRule } from '../../../api/k6/simulate.ts';
import type { TagWish } from '../account/delivery.ts';

/**
 * Reads a rule table. The first line names the columns: `route`, `when:Keyword`, `set:Keyword`,
 * `copy:Keyword`, `coerce:Keyword`, `blank`, `remove` (the last two: keywords separated by spaces).
 * An empty cell says nothing; in a `when` column `/text/i` is a pattern, `(blank)` an empty value,
 * `(absent)` a missing element. Cells with commas or quotes are quoted, quotes doubled.
 *
 * @throws Error naming line and column
 */
export function rulesFromCsv(text: string): RouterRule[] {
  const [head, ...lines] = rows(text);
  if (head === undefined) return [];
  const columns = head.map((name, at) => column(name.trim(), at + 1));
  return lines.map((cells, n) => {
    const rule: Draft = {};
    columns.forEach((put, at) => {
      const cell = (cells[at] ?? '').trim();
      if (cell !== '') put(rule, cell, n + 2);
    });
    return rule;
  });
}

type Draft = {
  -readonly [K in keyof RouterRule]: RouterRule[K];
};
type Column = (rule: Draft, cell: string, line: number) => void;

const COERCIONS: ReadonlySet<string> = new Set(['upper', 'lower', 'trim', 'digits']);

function column(name: string, number: number): Column {
  const [kind = '', keyword = ''] = name.split(':');
  switch (`${kind}${keyword === '' ? '' : ':'}`) {
    case 'route':
      return (rule, cell) => void (rule.route = cell);
    case 'when:':
      return (rule, cell) => void (rule.when = { ...rule.when, [keyword]: wishOf(cell) });
    case 'set:':
      return (rule, cell) => void (rule.set = { ...rule.set, [keyword]: cell });
    case 'copy:':
      return (rule, cell) => void (rule.copy = { ...rule.copy, [keyword]: cell });
    case 'coerce:':
      return (rule, cell, line) => {
        if (!COERCIONS.has(cell)) {
          throw new Error(
            `rules line ${line}, ${name}: "${cell}" is none of ${[...COERCIONS].join(' ')}`,
          );
        }
        rule.coerce = { ...rule.coerce, [keyword]: cell as Coercion };
      };
    case 'blank':
      return (rule, cell) => void (rule.blank = cell.split(/\s+/));
    case 'remove':
      return (rule, cell) => void (rule.remove = cell.split(/\s+/));
    default:
      throw new Error(
        `rules column ${number}: "${name}" is none of route, when:…, set:…, copy:…, coerce:…, blank, remove`,
      );
  }
}

function wishOf(cell: string): TagWish {
  if (cell === '(blank)') return '';
  if (cell === '(absent)') return null;
  const pattern = /^\/(.*)\/([a-z]*)$/.exec(cell);
  return pattern === null ? cell : { re: pattern[1] ?? '', flags: pattern[2] ?? '' };
}

/** Cells by line (RFC 4180); empty lines and lines that begin with # are left out. */
function rows(given: string): string[][] {
  // As spreadsheets write it: a mark in front, and semicolons where the comma is a decimal point.
  const text = given.replace(/^\ufeff/, '');
  const [names = ''] = text.split(/[\r\n]/).filter((line) => /^[^#]/.test(line));
  const by = names.split(';').length > names.split(',').length ? ';' : ',';
  const found: string[][] = [];
  const cell = new RegExp(`("(?:[^"]|"")*"|[^${by}\\n\\r]*)(${by}|\\r?\\n|\\r|$)`, 'g');
  let row: string[] = [];
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const [whole, value = '', end] = match;
    row.push(value.startsWith('"') ? value.slice(1, -1).replace(/""/g, '"') : value);
    if (end === by) continue;
    if (row.length > 1 || (row[0]?.trim() ?? '') !== '') found.push(row);
    row = [];
    if (whole === '' || end === '') break;
  }
  return found.filter(([first = '']) => !first.startsWith('#'));
}
