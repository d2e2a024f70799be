// A command as a whole process: wall, user and system time by the shell's own accounting.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

export interface Timed {
  readonly code: number | null;
  readonly wallS: number;
  readonly cpuS: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Largest resident set seen (bytes, sampled every 50 ms). */
  readonly rssBytes: number;
  /** Of the biggest process, every 50 ms. */
  readonly memory: readonly MemoryReading[];
}

export interface MemoryReading {
  /** Since the start of the process. */
  readonly atMs: number;
  readonly bytes: number;
}

export interface TimedOptions {
  /** CPU to run on, where `taskset` is there. */
  readonly cpu?: number | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const QUOTE = /[^\w@%+=:,./-]/;
const quoted = (word: string): string =>
  QUOTE.test(word) || word === '' ? `'${word.replace(/'/g, `'\\''`)}'` : word;

/** Runs a command to its end. The time is that of the process and its children. */
export async function timed(
  command: readonly string[],
  options: TimedOptions = {},
): Promise<Timed> {
  const pin =
    options.cpu === undefined || options.cpu === null ? [] : ['taskset', '-c', String(options.cpu)];
  const line = [...pin, ...command].map(quoted).join(' ');
  const script = `TIMEFORMAT='@@%R %U %S'; time ${line}`;
  const child = spawn('bash', ['-c', script], {
    env: { ...process.env, TCP_NODELAY: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const watch = watchMemory(child);
  const kill = setTimeout(() => killGroup(child), options.timeoutMs ?? 120_000);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exit(child),
  ]);
  clearTimeout(kill);
  const [, wall = '0', user = '0', system = '0'] =
    /@@([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return {
    code,
    wallS: Number(wall),
    cpuS: Number(user) + Number(system),
    stdout,
    stderr: stderr.replace(/@@.*\n?/, ''),
    ...watch(),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

/** Samples the resident set of the biggest process of the group. */
function watchMemory(child: ChildProcess): () => Pick<Timed, 'rssBytes' | 'memory'> {
  const memory: MemoryReading[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const bytes = Math.max(0, ...descendants(child.pid ?? 0).map(residentBytes));
    if (bytes > 0) memory.push({ atMs: performance.now() - began, bytes });
  }, 50);
  return () => {
    clearInterval(timer);
    return { memory, rssBytes: memory.reduce((most, { bytes }) => Math.max(most, bytes), 0) };
  };
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const pids = children === '' ? [] : children.split(' ').map(Number);
    return [pid, ...pids.flatMap(descendants)];
  } catch {
    // It ended between the look at its parent and this one.
    return [];
  }
}

/** Resident set of a process (bytes), 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kb ?? 0) * 1024;
  } catch {
    // It is gone.
    return 0;
  }
}

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_S = 100;

/** Processor time of a process so far, s. */
function processorS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
  return (Number(fields?.[11]) + Number(fields?.[12])) / TICKS_PER_S;
}

/** The same in billionths of a second, of the threads that it has now. */
export function runningS(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((thread) => {
    const [running = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(
      ' ',
    );
    return Number(running);
  });
  return ns.reduce((sum, one) => sum + one, 0) / 1e9;
}

/** A station between two others, in a process of its own. */
export interface Station {
  readonly port: number;
  /** Processor time so far, s. */
  cpuS(): number;
  stop(): Promise<void>;
}

/** One that runs, and ends in order on an interrupt. */
export function stationOf(child: ChildProcess, port: number): Station {
  return {
    port,
    cpuS: () => processorS(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}
