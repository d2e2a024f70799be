// node --expose-gc dist/runtime/bench/fuzz.js [--inputs N] [--seconds N] [--seed N] [--only I] [--record]
// Damaged associations for both roles, in process: no exception may leave the wire, every operation
// must settle, what is written and kept must stay small.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Chance, mutated, pieces } from './fuzz-mutate.ts';
import { CORPUS, drive, Findings, program, type FuzzOptions, type FuzzResult } from './fuzz-run.ts';
import { acceptor, recordStreams, Requestor, type PaperSocket } from './fuzz-wire.ts';

const BATCH = 100;
const MAX_WRITTEN = 4 * 1_048_576;

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
  readonly #seed: number;
  readonly findings = new Findings();
  #requests: Buffer[] = [];
  #responses: Buffer[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  async prepare(): Promise<void> {
    const own = await recordStreams();
    this.#requests = [own.requests, ...corpus('requests')];
    this.#responses = [own.responses, ...corpus('responses')];
  }

  start(number: number): Running {
    return this.findings.timed(number, () => {
      const chance = new Chance(this.#seed * 1_000_003 + number);
      const impatient = chance.below(4) === 0;
      const streams = number % 2 === 0 ? this.#requests : this.#responses;
      const all = pieces(mutated(streams, chance), chance);
      // A pause between two pieces: what waits for its turn, or for too long, gets there first.
      const pauseAt = chance.below(3) === 0 ? chance.below(all.length) : all.length;
      const parties = number % 2 === 0 ? this.#acceptor(impatient) : this.#requestor(impatient);
      const running = { number, ...parties, rest: all.slice(pauseAt), end: chance.below(3) };
      this.#feed(running, all.slice(0, pauseAt));
      return running;
    });
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
    this.findings.current = running.number;
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
      this.findings.blame(thrown);
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
    this.findings.current = number;
    if (socket.written > MAX_WRITTEN) this.findings.blame(`wrote ${socket.written} bytes`);
    if (requestor === null) return;
    const { endpoint, open, answers } = requestor;
    const end = endpoint.closedBy;
    if (end === null) this.findings.blame('the connection is gone, the association is not');
    if (open !== 0)
      this.findings.blame(`${open} operations never settled after ${JSON.stringify(end)}`);
    if (answers !== 1) this.findings.blame(`${answers} answers to one A-ASSOCIATE-RQ`);
    const kind = end === null ? 'open' : 'code' in end ? `${end.kind} ${end.code}` : end.kind;
    this.findings.count(kind);
  }
}

const PAUSE_MS = 15;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs inputs until either limit is reached. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const run = new Fuzz(options.seed);
  await run.prepare();
  let batches = 0;
  return drive(options, run.findings, (from, most) =>
    run.batch(from, Math.min(from + BATCH, most), batches++ % 8 === 0),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await program(fuzz, CORPUS);
