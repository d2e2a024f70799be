// npm run bench [-- --help]: paired and interleaved, medians; a table, a JSON line for each row, and
// with --write they go on record: figures.jsonl, runtime/help/performance.md and its picture.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { CASES, GROUPS } from './cases.ts';
import { keep, type Facts, type Measured } from './figures.ts';
import { has, SCRIPTS } from './peers.ts';
import { table, type Row } from './tally.ts';

const USAGE = `npm run bench -- [flags]: what the tool costs and carries, measured on this machine

  --only NAME,…  these cases only, in this order
  --rounds N     rounds of each case (default 3); differences of two runs up to twice as many
  --quick        one round, short runs: to see that a case works, not what it says
  --write        put them on record in place of those before, and write help performance
  --help         this

Cases: ${Object.keys(CASES).join(', ')}; web and sweep: all of web-… and sweep-…`;

interface Flags {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly write: boolean;
}

/** Ends the process where there is nothing to run. */
function flagsOf(words: readonly string[]): Flags {
  const options = {
    only: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...words], options });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const named = values.only?.split(',') ?? Object.keys(CASES);
    const only = named.flatMap((name) => GROUPS[name] ?? [name]);
    const unknown = only.filter((name) => CASES[name] === undefined);
    if (unknown.length > 0) throw new Error(`no case "${unknown.join('", "')}"`);
    const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1');
    return { only, rounds, quick: values.quick, write: values.write };
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(104);
  }
}

function machine(): Facts {
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
    day: new Date().toISOString().slice(0, 10),
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
  const { only, rounds, quick, write } = flagsOf(process.argv.slice(2));
  const bench: Bench = { rounds, quick, note: (text) => console.error(`note: ${text}`) };
  const facts = machine();
  const all: Measured[] = [];
  for (const name of only) {
    console.error(`${name} …`);
    const rows = await rowsOf(name, bench);
    all.push({ case: name, facts, rows });
    for (const row of rows) console.log(JSON.stringify({ ...row, ...facts }));
  }
  console.error(`\n${table(all.flatMap(({ rows }) => rows))}`);
  if (!write) return;
  const runtime = join(SCRIPTS, '..', '..', 'runtime');
  const folders = { record: join(runtime, 'bench'), help: join(runtime, 'help') };
  keep(all, Object.keys(CASES), folders);
}

await main();
