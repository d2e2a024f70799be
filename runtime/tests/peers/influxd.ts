// InfluxDB 1.x on its own ports and folders; it can be killed, paused and started again on its data.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  anyPortFree,
  end,
  HOST,
  run,
  temporaryFolder,
  until,
  type Peer,
  type Running,
} from './process.ts';

export interface InfluxSeries {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

export interface InfluxPeer extends Peer {
  readonly url: string;
  /** Runs one InfluxQL statement; fails with InfluxDB's own message. */
  query(statement: string, database?: string): Promise<readonly InfluxSeries[]>;
  /** SIGKILL, as a crash. Its data stays. */
  kill(): Promise<void>;
  /** SIGSTOP: accepts connections, never answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts it again on the same ports and data. */
  restart(): Promise<void>;
}

export interface InfluxOptions {
  /** With HTTP authentication; users are the test's to create. Default false. */
  readonly auth?: boolean;
}

/** Starts `influxd` without any reporting, bound to loopback. */
export async function startInfluxd(options: InfluxOptions = {}): Promise<InfluxPeer> {
  const folder = await temporaryFolder('influxd');
  const [port, rpc] = [await anyPortFree(), await anyPortFree()];
  const config = `reporting-disabled = true
bind-address = "${HOST}:${rpc}"
[meta]
dir = "${join(folder, 'meta')}"
[data]
dir = "${join(folder, 'data')}"
wal-dir = "${join(folder, 'wal')}"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "${HOST}:${port}"
auth-enabled = ${options.auth ?? false}
log-enabled = false
`;
  await writeFile(join(folder, 'influxdb.conf'), config);
  const url = `http://${HOST}:${port}`;
  let running = await start(folder, url);
  return {
    ...{ host: HOST, port, url, aet: '', folder },
    get pid() {
      return running.pid;
    },
    log: () => running.log(),
    query: (statement, database) => query(url, statement, database),
    kill: async () => {
      running.signal('SIGKILL');
      await running.ended;
    },
    pause: () => running.signal('SIGSTOP'),
    resume: () => running.signal('SIGCONT'),
    restart: async () => {
      if (running.child.exitCode === null && running.child.signalCode === null) await end(running);
      running = await start(folder, url);
    },
    stop: async () => {
      if (running.child.exitCode === null && running.child.signalCode === null) await end(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, url: string): Promise<Running> {
  const running = run('influxd', ['run', '-config', 'influxdb.conf'], folder);
  await until(running, async () => {
    const answer = await fetch(`${url}/ping`).catch(() => null);
    return answer?.status === 204;
  });
  return running;
}

async function query(
  url: string,
  statement: string,
  database = '',
): Promise<readonly InfluxSeries[]> {
  const body = new URLSearchParams({ q: statement, db: database, epoch: 'ms' });
  const answer = await fetch(`${url}/query`, { method: 'POST', body });
  const { results, error } = (await answer.json()) as {
    results?: { series?: InfluxSeries[]; error?: string }[];
    error?: string;
  };
  const fault = error ?? results?.[0]?.error;
  if (fault !== undefined) throw new Error(`InfluxDB: ${fault}: ${statement}`);
  return results?.[0]?.series ?? [];
}
