// One peer process: found, started in its own process group, waited for, ended, tidied away.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Peer {
  readonly host: string;
  /** DICOM port (of InfluxDB: HTTP). */
  readonly port: number;
  /** Its application entity title, '' where it has none. */
  readonly aet: string;
  /** Its temporary folder, removed by `stop`. */
  readonly folder: string;
  readonly pid: number;
  /** What it printed so far. */
  log(): string;
  /** Ends it and every process it forked, and removes its folder. */
  stop(): Promise<void>;
}

export const HOST = '127.0.0.1';
const PATH = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`;

/** Where a command is, or null. */
export function findCommand(command: string): string | null {
  for (const folder of PATH.split(delimiter)) {
    const file = join(folder, command);
    if (folder !== '' && existsSync(file)) return file;
  }
  return null;
}

/**
 * Whether a peer is there. A missing one is said loudly and the tests that need it are skipped
 * (`describe.skipIf(!requirePeer('storescp'))`); in CI it is an error, so nothing is skipped there.
 */
export function requirePeer(...commands: readonly string[]): boolean {
  const missing = commands.filter((command) => findCommand(command) === null);
  if (missing.length === 0) return true;
  const what = `peer not installed: ${missing.join(', ')} (npm run peers)`;
  if (process.env['CI']) throw new Error(what);
  process.stderr.write(`\n*** SKIPPED, ${what} ***\n\n`);
  return false;
}

/** A port that was free a moment ago. */
export async function anyPortFree(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `dicomrun-${name}-`));
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  log(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
}

const groups = new Map<number, string | null>();
process.on('exit', () => {
  for (const [pid, folder] of groups) {
    killGroup(pid, 'SIGKILL');
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
});

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already, and that is what was wanted.
  }
}

/** Starts a command in a process group of its own, so that what it forks ends with it. */
export function run(command: string, args: readonly string[], folder: string): Running {
  const file = findCommand(command);
  if (!file) throw new Error(`peer not installed: ${command} (npm run peers)`);
  const child = spawn(file, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without it DCMTK and Orthanc leave Nagle on, and every answer waits 40 ms for an ACK.
    env: { ...process.env, PATH, TCP_NODELAY: '1' },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  groups.set(pid, folder);
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      killGroup(pid, 'SIGKILL');
      groups.delete(pid);
      resolve();
    });
  });
  return { pid, child, ended, log: () => text, signal: (name) => killGroup(pid, name) };
}

/** Ends a process group: asks, and after two seconds does not ask any more. */
export async function end(running: Running): Promise<void> {
  running.signal('SIGTERM');
  running.signal('SIGCONT');
  const timer = setTimeout(() => running.signal('SIGKILL'), 2000);
  await running.ended;
  clearTimeout(timer);
}

/** Waits until `ready` is true; fails with the peer's own words when it ends or takes too long. */
export async function until(
  running: Running,
  ready: () => Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await ready()) return;
    if (running.child.exitCode !== null) break;
    await delay(25);
  }
  await end(running);
  throw new Error(`peer did not come up:\n${running.log()}`);
}

/** Whether somebody accepts TCP connections there. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('connect', () => {
      socket.end();
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A process as a {@link Peer} that listens on a DICOM port. */
export async function dicomPeer(
  running: Running,
  place: { port: number; aet: string; folder: string },
): Promise<Peer> {
  await until(running, () => listens(place.port));
  return {
    ...place,
    host: HOST,
    pid: running.pid,
    log: running.log,
    stop: async () => {
      await end(running);
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command to its end; fails with what it printed. */
export function runToEnd(command: string, args: readonly string[], folder: string): string {
  const done = spawnSync(findCommand(command) ?? command, args, { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command}: ${done.stdout}${done.stderr}`);
  return `${done.stdout}${done.stderr}`;
}
