// The built command line as a process: started, watched, interrupted, and its results read back.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type { Summary } from '../metrics/summary.ts';
import { endedWithTests } from './ended-with-tests.ts';
import { MOVED_CLOCK } from './moved-clock.ts';

export const MAIN = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url));
/** The package's own folder: `examples/` stands in it. */
export const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

export interface CliOptions {
  /** Variables besides a bare environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longer than this and the process is killed and the test fails. Default 60 s. */
  readonly timeoutMs?: number;
  /** Executable of Node.js. Default: the one that runs the tests. */
  readonly node?: string;
}

export interface CliResult {
  /** Exit code; null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time from start to exit. */
  readonly ms: number;
  /** Folder of the run's results. @throws when the process made none. */
  folder(): string;
  /** `summary.json` of the run. @throws when there is none. */
  summary(): Summary;
}

export interface CliProcess {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Waits until standard output or error contains this; fails with both when the process ends. */
  says(text: string | RegExp): Promise<void>;
  readonly ended: Promise<CliResult>;
}

/** A folder of its own in which the command line runs; scripts are written into it. */
export class Bench {
  readonly folder: string;
  #runs = 0;

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `dicomrun-${name}-`));
  }

  /** Writes a file and returns its path relative to the folder. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return name;
  }

  /** Starts `dicomrun` with these arguments; of `run` and `smoke` the results are kept apart. */
  start(args: readonly string[], options: CliOptions = {}): CliProcess {
    const results = join(this.folder, `results-${this.#runs++}`);
    const makesRun = args[0] === 'run' || args[0] === 'smoke' || args[0] === 'demo';
    const all = makesRun ? [...args, '--results', results] : [...args];
    return startProcess(all, { ...options, folder: this.folder, results });
  }

  /** Runs it to its end. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return this.start(args, options).ended;
  }

  /** Writes a script and runs it: `run SCRIPT …args`. */
  async script(text: string, args: readonly string[], options: CliOptions = {}) {
    return this.startScript(text, args, options).ended;
  }

  startScript(text: string, args: readonly string[], options: CliOptions = {}): CliProcess {
    const name = this.write(`script-${this.#runs}.ts`, text);
    return this.start(['run', name, ...args], options);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Place extends CliOptions {
  readonly folder: string;
  readonly results: string;
}

function startProcess(args: readonly string[], place: Place): CliProcess {
  const { PATH = '', HOME = '' } = process.env;
  const began = performance.now();
  const child = spawn(place.node ?? process.execPath, [MAIN, ...args], {
    cwd: place.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...MOVED_CLOCK, PATH, HOME, NO_COLOR: '1', ...place.env },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('dicomrun did not start');
  endedWithTests(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const { timeoutMs = 60_000 } = place;
  const ended = new Promise<CliResult>((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (late) reject(new Error(`not over within ${timeoutMs} ms:\n${out}\n${err}`));
      else
        resolve(resultOf({ code, stdout: out, stderr: err, ms: performance.now() - began }, place));
    });
  });
  // Who never waits for the end learns of a failure elsewhere.
  ended.catch(() => undefined);
  return {
    pid,
    ended,
    stdout: () => out,
    stderr: () => err,
    signal: (name) => void child.kill(name),
    says: async (text) => {
      const has = (): boolean =>
        typeof text === 'string' ? (out + err).includes(text) : text.test(out + err);
      while (!has()) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`never said ${String(text)}:\n${out}\n${err}`);
        }
        await delay(20);
      }
    },
  };
}

function resultOf(
  end: { code: number | null; stdout: string; stderr: string; ms: number },
  { results }: Place,
): CliResult {
  const folder = (): string => {
    const [first, ...more] = listed(results);
    if (first === undefined || more.length > 0) {
      throw new Error(`not one run in ${results}:\n${end.stdout}\n${end.stderr}`);
    }
    return join(results, first);
  };
  return {
    ...end,
    folder,
    summary: () => JSON.parse(readFileSync(join(folder(), 'summary.json'), 'utf8')) as Summary,
  };
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no results were made
  }
}

/** A counter of the whole run, 0 when it has no samples. */
export function counted(summary: Summary, metric: string): number {
  return summary.metrics[metric]?.values['count'] ?? 0;
}

/** Stores of the run that were accepted, as the requests say it. */
export function accepted(summary: Summary): number {
  return summary.delivery.accepted;
}
