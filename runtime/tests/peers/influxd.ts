// InfluxDB 1.x on its own ports and folders; it can be killed, paused and started again on its data.
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
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
  /** Writes lines of its own protocol. */
  write(database: string, lines: string): Promise<void>;
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
  /** Over TLS, with a certificate that nobody signed. Needs openssl. Default false. */
  readonly tls?: boolean;
}

/** Starts `influxd` without any reporting, bound to loopback. */
export async function startInfluxd(options: InfluxOptions = {}): Promise<InfluxPeer> {
  const { tls = false } = options;
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
https-enabled = ${tls}
https-certificate = "${join(folder, 'cert.pem')}"
https-private-key = "${join(folder, 'key.pem')}"
`;
  if (tls) makeCertificate(folder);
  await writeFile(join(folder, 'influxdb.conf'), config);
  const url = `${tls ? 'https' : 'http'}://${HOST}:${port}`;
  let running = await start(folder, url);
  return {
    ...{ host: HOST, port, url, aet: '', folder },
    get pid() {
      return running.pid;
    },
    log: () => running.log(),
    query: (statement, database) => query(url, statement, database),
    write: async (database, lines) => void (await ask(`${url}/write?db=${database}`, lines)),
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

function makeCertificate(folder: string): void {
  const words = `req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=influxd
    -addext subjectAltName=IP:${HOST} -keyout key.pem -out cert.pem`;
  execFileSync('openssl', words.split(/\s+/), { cwd: folder, stdio: 'pipe' });
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** GET, or POST of a form; any certificate will do. */
function ask(url: string, form?: string): Promise<Answer> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: form === undefined ? 'GET' : 'POST', headers, rejectUnauthorized: false },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(form);
  });
}

async function start(folder: string, url: string): Promise<Running> {
  const running = run('influxd', ['run', '-config', 'influxdb.conf'], folder);
  await until(running, async () => {
    const answer = await ask(`${url}/ping`).catch(() => null);
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
  const answer = await ask(`${url}/query`, body.toString());
  const { results, error } = JSON.parse(answer.text) as {
    results?: { series?: InfluxSeries[]; error?: string }[];
    error?: string;
  };
  const fault = error ?? results?.[0]?.error;
  if (fault !== undefined) throw new Error(`InfluxDB: ${fault}: ${statement}`);
  return results?.[0]?.series ?? [];
}
