// npm run bench [-- --only NAME,… --rounds N --quick --write]: paired and interleaved, medians; a table,
// a JSON line for each row, and with --write runtime/help/performance.md and its picture.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { CASES } from './cases.ts';
import { chart } from './chart.ts';
import { has, SCRIPTS } from './peers.ts';
import { markdown, table, type Row } from './tally.ts';

const words = process.argv.slice(2);
const valueOf = (name: string): string | undefined => {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
};

function machine(): Readonly<Record<string, string>> {
  const run = (program: string, args: readonly string[]): string => {
    try {
      return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0]?.trim() ?? '';
    } catch {
      // Not installed, or not in a checkout: the figure stands without it.
      return 'unknown';
    }
  };
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} × ${cpu?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 1e9)} GB`,
    node: process.version,
    dcmtk: has('storescu') ? run('storescu', ['--version']) : 'not installed',
    commit: run('git', ['rev-parse', '--short', 'HEAD']),
  };
}

/** A case that fails costs its own rows, not those of an hour before. */
async function rowsOf(name: string, bench: Bench): Promise<readonly Row[]> {
  try {
    return (await CASES[name]?.(bench)) ?? [];
  } catch (error) {
    process.exitCode = 1;
    bench.note(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

async function main(): Promise<void> {
  const only = valueOf('--only')?.split(',') ?? Object.keys(CASES);
  const unknown = only.filter((name) => CASES[name] === undefined);
  if (unknown.length > 0) {
    console.error(
      `bench: no case "${unknown.join('", "')}"; there are ${Object.keys(CASES).join(', ')}`,
    );
    process.exit(104);
  }
  const quick = words.includes('--quick');
  const bench: Bench = {
    rounds: Number(valueOf('--rounds') ?? (quick ? 1 : 3)),
    quick,
    note: (text) => console.error(`note: ${text}`),
  };
  const facts = machine();
  const rows: Row[] = [];
  for (const name of only) {
    console.error(`${name} …`);
    for (const row of await rowsOf(name, bench)) {
      rows.push(row);
      console.log(JSON.stringify({ ...row, ...facts }));
    }
  }
  console.error(`\n${table(rows)}`);
  if (words.includes('--write')) write(rows, facts);
}

function write(rows: readonly Row[], facts: Readonly<Record<string, string>>): void {
  const lines = Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`);
  const text = `# Performance

Measured by \`npm run bench -- --write\`: paired, interleaved rounds, medians. Client on one core, sink
on the other. DCMTK runs with \`TCP_NODELAY=1\`: without it any client is held at 22 stores a second.
A load that was not carried to 98 % has no figure, nor has a difference of two runs that varies by
more than 10 %, however often it is repeated.

${lines.join('\n')}

![Measured against floor and aim](performance.svg)

${markdown(rows)}
`;
  const help = join(SCRIPTS, '..', '..', 'runtime', 'help');
  writeFileSync(join(help, 'performance.md'), text);
  writeFileSync(join(help, 'performance.svg'), chart(rows));
}

await main();
