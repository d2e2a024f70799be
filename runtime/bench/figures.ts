// The figures on record: of each case the last time it was measured, and where. The page is made of
// them, so that a case can be measured again alone, and what is older says so.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { markdown, type Row } from './tally.ts';

/** Where and with what something was measured. */
export type Facts = Readonly<Record<string, string>>;

/** A case as it was measured last. */
export interface Measured {
  readonly case: string;
  readonly facts: Facts;
  readonly rows: readonly Row[];
}

const HEAD = `# Performance

Measured by \`npm run bench -- --write\`: paired, interleaved rounds, medians. Client on one core, sink
on the other. DCMTK runs with \`TCP_NODELAY=1\`: without it any client is held at 22 stores a second.
A load that was not carried to 98 % has no figure, nor has a difference of two runs that varies by
more than 10 %, however often it is repeated. Figures of one table were taken on one machine with one
version; compare within a row, not between tables.

Memory is level from the first full collection of V8 on, not before: 500 VUs with 2,000 stores a second of
5 KB on one worker had up to 168 MB after 80 s, and from then to the end of 22 minutes 147 to 154 MB. In
another run, 500 VUs with 1,000 stores a second for 7 minutes, what a full collection left alive did not
grow: 36.6, 36.1 and 36.0 MB after 1, 4 and 7 minutes.

![Measured against floor and aim](performance.svg)
`;

/** Those of before, with what was measured now in its place. A case that gave nothing keeps its rows. */
export function merged(
  before: readonly Measured[],
  now: readonly Measured[],
  order: readonly string[],
): readonly Measured[] {
  const all = new Map(before.map((one) => [one.case, one]));
  for (const one of now) if (one.rows.length > 0) all.set(one.case, one);
  return order.flatMap((name) => all.get(name) ?? []);
}

/** A table for each machine and version, what was measured last first. */
export function page(all: readonly Measured[]): string {
  const tables = new Map<string, { readonly facts: Facts; readonly rows: Row[] }>();
  for (const { facts, rows } of all) {
    const key = JSON.stringify(facts);
    const table = tables.get(key) ?? { facts, rows: [] };
    tables.set(key, table);
    table.rows.push(...rows);
  }
  const newest = [...tables.values()].sort((a, b) => (dayOf(b) < dayOf(a) ? -1 : 1));
  return [HEAD, ...newest.map(section)].join('\n');
}

const dayOf = ({ facts }: { readonly facts: Facts }): string => facts['day'] ?? '';

function section({
  facts,
  rows,
}: {
  readonly facts: Facts;
  readonly rows: readonly Row[];
}): string {
  const { day = '', commit = 'unknown', ...where } = facts;
  const on = Object.entries(where).map(([name, value]) => `${name} ${value}`);
  return `## ${day === '' ? 'Earlier' : day}, ${commit}\n\n${on.join(' · ')}\n\n${markdown(rows)}\n`;
}

/** Adds to the record in a folder, and makes page and picture of it. */
export function keep(
  now: readonly Measured[],
  order: readonly string[],
  folders: { readonly record: string; readonly help: string },
): void {
  const file = join(folders.record, 'figures.jsonl');
  const all = merged(read(file), now, order);
  writeFileSync(file, all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  writeFileSync(join(folders.help, 'performance.md'), page(all));
  writeFileSync(join(folders.help, 'performance.svg'), chart(all.flatMap(({ rows }) => rows)));
}

/** A case a line; what has no figure is null there. */
function read(file: string): readonly Measured[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Measured);
  return all.map((one) => ({
    ...one,
    rows: one.rows.map((row) => ({ ...row, value: (row.value as number | null) ?? NaN })),
  }));
}
