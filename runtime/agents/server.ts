// The engine: a nats-server found on the PATH, with a certificate and keys of its own, started and
// ended here. What it holds (runs under way, bundles) is in a folder of its own.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DicomRunError, ExitCode } from '../errors.ts';
import { makeFolders } from '../make-folders.ts';
import { selfSigned } from './certificate.ts';
import { newKey } from './keys.ts';
import type { EngineCredentials, Role } from './keys.ts';
import { endsWithUs } from './watchdog.ts';

export interface EngineSettings {
  readonly host: string;
  readonly port: number;
  /** Where clients find it, if not at `host`. */
  readonly advertise: string;
  /** Keys, certificate and what it stores. */
  readonly folder: string;
  /** Off: loopback only. */
  readonly tls: boolean;
  readonly path: string;
}

export interface EngineServer {
  readonly credentials: Readonly<Record<Role, EngineCredentials>>;
  /** Settles when the process ends, with the last of what it said. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const CERT_NAME = 'dicomrun-engine';
const CONFIGURATION = 'engine.conf';
const START_MS = 10_000;
/** Hosts that make load may be slow to answer; the server's own default is 2 s. */
const GREETING_S = 10;
const MAX_PAYLOAD = 8 * 1024 * 1024;

/** Its name, and that on Windows. */
const SERVER_NAMES = ['nats-server', 'nats-server.exe'];

/** Where Debian and Homebrew put it is not on every PATH. */
function findServer(path: string): string {
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  const found = folders
    .filter((folder) => folder !== '')
    .flatMap((folder) => SERVER_NAMES.map((name) => join(folder, name)))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'ENGINE_SERVER',
    message: 'there is no nats-server on the PATH',
    hint: 'apt install nats-server, or get the binary from nats.io (Apache-2.0)',
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it and answers when it listens. @throws DicomRunError 104 */
export async function startEngine(settings: EngineSettings): Promise<EngineServer> {
  const server = findServer(settings.path);
  await mustBeFree(settings);
  makeFolders(settings.folder, 0o700);
  const credentials = makeCredentials(settings);
  const child = spawn(server, ['-c', join(settings.folder, CONFIGURATION)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
    // why: Ctrl-C in the terminal is for this program, which ends the server when all is over
    detached: true,
  });
  endsWithUs(child);
  const engine = watched(child, credentials);
  const why = await Promise.race([listens(settings), engine.ended]);
  if (why === null) return engine;
  await engine.stop();
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'ENGINE_SERVER',
    message: `nats-server does not listen at ${settings.host}:${settings.port}: ${why}`,
    hint: 'another address with --listen HOST:PORT',
  });
}

/** Before anything in the folder is written anew. @throws DicomRunError 104 */
async function mustBeFree({ host, port, folder }: EngineSettings): Promise<void> {
  const own = listenOf(join(folder, CONFIGURATION));
  const there = [{ host, port }, ...(own === null ? [] : [own])];
  for (const one of there) {
    if (!(await takes(reached(one.host), one.port))) continue;
    const where = `${one.host}:${one.port}`;
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'ENGINE_SERVER',
      message:
        one === own
          ? `an engine that uses the folder ${folder} runs already, at ${where}`
          : `an engine runs already at ${where}`,
      hint: 'one is enough for any number of runs; a second one: --listen HOST:PORT --dir FOLDER',
    });
  }
}

/** Where the engine of an earlier start listened. */
function listenOf(file: string): { readonly host: string; readonly port: number } | null {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  const [, host = '', port] = /^listen: "\[?([^"\]]*)\]?:(\d+)"/.exec(text) ?? [];
  return port === undefined ? null : { host, port: Number(port) };
}

/** From this host. */
function reached(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

function watched(child: ChildProcess, credentials: EngineServer['credentials']): EngineServer {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(lastLine(said)));
  });
  return {
    credentials,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(late);
    },
  };
}

function lastLine(said: string): string {
  const line = said.trimEnd().split('\n').at(-1) ?? '';
  return line.replace(/^\[\d+\] \S+ \S+ /, '') || 'it ended';
}

/** Null as soon as the port takes connections. */
async function listens({ host, port }: EngineSettings): Promise<string | null> {
  const until = performance.now() + START_MS;
  while (performance.now() < until) {
    if (await takes(reached(host), port)) return null;
    await delay(50);
  }
  return `not within ${START_MS / 1000} s`;
}

function takes(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    // What a nats-server says first of all.
    socket.once('data', (data: Buffer) => end(data.toString().startsWith('INFO '))());
    socket.once('error', end(false));
    socket.setTimeout(1_000, end(false));
  });
}

/** Those of an earlier start are used again: who was given a file need not be given another. */
function makeCredentials(settings: EngineSettings): EngineServer['credentials'] {
  const { folder, tls } = settings;
  const scheme = tls ? 'tls' : 'nats';
  const engine = `${scheme}://${settings.advertise}:${settings.port}`;
  const pair = tls ? certificateIn(folder) : null;
  const of = (role: Role): EngineCredentials & { readonly publicKey: string } => {
    const { seed, publicKey } = keyIn(folder, role);
    const ca = pair === null ? {} : { ca: pair };
    return { kind: 'dicomrun-credentials', role, engine, ...ca, seed, publicKey };
  };
  const [coordinator, agent] = [of('coordinator'), of('agent')];
  const keys = { coordinator: coordinator.publicKey, agent: agent.publicKey };
  secret(join(folder, CONFIGURATION), configuration(settings, keys));
  for (const one of [coordinator, agent]) {
    const { publicKey: _, ...credentials } = one;
    secret(join(folder, `${one.role}.creds`), `${JSON.stringify(credentials, null, 2)}\n`);
  }
  return { coordinator, agent };
}

function keyIn(folder: string, role: Role): { readonly seed: string; readonly publicKey: string } {
  const file = join(folder, `${role}.key.json`);
  if (existsSync(file)) {
    return JSON.parse(readFileSync(file, 'utf8')) as { seed: string; publicKey: string };
  }
  const key = newKey();
  secret(file, JSON.stringify(key));
  return key;
}

function certificateIn(folder: string): string {
  const [certFile, keyFile] = [join(folder, 'engine-cert.pem'), join(folder, 'engine-key.pem')];
  if (existsSync(certFile) && existsSync(keyFile)) return readFileSync(certFile, 'utf8');
  const { cert, key } = selfSigned(CERT_NAME, Date.now());
  secret(certFile, cert);
  secret(keyFile, key);
  return cert;
}

const secret = (file: string, text: string): void => writeFileSync(file, text, { mode: 0o600 });

/** What an agent asks of the journal and the object store; it makes and removes neither. */
const AGENT_API = [
  '$JS.API.INFO',
  '$JS.API.STREAM.INFO.>',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.MSG.GET.OBJ_dr-bundles',
  '$JS.API.DIRECT.GET.OBJ_dr-bundles.>',
  '$JS.API.CONSUMER.CREATE.OBJ_dr-bundles.>',
  '$JS.API.CONSUMER.CREATE.OBJ_dr-bundles',
  '$JS.API.CONSUMER.INFO.OBJ_dr-bundles.>',
  '$JS.API.CONSUMER.DELETE.OBJ_dr-bundles.>',
  '$JS.API.CONSUMER.MSG.NEXT.OBJ_dr-bundles.>',
  '$JS.ACK.OBJ_dr-bundles.>',
  '$JS.FC.>',
];

/** Agents report and answer, the coordinator commands: neither can play the other. */
function configuration(settings: EngineSettings, keys: Readonly<Record<Role, string>>): string {
  const { host, port, folder, tls } = settings;
  const list = (subjects: readonly string[]): string => JSON.stringify(subjects);
  const publish = ['dr.up.>', 'dr.q.>', '_INBOX.dr.coordinator.>', ...AGENT_API];
  const hear = ['dr.who', 'dr.agent.>', 'dr.down.>', '_INBOX.dr.agent.>'];
  const files = {
    cert_file: join(folder, 'engine-cert.pem'),
    key_file: join(folder, 'engine-key.pem'),
    timeout: GREETING_S,
  };
  return `listen: ${JSON.stringify(`${host.includes(':') ? `[${host}]` : host}:${port}`)}
server_name: dicomrun
jetstream: { store_dir: ${JSON.stringify(join(folder, 'store'))} }
max_payload: ${MAX_PAYLOAD}
ping_interval: "5s"
${tls ? `tls: ${JSON.stringify(files)}\n` : ''}authorization: {
  timeout: ${GREETING_S}
  users: [
    { nkey: ${keys.coordinator} }
    { nkey: ${keys.agent}, permissions: {
      publish: ${list(publish)}
      subscribe: ${list(hear)}
    } }
  ]
}
`;
}
