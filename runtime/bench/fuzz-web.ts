// node --expose-gc dist/runtime/bench/fuzz-web.js [--inputs N] [--seconds N] [--seed N] [--only I] [--record]
// Damaged bodies of DICOMweb for both roles, in process: answers for our client, requests for our
// archive, behind a real HTTP server without a network. No exception may leave, every request has one
// answer, what is kept stays small.
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';
import { Archive } from '../acceptors/archive/archive.ts';
import { ArchiveWeb, WEB_ROOT } from '../acceptors/archive/web.ts';
import { takeStow } from '../acceptors/stations/stow.ts';
import { Room } from '../dicom/collected.ts';
import { DatasetTap } from '../dicom/scp/dataset-tap.ts';
import { plainBody } from '../web/content-encoding.ts';
import { WebFailure } from '../web/failure.ts';
import { datasetsOf, mustBeJson } from '../web/json-model.ts';
import { boundaryOf } from '../web/multipart-reader.ts';
import { RetrievedBody } from '../web/retrieved-body.ts';
import { Retrieved } from '../web/retrieved.ts';
import { storeFates } from '../web/store-fates.ts';
import { drive, Findings, program, type FuzzOptions, type FuzzResult } from './fuzz-run.ts';
import { Chance, pieces } from './fuzz-mutate.ts';
import { damaged, recorded, WEB_CORPUS, type Material, type Recorded } from './fuzz-web-corpus.ts';
import { PaperSocket } from './fuzz-wire.ts';

const BATCH = 64;
/** Requests that follow each other on a connection. */
const MOST_ON_A_LINE = 16;
const MOST_PLAIN = 4 * 1024 ** 2;
/** Turns of the event loop until an answer must be there. */
const MOST_TURNS = 400;
/** Requests that are damaged beside the body: what is asked for. */
const PATHS = ['/studies', '/studies/1.2', '/tap'];
const WORDS = [
  ...['studies', 'series', 'instances', 'metadata', 'frames', 'bulkdata', 'rendered', '1.2.3', '%'],
  ...[
    '%00',
    '//',
    '..',
    '?',
    '&',
    '=',
    'limit=-1',
    'offset=1e99',
    'includefield=all',
    '*a*a*a*a*a*b',
  ],
  ...[
    'PatientName=',
    'StudyDate=-',
    '00100010=',
    '__proto__=',
    'StudyInstanceUID=1,2\\3',
    ' ',
    '\\',
  ],
];

/** A connection, and what was asked on it. */
interface Line {
  readonly socket: PaperSocket;
  /** Numbers of the inputs, in their order. */
  readonly asked: number[];
  /** Statuses that came. */
  readonly answers: string[];
  /** Its request is cut: nobody waits for the answer. */
  readonly isCut: boolean;
}

class WebFuzz {
  readonly #seed: number;
  readonly findings = new Findings();
  readonly #server: Server;
  readonly #bodies = {
    json: recorded('json'),
    xml: recorded('xml'),
    parts: recorded('parts'),
    request: recorded('request'),
  };
  readonly #others: readonly Buffer[];

  constructor(seed: number) {
    this.#seed = seed;
    this.#others = Object.values(this.#bodies).flatMap((list) => list.map(({ body }) => body));
    const archive = new Archive({ keep: 'all', keepBytes: 2_000_000 }, () => performance.now());
    const services = new ArchiveWeb(archive);
    const room = new Room(2_000_000);
    this.#server = createServer((request, response) => {
      if (!(request.url ?? '').startsWith('/tap')) return services.answer(request, response);
      // As a receiver looks into what arrives.
      const tap = new DatasetTap({ header: true, pixels: true, room });
      takeStow(request, response, {
        begin: ({ transferSyntax }) => tap.begin(transferSyntax),
        data: (bytes) => tap.push(bytes, 0, bytes.length),
        end: () => (tap.finish(), 0),
        drop: () => tap.drop(),
      });
    });
  }

  /** Inputs side by side, up to `end`, which it returns. */
  async batch(from: number, end: number): Promise<number> {
    const lines: Line[] = [];
    for (let number = from; number < end; number++) {
      const chance = new Chance(this.#seed * 1_000_003 + number);
      this.findings.timed(number, () => {
        if (number % 3 > 0) this.#answered(chance);
        else this.#ask(this.#lineFor(lines, chance.below(16) === 0), number, chance);
      });
    }
    for (let turns = 0; turns < MOST_TURNS && lines.some(isOpen); turns++) await turn();
    for (const line of lines) this.#finish(line);
    await turn();
    return end;
  }

  // ---------------------------------------------------------------- answers to our client

  #answered(chance: Chance): void {
    const kind = chance.of(['json', 'parts', 'parts', 'stored', 'xml'] as const, 'json');
    try {
      if (kind === 'parts') this.#parts(chance);
      else this.#text(kind, chance);
      this.findings.count(`client ${kind} read`);
    } catch (thrown) {
      if (!(thrown instanceof WebFailure)) return this.findings.blame(thrown);
      this.findings.count(`client ${thrown.code}`);
    }
  }

  #of(list: readonly Recorded[], chance: Chance): { contentType: string; body: Buffer } {
    const { contentType, body } = chance.of(list, { name: '', contentType: '', body: NO_BYTES });
    const boundary = Buffer.from(boundaryOf(contentType) ?? 'x', 'latin1');
    const more: Material = { boundary: Buffer.concat([DASHES, boundary]), others: this.#others };
    return { contentType, body: damaged(body, chance, more) };
  }

  #text(kind: 'json' | 'stored' | 'xml', chance: Chance): void {
    const { contentType, body } = this.#of(this.#bodies[kind === 'xml' ? 'xml' : 'json'], chance);
    const headers = { 'content-type': contentType, 'content-encoding': '' };
    let sent = body;
    if (chance.below(10) === 0) {
      headers['content-encoding'] = 'gzip';
      sent = gzipSync(body, { level: 1 });
      if (chance.below(2) === 0) sent = this.#again(sent, chance);
    }
    const text = plainBody(headers, sent, MOST_PLAIN).toString('utf8');
    if (kind === 'json') {
      mustBeJson(contentType, text);
      datasetsOf(text);
      return;
    }
    const status = chance.of([200, 202, 409], 200);
    const { each } = storeFates(['1.2.3.1', '1.2.3.2'], { status, contentType, text });
    if (each.length !== 2) this.findings.blame(`${each.length} fates of 2 instances`);
  }

  #again(body: Buffer, chance: Chance): Buffer {
    return damaged(body, chance, { boundary: DASHES, others: this.#others });
  }

  #parts(chance: Chance): void {
    const { contentType, body } = this.#of(this.#bodies.parts, chance);
    const level = chance.of([null, 'pixels', 'full'] as const, null);
    const retrieved = new Retrieved(level, null);
    const reader = new RetrievedBody(retrieved, chance.below(2) === 0);
    reader.begin(contentType);
    for (const piece of pieces(body, chance)) reader.data(piece);
    if (retrieved.bytes > body.length)
      this.findings.blame(`${retrieved.bytes} bytes of ${body.length}`);
    reader.end();
  }

  // ---------------------------------------------------------------- requests to our archive

  /** The connection that is open, or a new one: of its own for a request that is cut. */
  #lineFor(lines: Line[], isCut: boolean): Line {
    const last = lines.findLast((line) => !line.isCut);
    if (!isCut && last !== undefined && last.asked.length < MOST_ON_A_LINE) return last;
    const socket = new PaperSocket();
    const line: Line = { socket, asked: [], answers: [], isCut };
    socket.onWritten = (bytes) => {
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(bytes.toString('latin1', 0, 13))?.[1];
      if (status !== undefined) line.answers.push(status);
    };
    this.#server.emit('connection', socket);
    lines.push(line);
    return line;
  }

  #ask(line: Line, number: number, chance: Chance): void {
    const { socket, isCut } = line;
    line.asked.push(number);
    if (!isCut && chance.below(4) === 0) {
      const method = chance.of(['GET', 'GET', 'GET', 'DELETE'], 'GET');
      const accept = chance.of(ACCEPTS, '*/*');
      socket.push(`${method} ${queryOf(chance)} HTTP/1.1\r\nhost: x\r\naccept: ${accept}\r\n\r\n`);
      return;
    }
    const { contentType, body } = this.#of(this.#bodies.request, chance);
    const length = body.length + (isCut ? 1 + chance.below(1000) : 0);
    const of = `content-type: ${contentType}\r\ncontent-length: ${length}\r\n\r\n`;
    socket.push(`POST ${root(chance.of(PATHS, ''))} HTTP/1.1\r\nhost: x\r\n${of}`);
    for (const piece of pieces(body, chance)) socket.push(piece);
    if (isCut) socket.push(null);
  }

  #finish({ socket, asked, answers, isCut }: Line): void {
    for (const [index, number] of asked.entries()) {
      this.findings.current = number;
      const status = answers[index] ?? (isCut ? 'cut' : 'silence');
      if (status === 'silence') this.findings.blame('no answer');
      if (status.startsWith('5')) this.findings.blame(`answered ${status}`);
      this.findings.count(`server ${status}`);
    }
    // Of a request that is cut, the parser answers, too.
    if (answers.length > asked.length && !isCut) this.findings.blame(`${answers.length} answers`);
    socket.destroy();
  }
}

const NO_BYTES = Buffer.alloc(0);
const DASHES = Buffer.from('--');
const ACCEPTS = [
  ...['*/*', 'application/dicom+json', 'image/jpeg', 'multipart/related; type="image/jp2"'],
  'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2',
  'multipart/related; type="application/octet-stream"; transfer-syntax=*',
];
const root = (path: string): string => (path === '/tap' ? path : `${WEB_ROOT}${path}`);

/** A path of the services with words put in, left out and cut. */
function queryOf(chance: Chance): string {
  const words = Array.from({ length: chance.below(7) }, () => chance.of(WORDS, ''));
  const glue = () => chance.of(['/', '/', '?', '&', ''], '/');
  const path = words.reduce((sum, word) => `${sum}${glue()}${word}`, WEB_ROOT);
  // What is no request line is refused before us.
  const text = chance.below(10) === 0 ? path.slice(chance.below(path.length)) : path;
  return (text.startsWith('/') ? text : `/${text}`).replaceAll(' ', '+');
}

const isOpen = ({ socket, isCut, asked, answers }: Line): boolean =>
  isCut ? !socket.destroyed : answers.length < asked.length;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs inputs until either limit is reached. */
export function fuzzWeb(options: FuzzOptions): Promise<FuzzResult> {
  const run = new WebFuzz(options.seed);
  return drive(options, run.findings, (from, most) =>
    run.batch(from, Math.min(from + BATCH, most)),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await program(fuzzWeb, WEB_CORPUS);
