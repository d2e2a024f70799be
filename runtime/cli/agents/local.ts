// `--agents local:N`: an engine and agents on this machine, for as long as a run takes.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineCredentials } from '../../agents/keys.ts';
import { startEngine } from '../../agents/server.ts';
import type { EngineServer } from '../../agents/server.ts';
import { endsWithUs } from '../../agents/watchdog.ts';
import type { Terminal } from '../terminal.ts';

export interface LocalCrew {
  readonly credentials: EngineCredentials;
  stop(): Promise<void>;
}

export interface LocalWish {
  readonly count: number;
  /** Its agents end after one run. */
  readonly once: boolean;
}

const END_MS = 5_000;

export async function startLocal(
  { count, once }: LocalWish,
  terminal: Terminal,
): Promise<LocalCrew> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-agents-'));
  const engine = await startEngine({
    ...{ host: '127.0.0.1', advertise: '127.0.0.1', port: await freePort() },
    ...{ folder: join(folder, 'engine'), tls: false, path: terminal.env['PATH'] ?? '' },
  });
  const agents = Array.from({ length: count }, (_, i) =>
    startAgent({ index: i, once }, folder, terminal),
  );
  return {
    credentials: engine.credentials.coordinator,
    stop: () => stopAll({ engine, agents, folder }),
  };
}

function startAgent(
  { index, once }: { readonly index: number; readonly once: boolean },
  folder: string,
  terminal: Terminal,
): ChildProcess {
  const [main = ''] = process.argv.slice(1);
  const args = [
    ...['agent', '--creds', join(folder, 'engine', 'agent.creds')],
    ...['--name', `local-${index + 1}`, '--results', join(folder, 'parts')],
    ...(once ? ['--once'] : []),
  ];
  // why detached: Ctrl-C is for the coordinator, which tells them
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    cwd: terminal.cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  endsWithUs(child);
  child.stderr?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) {
      if (/^(error|\[)/i.test(line)) terminal.err(`local-${index + 1}: ${line}\n`);
    }
  });
  return child;
}

async function stopAll(crew: {
  readonly engine: EngineServer;
  readonly agents: readonly ChildProcess[];
  readonly folder: string;
}): Promise<void> {
  await Promise.all(crew.agents.map(ended));
  await crew.engine.stop();
  rmSync(crew.folder, { recursive: true, force: true });
}

/** Agents end by themselves after one run; who does not is ended. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
    child.once('close', () => {
      clearTimeout(late);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
