// DICOMweb: CPU of a QIDO-RS from a script against load generators for HTTP, which look at nothing that they
// get, and against a bare script. All live through the whole measurement, on one core, and take turns within
// seconds: what a start costs, and the code that is compiled in the first seconds, are not in it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load, script, type Case } from './bench.ts';
import { CLI, CLIENT_CPU, has, pinned } from './peers.ts';
import { runningS } from './process.ts';
import { figure, median, row } from './tally.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const CONNECTIONS = 8;
const STUDY = '2.25.316493478231786431964312';
/** Longer than any measurement takes. */
const FOREVER_S = 600;
const many = String(CONNECTIONS);

/** Who asks, and how it is run: until it is ended. */
const CLIENTS: Readonly<Record<string, (port: number, folder: string) => readonly string[]>> = {
  dicomrun: (port, folder) => [
    ...[process.execPath, CLI, 'run', script('web'), '--no-preflight'],
    ...['--web-target', `http://127.0.0.1:${port}`, '--results', folder, '--no-report', '-q'],
    ...load({ workers: 1, vus: CONNECTIONS, duration: `${FOREVER_S}s`, env: { STUDY } }),
  ],
  autocannon: (port) => [
    ...['autocannon', '-n', '-c', many, '-d', String(FOREVER_S), '-t', String(FOREVER_S)],
    urlAt(port),
  ],
  wrk: (port) => [
    ...['wrk', '-t', '1', '-c', many, '-d', `${FOREVER_S}s`, '--timeout', `${FOREVER_S}s`],
    urlAt(port),
  ],
  'a bare script': (port) => [process.execPath, join(HERE, 'find-bare.js'), String(port), many],
};
const LIMITS: Readonly<Record<string, { readonly floor: number; readonly aim: number }>> = {
  autocannon: { floor: 0.7, aim: 1 },
  wrk: { floor: 0.15, aim: 0.3 },
};
const urlAt = (port: number): string => `http://127.0.0.1:${port}/studies/${STUDY}/instances`;

/** Answers one client at a time. */
class Sink {
  readonly child: ChildProcess;
  readonly #lines: Interface;

  constructor(clients: number) {
    const [program, args] = pinned([process.execPath, join(HERE, 'find-sink.js'), String(clients)]);
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.child.stdout ?? process.stdin });
  }

  async numbers(): Promise<readonly number[]> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    return line.split(' ').map(Number);
  }

  /** From now on this one is answered. @returns requests of each that were answered so far */
  turn(client: number): Promise<readonly number[]> {
    const told = this.numbers();
    this.child.stdin?.write(`${client}\n`);
    return told;
  }
}

interface Slice {
  /** CPU of a request, µs. */
  readonly us: number;
  /** Of the core of the client and of that of the server, so much was busy. */
  readonly client: number;
  readonly server: number;
}

/** By a profile: what no change of a line takes out. */
const BOUND =
  'above a bare script are the doors of vm2 and the life of a VU, 14 samples, stamps, and garbage of all that';

const NONE: Slice = { us: NaN, client: NaN, server: NaN };

/** One client's turn. */
async function slice(
  sink: Sink,
  clients: readonly ChildProcess[],
  { at, ms }: { readonly at: number; readonly ms: number },
): Promise<Slice> {
  const pid = clients[at]?.pid ?? 0;
  const server = sink.child.pid ?? 0;
  await sink.turn(at);
  // The first of them were asked long ago.
  await sleep(20);
  const look = async () => {
    const answered = (await sink.turn(at))[at] ?? NaN;
    return { answered, cpuS: runningS(pid), serverS: runningS(server), at: performance.now() };
  };
  const a = await look();
  await sleep(ms);
  const b = await look();
  const wallS = (b.at - a.at) / 1000;
  return {
    us: ((b.cpuS - a.cpuS) / (b.answered - a.answered)) * 1e6,
    client: (b.cpuS - a.cpuS) / wallS,
    server: (b.serverS - a.serverS) / wallS,
  };
}

/** Turns of each in a round, which is their median: short, as a shared machine changes from second to second. */
const TURNS = 30;
const TURN_MS = 100;
const WARM_MS = 5_000;

/** Slices of each client, one after the other, again and again; `rounds` of several such cycles. */
async function slices(
  sink: Sink,
  clients: readonly ChildProcess[],
  { rounds, quick }: { readonly rounds: number; readonly quick: boolean },
): Promise<readonly (readonly (readonly Slice[])[])[]> {
  const cycle = async (ms: number): Promise<readonly Slice[]> => {
    const each: Slice[] = [];
    for (const at of clients.keys()) each.push(await slice(sink, clients, { at, ms }));
    return each;
  };
  await cycle(quick ? 1_000 : WARM_MS);
  const all: (readonly Slice[])[][] = [];
  for (let round = 0; round < rounds; round++) {
    const cycles: (readonly Slice[])[] = [];
    for (let turn = 0; turn < (quick ? 2 : TURNS); turn++) cycles.push(await cycle(TURN_MS));
    all.push(cycles);
  }
  return all;
}

/** Runs them until `measure` is through. */
async function living<T>(
  names: readonly string[],
  measure: (sink: Sink, clients: readonly ChildProcess[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-bench-find-'));
  const sink = new Sink(names.length);
  const ports = await sink.numbers();
  const pin = has('taskset') ? ['taskset', '-c', String(CLIENT_CPU)] : [];
  const clients = names.map((name, at) => {
    const words = CLIENTS[name]?.(ports[at] ?? 0, folder) ?? [];
    const [program = '', ...args] = [...pin, ...words];
    return spawn(program, args, { stdio: 'ignore' });
  });
  const end = (): void => [...clients, sink.child].forEach((child) => void child.kill('SIGKILL'));
  process.once('exit', end);
  try {
    return await measure(sink, clients);
  } finally {
    process.off('exit', end);
    end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What each request cost, and how busy both cores were while ours and the generator had their turn. */
function noteOf(
  names: readonly string[],
  all: readonly (readonly Slice[])[],
  tool: number,
): string {
  const of = (at: number, what: (one: Slice) => number): number =>
    median(all.map((each) => what(each[at] ?? NONE)));
  const costs = names.map((name, at) => `${name} ${figure(of(at, ({ us }) => us))}`);
  const busy = [0, tool].map((at) => {
    const [client, server] = [of(at, (one) => one.client), of(at, (one) => one.server)];
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    return `${names[at]} ${percent(client)}, its server ${percent(server)}`;
  });
  const limited =
    of(tool, ({ server }) => server) > 0.9 ? `; the server limits ${names[tool]}` : '';
  return `µs of CPU: ${costs.join(', ')}; cores busy: ${busy.join('; ')}${limited}; ${BOUND}`;
}

export const webFind: Case = async (bench) => {
  const names = Object.keys(CLIENTS).filter((name) => !(name in LIMITS) || has(name));
  for (const tool of Object.keys(LIMITS)) {
    if (!names.includes(tool)) bench.note(`${tool} is not installed: no row against it`);
  }
  const all = await living(names, (sink, clients) => slices(sink, clients, bench));
  const tools = names.filter((name) => name in LIMITS);
  return tools.map((tool) => {
    const at = names.indexOf(tool);
    const ratio = (each: readonly Slice[]): number => (each[at] ?? NONE).us / (each[0] ?? NONE).us;
    const ratios = all.map((cycles) => median(cycles.map(ratio)));
    const what = `QIDO-RS of 2 KB, ${CONNECTIONS} connections, vs ${tool}: requests per CPU`;
    const note = noteOf(names, all.flat(), at);
    return row(what, ratios, { unit: '', better: '>', ...LIMITS[tool], difference: true, note });
  });
};
