// The processes a benchmark talks to: our sink, storescp; and how the CLI is run.
import { spawn, spawnSync, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { timed, type Timed, type TimedOptions } from './process.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
export const CLI = join(HERE, '..', 'cli', 'main.js');
export const SCRIPTS = join(HERE, '..', '..', '..', 'examples', 'bench');
/** Sink on one core, client on the other. */
export const SINK_CPU = 0;
export const CLIENT_CPU = 1;

/** True when a program is installed. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

export interface Sink {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): void;
}

/** A command on the sink's core. */
export function pinned(command: readonly string[]): [string, string[]] {
  const words = has('taskset') ? ['taskset', '-c', String(SINK_CPU), ...command] : [...command];
  return [words[0] ?? '', words.slice(1)];
}

/** Our sink in a process of its own; with the files of a key and a certificate over TLS. */
export function ourSink(tls: readonly string[] = []): Promise<Sink> {
  return sinkBy(['sink.js', '0', ...tls]);
}

/** Stores that a sink has taken, and when it said so (ms, monotonic). */
export interface Stored {
  readonly count: number;
  readonly atMs: number;
}

/** A sink that says how many stores it has taken. */
export interface CountingSink extends Sink {
  stored(): Promise<Stored>;
}

export async function countingSink(): Promise<CountingSink> {
  const { child, ...sink } = await spawnSink(['sink.js', '0']);
  const stored = async (): Promise<Stored> => {
    const answer = once(child.stdout, 'data') as Promise<[Buffer]>;
    child.kill('SIGUSR2');
    const [line] = await answer;
    return { count: Number(/\d+/.exec(String(line))?.[0]), atMs: performance.now() };
  };
  return { ...sink, stored };
}

/** The same for STOW-RS. */
export function ourWebSink(): Promise<Sink> {
  return sinkBy(['web-sink.js']);
}

async function sinkBy(words: readonly string[]): Promise<Sink> {
  const { child: _, ...sink } = await spawnSink(words);
  return sink;
}

type Running = ChildProcessByStdio<null, Readable, null>;

async function spawnSink([file = '', ...more]: readonly string[]): Promise<
  Sink & { readonly child: Running }
> {
  const [program, args] = pinned([process.execPath, join(HERE, file), ...more]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(String(line).trim())));
    child.once('exit', () => reject(new Error('the sink did not start')));
  });
  return { ...sinkOf('our sink', port, child), child };
}

/** storescp that keeps nothing. */
export async function storescp(): Promise<Sink | null> {
  if (!has('storescp')) return null;
  const port = await freePort();
  const [program, args] = pinned([
    'storescp',
    '--ignore',
    '-pdu',
    '131072',
    '+xa',
    '--fork',
    String(port),
  ]);
  const env = { ...process.env, TCP_NODELAY: '1' };
  const child = spawn(program, args, { stdio: 'ignore', env });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return sinkOf('storescp', port, child);
}

/** Sinks end with the benchmark, however that ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

function sinkOf(name: string, port: number, child: ChildProcess): Sink {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return { name, port, pid: child.pid ?? 0, stop: () => void child.kill('SIGTERM') };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

export interface CliRun extends Timed {
  /** summary.json of the run. */
  readonly summary: Readonly<Record<string, unknown>>;
}

export interface DicomrunOptions extends TimedOptions {
  /** Flags of Node itself. */
  readonly node?: readonly string[];
}

/** Runs the CLI to its end and reads its summary. */
export async function dicomrun(
  args: readonly string[],
  { node = [], ...options }: DicomrunOptions = {},
): Promise<CliRun> {
  const results = mkdtempSync(join(tmpdir(), 'dicomrun-bench-'));
  try {
    const base = [process.execPath, ...node, CLI, 'run', ...args, '--results', results];
    const common = ['--testid', 'bench', '--no-report', '-q', '--ledger', 'none'];
    const run = await timed([...base, ...common], { cpu: CLIENT_CPU, ...options });
    if (run.code !== 0)
      throw new Error(`dicomrun ${args.join(' ')}: exit ${String(run.code)}\n${run.stderr}`);
    const summary = JSON.parse(
      readFileSync(join(results, 'bench', 'summary.json'), 'utf8'),
    ) as CliRun['summary'];
    return { ...run, summary };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** The bare client: our transport without sandbox. */
export const bare = (
  args: readonly (string | number)[],
): Promise<{ perSecond: number; cpuUs: number }> => bareScript('bare.js', args);

/** A script of this folder on the client's core, which prints its figures as JSON. */
export async function bareScript<T>(file: string, args: readonly (string | number)[]): Promise<T> {
  const run = await timed([process.execPath, join(HERE, file), ...args.map(String)], {
    cpu: CLIENT_CPU,
  });
  if (run.code !== 0) throw new Error(`${file}: exit ${String(run.code)}\n${run.stderr}`);
  return JSON.parse(run.stdout) as T;
}
