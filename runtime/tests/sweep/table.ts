// The table of scripts and targets as help/parity.md shows it, made from what was found.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCRIPTS } from './scripts.ts';
import { TARGETS, WHAT, type TargetName } from './targets.ts';

/** Script -> target -> exit code; null = not over in time. */
export type Codes = Readonly<Record<string, Partial<Readonly<Record<TargetName, number | null>>>>>;

const FOUND = fileURLToPath(new URL('found.json', import.meta.url));

/** What the last sweep found. */
export const readFound = (): Codes => JSON.parse(readFileSync(FOUND, 'utf8')) as Codes;

export function writeFound(codes: Codes): void {
  writeFileSync(FOUND, `${JSON.stringify(codes, null, 2)}\n`);
}

function word(code: number | null | undefined): string {
  if (code === undefined) return 'not tried';
  return code === 0 ? 'passes' : `**open** (${String(code)})`;
}

/** The page with the table in its place. */
export function withSweep(page: string): string {
  const section = /<!-- sweep -->[\s\S]*?<!-- \/sweep -->/;
  if (!section.test(page)) throw new Error('there is no section sweep');
  const found = readFound();
  const reasons = [...new Set(SCRIPTS.flatMap(({ argued }) => Object.values(argued)))];
  const rows = SCRIPTS.map(({ file, argued }) => {
    const cells = TARGETS.map((target) => {
      const why = argued[target];
      return why === undefined ? word(found[file]?.[target]) : `– ${reasons.indexOf(why) + 1}`;
    });
    return `| \`${file}\` | ${cells.join(' | ')} |`;
  });
  const table = [
    ...TARGETS.map((target) => `- **${target}**: ${WHAT[target]}`),
    '',
    `| script | ${TARGETS.join(' | ')} |`,
    `|${' --- |'.repeat(TARGETS.length + 1)}`,
    ...rows,
    '',
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
  ].join('\n');
  return page.replace(section, () => `<!-- sweep -->\n${table}\n<!-- /sweep -->`);
}
