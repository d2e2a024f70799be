// Runs a script from the command line as a load test, or only looks at it.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Stopper } from '../../conductor/stopper.ts';
import type { RunScript } from '../../conductor/run-types.ts';
import type { Mode } from '../../config/types.ts';
import type { CarriedRun, ExecuteRequest, RunOutcome } from './execute.ts';
import type { Early } from './early.ts';
import type { FlagValues } from '../flags/given-flags.ts';
import { RunScreen } from './run-screen.ts';
import type { Quiet } from './run-screen.ts';
import { supervise } from './supervise.ts';
import { shellWord } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

export interface RunScriptRequest {
  /** As given on the command line. */
  readonly script: string;
  readonly flags: FlagValues;
  readonly mode: Mode;
  readonly terminal: Terminal;
  /** What `--reporter` names. */
  readonly reporters?: readonly string[];
  /** Who carries the load, when it is not this process. */
  readonly carriers?: Carriers | null;
  /** `files()` takes only these: `--only-missing`. */
  readonly onlyFiles?: readonly string[];
  /** The run, where it is on its way already. */
  readonly early?: Early | null;
  /** The bundled demonstration: what to do after it. */
  readonly demo?: readonly string[];
}

/** Finds those who carry a run in place of this process. @throws DicomRunError when they are not there */
export type Carriers = (own: ExecuteRequest, testid: string | undefined) => Promise<CarriedRun>;

/** Runs it, prints the summary and returns the exit code. */
export async function runScript(request: RunScriptRequest): Promise<number> {
  const { terminal, flags } = request;
  applyColor(terminal, flags);
  const screen = new RunScreen(terminal, quietOf(flags));
  const stopper = new Stopper();
  const off = supervise(terminal, stopper, (text) => screen.note(text));
  let elsewhere: CarriedRun | null = null;
  try {
    const { junitFiles, writeJunit } = await import('./junit-file.ts');
    const files = junitFiles(request.reporters ?? [], terminal);
    const { execute } = await import('./execute.ts');
    const next = (folder: string, how: RunOutcome) => nextCommands(request, folder, how);
    const { carriers, early, ...rest } = request;
    const own = { ...rest, ...early, screen, stopper, next };
    const testid = flags['testid'] === undefined ? undefined : String(flags['testid']);
    elsewhere = (await carriers?.(own, testid)) ?? null;
    const result = await execute(elsewhere?.request ?? own);
    screen.close();
    const { printSummary } = await import('./print-summary.ts');
    const { annotations } = await import('./ci-annotations.ts');
    printSummary(terminal, result);
    terminal.err(annotations(result.summary, terminal.env));
    return await writeJunit(files, result.summary, terminal);
  } finally {
    screen.close();
    await request.early?.pool.destroy();
    await elsewhere?.end();
    off();
  }
}

/** The script's declarations and its effective options, without running it. */
export async function inspectScript(request: RunScriptRequest, tables = false): Promise<RunScript> {
  applyColor(request.terminal, request.flags);
  const screen = new RunScreen(request.terminal, quietOf(request.flags));
  const { inspect } = await import('./execute.ts');
  return inspect({ ...request, screen, stopper: new Stopper(), next: () => [] }, tables);
}

export function applyColor(terminal: Terminal, flags: FlagValues): void {
  if (flags['no-color'] === true) terminal.setColor(false);
  if (flags['color'] === true) terminal.setColor(true);
}

function quietOf(flags: FlagValues): Quiet {
  const given = Number(flags['quiet'] ?? 0);
  if (given >= 2) return 2;
  return given === 1 ? 1 : 0;
}

function nextCommands(
  { script, demo, flags, terminal }: RunScriptRequest,
  folder: string,
  { failed, lost }: RunOutcome,
): readonly string[] {
  if (demo !== undefined) return demo;
  const before = runBefore(terminal, folder);
  const compare =
    before === null ? [] : [`dicomrun compare ${shellWord(before)} ${shellWord(folder)}`];
  const missing = lost ? [`dicomrun ledger ${shellWord(folder)} --missing`] : [];
  if (failed) return [`dicomrun report ${shellWord(folder)}`, ...missing, ...compare];
  if (lost) return [...missing, ...compare];
  const target = TARGET_FLAGS.flatMap(([name, spelt]) => flagWords(spelt, flags[name]));
  return [...compare, ['dicomrun smoke', shellWord(script), ...target].join(' ')];
}

/** What a command of the same script needs to reach the same target. */
const TARGET_FLAGS: readonly (readonly [name: string, spelt: string])[] = [
  ['embedded', '--embedded'],
  ['connect', '-c'],
  ['bind', '-b'],
  ['web-target', '--web-target'],
  ['receiver', '--receiver'],
  ['config', '--config'],
  ['profile', '--profile'],
  ['env-file', '--env-file'],
  ['tls', '--tls'],
  ['tls-ca', '--tls-ca'],
  ['tls-cert', '--tls-cert'],
  ['tls-key', '--tls-key'],
  ['tls-server-name', '--tls-server-name'],
];

function flagWords(spelt: string, value: FlagValues[string] | undefined): readonly string[] {
  if (value === true) return [spelt];
  const given = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
  return given.map((one) => `${spelt} ${shellWord(String(one))}`);
}

/** None where the folder was removed while the run went on, or cannot be read any more. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The run of the same script before this one, in the same folder of results. */
function runBefore(terminal: Terminal, folder: string): string | null {
  const [name, home] = [basename(folder), dirname(folder)];
  const scriptOf = (run: string) => /^\d{8}-\d{6}-(.*)-[0-9a-f]{4}$/.exec(run)?.[1];
  const script = scriptOf(name);
  if (script === undefined) return null;
  const runs = namesIn(resolve(terminal.cwd, home));
  // A smoke run, which has junit.xml, is no load to compare with; nor what never came to its end.
  const has = (run: string, file: string) => existsSync(resolve(terminal.cwd, home, run, file));
  const isLoad = (run: string) => has(run, 'summary.json') && !has(run, 'junit.xml');
  const earlier = runs.filter((run) => run < name && scriptOf(run) === script && isLoad(run));
  const last = earlier.sort().at(-1);
  return last === undefined ? null : join(home, last);
}
