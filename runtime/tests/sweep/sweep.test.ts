// Every example as it is against two targets in other processes. Here some of each kind; SWEEP=all (npm
// run sweep) runs them all, keeps what it found beside this file and writes it into help/parity.md.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../example-list.ts';
import { requirePeer } from '../peers.ts';
import { Bench, type CliResult } from '../run-cli.ts';
import { SCRIPTS, type Script } from './scripts.ts';
import { readFound, writeFound } from './table.ts';
import { Servers, TARGETS, type Target, type TargetName } from './targets.ts';

const whole = process.env['SWEEP'] !== undefined;
/** SWEEP=rest: what passed stays as it was found. */
const rest = process.env['SWEEP'] === 'rest';
const only = new RegExp(process.env['SWEEP_ONLY'] ?? '');
const LONGEST_MS = 120_000;

/** What CI runs: a script of each kind. */
const CHOSEN: readonly string[] = [
  ...['02-query/move.ts', 'compass/find-client.ts', 'gateway/byte-preservation.ts'],
  'progression/01-echo.ts',
];

const bench = new Bench('sweep');
const CERTS = join(bench.folder, 'certificates');
const SENT = join(bench.folder, 'sent');
const servers = new Servers(bench, [...new Set(SCRIPTS.flatMap(({ titles }) => titles))]);

beforeAll(async () => {
  execFileSync('sh', [join(ROOT, 'examples/scenarios/certificates.sh'), CERTS]);
  await bench.run(['generate', SENT, '--modality', 'CT', '--count', '2']);
});
afterAll(() => bench.remove());

/** Runs a script, unedited, against a target. */
async function run(script: Script, name: TargetName, target: Target): Promise<CliResult> {
  const { file, called, titles, flags, env } = script;
  const own =
    name === 'serve' && script.router !== undefined
      ? await servers.router(script.router, target)
      : null;
  const receivers = titles.length === 0 ? [] : ['--receiver', `*=127.0.0.1:${target.receivers}`];
  const at = ['-c', `${called}@${own?.at ?? target.router}`, ...receivers];
  try {
    return await bench.run(['run', join(ROOT, 'examples', file), ...at, ...flags, '--no-report'], {
      env: {
        ...{ SCALE: 'ci', CERTS, SENT, WRITTEN: SENT, ...target.env, ...env },
        RECEIVED: join(bench.folder, 'received'),
      },
      timeoutMs: LONGEST_MS,
    });
  } finally {
    own?.process.signal('SIGINT');
    await own?.process.ended;
  }
}

const cellsOf = (target: TargetName): readonly Script[] =>
  SCRIPTS.filter(({ argued }) => argued[target] === undefined);

describe('the table', () => {
  it.skipIf(whole)('has a cell that passes, or a reason, for each script and target', () => {
    const found = readFound();
    const open = TARGETS.flatMap((target) =>
      cellsOf(target)
        .filter(({ file }) => found[file]?.[target] !== 0)
        .map(({ file }) => `${file}: ${target}`),
    );
    expect(open).toEqual([]);
    const known = SCRIPTS.map(({ file }) => file);
    expect(Object.keys(found).filter((file) => !known.includes(file))).toEqual([]);
  });
});

describe.each(TARGETS)('against %s', (name) => {
  const there = name === 'serve' || requirePeer('Orthanc');
  let target: Target | null = null;
  beforeAll(async () => {
    if (there) target = await servers.start(name);
  });
  afterAll(() => target?.stop());

  const cells = cellsOf(name).filter(({ file }) => only.test(file));
  const chosen = cells.filter(({ file }) => whole || CHOSEN.includes(file));
  it.skipIf(!there).each(chosen)('$file', { timeout: LONGEST_MS + 10_000 }, async (script) => {
    const { file } = script;
    if (target === null) throw new Error(`${name} is not there`);
    if (rest && readFound()[file]?.[name] === 0) return;
    const { code, stdout, stderr } = await run(script, name, target);
    if (whole) {
      const found = readFound();
      writeFound({ ...found, [file]: { ...found[file], [name]: code } });
      if (code !== 0)
        process.stderr.write(`${name} ${file}: ${String(code)}\n${stdout}${stderr}\n`);
    }
    expect(code, stdout + stderr).toBe(0);
  });
});
