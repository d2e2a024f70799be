// The table of faults and scripts as help/parity.md shows it, made from what was found.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COLUMNS, FAULTS } from './faults.ts';
import type { Subject } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

/** What a run under a fault came to. */
export interface Cell {
  readonly code: number | null;
  /** It ended with an error and named the fault. */
  readonly noticed: boolean;
}

/** Script -> fault -> cell. */
export type Results = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

const FOUND = fileURLToPath(new URL('found.json', import.meta.url));

/** What the last run of the whole table found. */
export const readFound = (): Results => JSON.parse(readFileSync(FOUND, 'utf8')) as Results;

export function writeFound(results: Results): void {
  writeFileSync(FOUND, `${JSON.stringify(results, null, 2)}\n`);
}

const word = (cell: Cell | undefined): string => {
  if (cell === undefined) return 'not tried';
  if (!cell.noticed) return '**open**';
  return cell.code === 99 ? 'noticed' : `noticed (${String(cell.code)})`;
};

function row(subject: Subject, results: Results, reasons: readonly string[]): string {
  const cells = results[subject.file] ?? {};
  const columns = COLUMNS.map((column) => {
    const reason = subject.argued[column];
    return reason === undefined ? word(cells[column]) : `– ${reasons.indexOf(reason) + 1}`;
  });
  const own = (subject.own ?? []).map(({ name }) => `${name}: ${word(cells[name])}`);
  return `| \`${subject.file}\` | ${[...columns, own.join('; ')].join(' | ')} |`;
}

/** The page with the table in its place. */
export function withSabotage(page: string): string {
  const section = /<!-- sabotage -->[\s\S]*?<!-- \/sabotage -->/;
  if (!section.test(page)) throw new Error('there is no section sabotage');
  const table = sabotageTable(readFound());
  return page.replace(section, () => `<!-- sabotage -->\n${table}\n<!-- /sabotage -->`);
}

/** Markdown: what each fault is, the table, and why a cell says nothing. */
function sabotageTable(results: Results): string {
  const reasons = [...new Set(SUBJECTS.flatMap(({ argued }) => Object.values(argued)))];
  return [
    ...COLUMNS.map((column) => `- **${column}**: the target ${FAULTS[column].what}`),
    '',
    `| script | ${COLUMNS.join(' | ')} | faults of its own |`,
    `|${' --- |'.repeat(COLUMNS.length + 2)}`,
    ...SUBJECTS.map((subject) => row(subject, results, reasons)),
    '',
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
  ].join('\n');
}
