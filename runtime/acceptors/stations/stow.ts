// STOW-RS on the side that is stored to (PS3.18 §10.5): the multipart body is taken as it streams by,
// and answered with what became of each instance.
import {
  createServer as createHttp,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { FileMeta } from '../../dicom/file/part10.ts';
import { listenOn } from '../../dicom/scp/server.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import { acceptorTls } from '../../dicom/ul/socket/tls.ts';
import { boundaryOf, MultipartReader, type PartUser } from '../../web/multipart-reader.ts';
import { later } from './web-faults.ts';
import { Part10Stream, type Part10User } from '../../web/part10-stream.ts';

/** Failure Reason 0xC000: cannot understand (PS3.18 Table I.2-2). */
const CANNOT_UNDERSTAND = 0xc000;

/** Where a web station listens. */
export interface WebListening {
  readonly host: string;
  readonly port: number;
  /** Open connections. */
  readonly connections: number;
  close(): Promise<void>;
}

/** @throws DicomError `TCP_EADDRINUSE`, … */
export async function serveWeb(
  at: { readonly host: string; readonly port: number; readonly tls: TlsOptions | null },
  answer: (request: IncomingMessage, response: ServerResponse, open: number) => void,
): Promise<WebListening> {
  let open = 0;
  const hear: RequestListener = (request, response) => answer(request, response, open);
  const server = at.tls === null ? createHttp(hear) : createHttps(acceptorTls(at.tls), hear);
  // A load test keeps its connections, and an upload may take its time.
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  const { port } = await listenOn(server, at.host, at.port);
  server.on('connection', (socket) => {
    open++;
    socket.once('close', () => open--);
  });
  return {
    host: at.host,
    port,
    get connections() {
      return open;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Takes instances, one after the other. */
export interface StowTaker extends Part10User {
  /** The instance has come whole: its Failure Reason, 0 when it was stored. */
  end(meta: FileMeta): number;
  /** What came of an instance is not needed any more: nothing else of the request comes. */
  drop(): void;
}

/** The answer names every one of them: who sends more would fill the memory with names. */
const MOST_PARTS = 100_000;

/** Reads the body of a STOW-RS request and answers it, after `hold` ms. */
export function takeStow(
  request: IncomingMessage,
  response: ServerResponse,
  taker: StowTaker,
  hold = 0,
): void {
  const boundary = boundaryOf(request.headers['content-type'] ?? '');
  if (boundary === null) return refuse(request, response, 415, 'only multipart/related');
  const parts = new Parts(taker);
  const reader = new MultipartReader(boundary, parts);
  const giveUp = (status: number, why: string): void => {
    request.off('data', take);
    refuse(request, response, status, why);
  };
  const take = (chunk: Buffer): void => {
    try {
      reader.push(chunk);
    } catch {
      // Headers without an end: the rest of the body is of no use.
      return giveUp(400, 'the multipart body cannot be read');
    }
    if (parts.taken.length > MOST_PARTS) giveUp(413, `more than ${MOST_PARTS} parts in a request`);
  };
  request.on('data', take);
  request.once('close', () => taker.drop());
  request.on('end', () => {
    if (response.headersSent) return;
    if (!reader.complete) refuse(request, response, 400, 'the multipart body is cut');
    else if (hold === 0) reply(response, parts.taken);
    else later(response, hold, () => reply(response, parts.taken));
  });
  // Who hangs up in the middle gets no answer; what came whole before has arrived.
  request.on('error', () => undefined);
}

/** What became of a part; its meta is null when it was no Part 10 instance. */
interface Taken {
  readonly meta: FileMeta | null;
  readonly reason: number;
}

class Parts implements PartUser {
  readonly taken: Taken[] = [];
  readonly #taker: StowTaker;
  #stream: Part10Stream | null = null;

  constructor(taker: StowTaker) {
    this.#taker = taker;
  }

  onPart(): void {
    this.#stream = new Part10Stream(this.#taker);
  }

  onPartData(bytes: Buffer, start: number, end: number): void {
    this.#stream?.push(bytes.subarray(start, end));
  }

  onPartEnd(): void {
    const meta = this.#stream?.end() ?? null;
    this.#stream = null;
    const reason = meta === null ? CANNOT_UNDERSTAND : this.#taker.end(meta);
    this.taken.push({ meta, reason });
  }
}

const text = (vr: string, ...Value: readonly (string | number)[]) => ({ vr, Value });

/** Store Instances Response Module (PS3.18 Table I.2-1). */
function reply(response: ServerResponse, taken: readonly Taken[]): void {
  const item = ({ meta, reason }: Taken): object => ({
    ...(meta === null
      ? {}
      : { '00081150': text('UI', meta.sopClass), '00081155': text('UI', meta.sopInstance) }),
    ...(reason === 0 ? {} : { '00081197': text('US', reason) }),
  });
  const stored = taken.filter(({ reason }) => reason === 0);
  const failed = taken.filter(({ meta, reason }) => meta !== null && reason !== 0);
  const odd = taken.filter(({ meta }) => meta === null);
  const sequence = (of: readonly Taken[]) => ({ vr: 'SQ', Value: of.map(item) });
  const module = {
    ...(failed.length === 0 ? {} : { '00081198': sequence(failed) }),
    ...(stored.length === 0 ? {} : { '00081199': sequence(stored) }),
    ...(odd.length === 0 ? {} : { '0008119A': sequence(odd) }),
  };
  const all = stored.length === taken.length;
  answerJson(response, all ? 200 : stored.length === 0 ? 409 : 202, module);
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/dicom+json',
    'content-length': body.length,
  });
  response.end(body);
}

/** The body is read to its end, so that the answer is heard. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  why: string,
): void {
  request.resume();
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${why}\n`);
}
