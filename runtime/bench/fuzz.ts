// node --expose-gc dist/runtime/bench/fuzz.js [--inputs N] [--seconds N] [--seed N] [--only I] [--record]
// Damaged associations for both roles, in process: no exception may leave the wire, every operation
// must settle, what is written and kept must stay small.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Chance, mutated, pieces } from './fuzz-mutate.ts';
import { acceptor, recordStreams, Requestor, type PaperSocket } from './fuzz-wire.ts';

export interface FuzzOptions {
  readonly inputs: number;
  readonly seconds: number;
  readonly seed: number;
  /** Number of the first input. */
  readonly from?: number;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly seconds: number;
  /** What went wrong, with the number of the input: run it alone with `--only`. */
  readonly problems: readonly string[];
  /** How the associations ended. */
  readonly endings: Readonly<Record<string, number>>;
  /** Slowest input, ms of CPU: what else the machine does is no fault of the wire. */
  readonly slowestMs: number;
  /** Heap and buffers at the end, above the first tenth, MB; 0 without --expose-gc. */
  readonly growthMb: number;
  /** Resident memory likewise. */
  readonly rssGrowthMb: number;
}

const BATCH = 100;
const TOO_SLOW_MS = 1_000;
const MAX_WRITTEN = 4 * 1_048_576;
const MAX_PROBLEMS = 20;

/** Folder of the recorded streams, in the sources also when this runs from `dist/`. */
export const CORPUS = join(
  dirname(fileURLToPath(import.meta.url)).replace(/([\\/])dist[\\/](?=runtime)/, '$1'),
  '..',
  'tests',
  'corpus',
);

/** Streams of real peers as hex with comments, `requests` or `responses` in their name. */
function corpus(kind: 'requests' | 'responses'): Buffer[] {
  return readdirSync(CORPUS)
    .filter((name) => name.startsWith(kind))
    .sort()
    .map((name) => {
      const text = readFileSync(join(CORPUS, name), 'utf8').replace(/#.*$/gm, '');
      return Buffer.from(text.replace(/\s+/g, ''), 'hex');
    });
}

interface Running {
  readonly number: number;
  readonly socket: PaperSocket;
  readonly requestor: Requestor | null;
  /** What comes after the pause. */
  rest: readonly Buffer[];
  /** How the connection ends, if it does. */
  readonly end: number;
}

class Fuzz {
  readonly #options: FuzzOptions;
  readonly problems: string[] = [];
  readonly endings: Record<string, number> = {};
  slowestMs = 0;
  #current = -1;
  #requests: Buffer[] = [];
  #responses: Buffer[] = [];

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  /** Something escaped while an input was under way, or shortly after. */
  blame(what: unknown): void {
    const text = what instanceof Error ? (what.stack ?? what.message) : String(what);
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(`input ${this.#current}: ${text}`);
  }

  async prepare(): Promise<void> {
    const own = await recordStreams();
    this.#requests = [own.requests, ...corpus('requests')];
    this.#responses = [own.responses, ...corpus('responses')];
  }

  start(number: number): Running {
    this.#current = number;
    const chance = new Chance(this.#options.seed * 1_000_003 + number);
    const began = process.cpuUsage();
    const impatient = chance.below(4) === 0;
    const streams = number % 2 === 0 ? this.#requests : this.#responses;
    const all = pieces(mutated(streams, chance), chance);
    // A pause between two pieces: what waits for its turn, or for too long, gets there first.
    const pauseAt = chance.below(3) === 0 ? chance.below(all.length) : all.length;
    const parties = number % 2 === 0 ? this.#acceptor(impatient) : this.#requestor(impatient);
    const running = { number, ...parties, rest: all.slice(pauseAt), end: chance.below(3) };
    this.#feed(running, all.slice(0, pauseAt));
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1000;
    this.slowestMs = Math.max(this.slowestMs, ms);
    if (ms > TOO_SLOW_MS) this.blame(`took ${Math.round(ms)} ms of CPU`);
    return running;
  }

  /** Inputs side by side, up to `end`, which it returns. */
  async batch(from: number, end: number, pauses: boolean): Promise<number> {
    const all: Running[] = [];
    for (let number = from; number < end; number++) all.push(this.start(number));
    await turn();
    if (pauses) await pause();
    for (const one of all) this.goOn(one);
    await turn();
    for (const { socket } of all) socket.destroy();
    await turn();
    await turn();
    for (const one of all) this.finish(one);
    return end;
  }

  /** After the pause. */
  goOn(running: Running): void {
    this.#current = running.number;
    const { rest } = running;
    running.rest = [];
    if (rest.length > 0) this.#feed(running, rest);
  }

  #feed({ requestor, socket, rest, end }: Running, some: readonly Buffer[]): void {
    try {
      for (const piece of some) {
        if (requestor !== null) requestor.feed(piece);
        // A socket that is closed says nothing more.
        else if (!socket.destroyed) socket.emit('data', piece);
      }
      if (rest.length > 0) return;
      if (end === 0) socket.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      else if (end === 1) socket.destroy();
    } catch (thrown) {
      this.blame(thrown);
    }
  }

  #acceptor(impatient: boolean): Pick<Running, 'socket' | 'requestor'> {
    return { socket: acceptor(impatient).socket, requestor: null };
  }

  #requestor(impatient: boolean): Pick<Running, 'socket' | 'requestor'> {
    const requestor = new Requestor(impatient);
    requestor.start();
    return { socket: requestor.paper, requestor };
  }

  /** After the connection is gone: everything has settled, little was written. */
  finish({ number, socket, requestor }: Running): void {
    this.#current = number;
    if (socket.written > MAX_WRITTEN) this.blame(`wrote ${socket.written} bytes`);
    if (requestor === null) return;
    const { endpoint, open, answers } = requestor;
    const end = endpoint.closedBy;
    if (end === null) this.blame('the connection is gone, the association is not');
    if (open !== 0) this.blame(`${open} operations never settled after ${JSON.stringify(end)}`);
    if (answers !== 1) this.blame(`${answers} answers to one A-ASSOCIATE-RQ`);
    const kind = end === null ? 'open' : 'code' in end ? `${end.kind} ${end.code}` : end.kind;
    this.endings[kind] = (this.endings[kind] ?? 0) + 1;
  }
}

function heldMb(): number | null {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return null;
  gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + Math.max(external, arrayBuffers)) / 1e6;
}

const PAUSE_MS = 15;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs inputs until either limit is reached. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const run = new Fuzz(options);
  await run.prepare();
  const blame = (what: unknown): void => run.blame(what);
  process.on('uncaughtException', blame).on('unhandledRejection', blame);
  const began = performance.now();
  const until = began + options.seconds * 1000;
  const from = options.from ?? 0;
  let number = from;
  let settledMb: number | null = null;
  let settledRssMb = 0;
  let batches = 0;
  try {
    while (number < from + options.inputs && performance.now() < until) {
      const end = Math.min(number + BATCH, from + options.inputs);
      number = await run.batch(number, end, batches++ % 8 === 0);
      const spent = (performance.now() - began) / (until - began);
      const done = (number - from) / options.inputs;
      if (settledMb === null && Math.max(spent, done) > 0.1) {
        settledMb = heldMb();
        settledRssMb = process.memoryUsage.rss() / 1e6;
      }
    }
    const atEnd = heldMb();
    return {
      inputs: number - from,
      seconds: (performance.now() - began) / 1000,
      problems: run.problems,
      endings: run.endings,
      slowestMs: run.slowestMs,
      growthMb: atEnd === null || settledMb === null ? 0 : atEnd - settledMb,
      rssGrowthMb: process.memoryUsage.rss() / 1e6 - settledRssMb,
    };
  } finally {
    process.off('uncaughtException', blame).off('unhandledRejection', blame);
  }
}

/** What the newest long run was, kept beside the streams it began with. */
function recordRun(seed: number, result: FuzzResult): void {
  const { inputs, problems, growthMb, rssGrowthMb, slowestMs, seconds, endings } = result;
  const record = {
    ...{ seed, inputs, problems: problems.length, node: process.version },
    growthMb: Number(growthMb.toFixed(1)),
    rssGrowthMb: Number(rssGrowthMb.toFixed(1)),
    slowestMs: Math.round(slowestMs),
    seconds: Math.round(seconds),
    streams: readdirSync(CORPUS)
      .filter((name) => name.endsWith('.hex'))
      .sort(),
    endings,
  };
  writeFileSync(join(CORPUS, 'record.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** Called as a program. */
async function main(): Promise<void> {
  const valueOf = (name: string, otherwise: number): number => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
  };
  const only = valueOf('--only', -1);
  const seed = valueOf('--seed', 1);
  const result = await fuzz({
    inputs: only >= 0 ? 1 : valueOf('--inputs', 1_000_000),
    seconds: valueOf('--seconds', 3_600),
    seed,
    from: Math.max(0, only),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (process.argv.includes('--record')) recordRun(seed, result);
  if (result.problems.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
