// One connection of plain HTTP/1.1: a request at a time, its head and its body in as few writes as the
// socket has room for, its answer read into the buffer that all sockets of the thread share.
import { connect, type Socket } from 'node:net';
import { receiveBuffer, wheel } from '../../dicom/ul/thread.ts';
import type { WheelEntry } from '../../dicom/ul/timer-wheel.ts';
import { writeWhole } from '../../dicom/ul/socket/whole-write.ts';
import { H1Error, H1Reader, type H1User } from './h1-reader.ts';
import type { WebBody, WebHeaders, WebJob, WebRequest, WebTimeouts } from './job.ts';

export interface H1Place {
  readonly host: string;
  readonly port: number;
  /** Of the header `host`. */
  readonly authority: string;
  readonly timeouts: WebTimeouts;
  /** Kept that long without use, ms. */
  readonly keepMs: number;
}

/** What a connection tells its pool. */
export interface H1Owner {
  onFree(connection: H1Connection): void;
  onClosed(connection: H1Connection): void;
}

/** Closed by us after that long without use. */
export const IDLE_CONNECTION_MS = 60_000;
/** An instance of 1 MB, and what is around it, goes out in one write. */
const ROOM_BYTES = 1024 ** 2 + 192 * 1024;
const NOTHING = (): void => undefined;
const HEAD_BYTES = 4096;
/** Where the head of a request is made: free again once it is written. */
let heads = Buffer.allocUnsafeSlow(HEAD_BYTES);

export class H1Connection implements WheelEntry, H1User {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  /** Free until then; a reading of performance.now(). */
  keptUntil = 0;
  readonly #place: H1Place;
  readonly #owner: H1Owner;
  readonly #socket: Socket;
  readonly #reader: H1Reader;
  readonly #started = performance.now();
  #connected = false;
  #job: WebJob | null;
  /** Of the body: what is still to be written, and how much was. */
  #pieces: Iterator<Buffer> | null = null;
  #drained: (() => void) | null = null;
  #written = 0;
  #sent = false;
  /** Of the answer: when something came last, 0 before; whether it is whole, and the keeping then. */
  #heard = 0;
  #ended = false;
  #keep = 0;
  #closed = false;

  constructor(place: H1Place, owner: H1Owner, job: WebJob) {
    this.#place = place;
    this.#owner = owner;
    this.#job = job;
    this.#reader = new H1Reader(this, place.keepMs);
    const { host, port, timeouts } = place;
    const room = { readableHighWaterMark: 65_536, writableHighWaterMark: ROOM_BYTES };
    const callback = (bytes: number): boolean => {
      this.#read(receiveBuffer.subarray(0, bytes));
      return true;
    };
    const onread = { buffer: receiveBuffer, callback };
    this.#socket = connect({ host, port, noDelay: true, keepAlive: true, ...room, onread });
    this.#socket.once('connect', () => this.#onConnected());
    this.#socket.on('drain', () => this.#onDrain());
    this.#socket.once('error', (error) => this.#close(error));
    this.#socket.once('end', () => this.#onEnd());
    this.#socket.once('close', () => this.#close(closed()));
    if (timeouts.connectMs > 0) wheel.set(this, timeouts.connectMs);
  }

  /** Sends a request. Only while it is free. */
  begin(job: WebJob, connectingMs = -1): void {
    this.#job = job;
    this.#written = 0;
    this.#sent = false;
    this.#heard = 0;
    this.#ended = false;
    job.onBegin(connectingMs, connectingMs < 0 ? -1 : 0);
    // It was given up meanwhile.
    if (this.#job !== job) return;
    this.#await(this.#responseMs(job));
    const head = headText(job.request, this.#place.authority);
    const { body } = job.request;
    if (body === null) this.#write(head);
    else this.#writeBody(job, Buffer.from(head, 'latin1'), body);
  }

  /** Who asked does not want it any more: nothing of the answer is told. */
  abandon(job: WebJob): void {
    if (this.#job !== job) return;
    this.#job = null;
    this.#close(null);
  }

  destroy(error: Error): void {
    this.#close(error);
  }

  /** Something was to happen by now. */
  onDue(now: number): void {
    const { connectMs, idleMs } = this.#place.timeouts;
    if (!this.#connected) {
      this.#close(silence('CONNECT', connectMs));
    } else if (this.#heard === 0) {
      this.#close(silence('HEADERS', this.#responseMs(this.#job)));
    } else if (now < this.#heard + idleMs) {
      wheel.set(this, this.#heard + idleMs - now);
    } else if (idleMs > 0) this.#close(silence('BODY', idleMs));
  }

  // ---------------------------------------------------------------- out

  #onConnected(): void {
    this.#connected = true;
    wheel.remove(this);
    const job = this.#job;
    if (job !== null) this.begin(job, performance.now() - this.#started);
  }

  /** Without a body: past the stream, where that is possible. */
  #write(head: string): void {
    const isShort = head.length <= heads.length;
    const bytes = isShort
      ? heads.subarray(0, heads.write(head, 'latin1'))
      : Buffer.from(head, 'latin1');
    // What the kernel has not taken at once is read when it does.
    if (!writeWhole(this.#socket, bytes, NOTHING) && isShort)
      heads = Buffer.allocUnsafeSlow(HEAD_BYTES);
    this.#onSent();
  }

  #writeBody(job: WebJob, head: Buffer, body: WebBody): void {
    const pieces = body.pieces();
    this.#socket.cork();
    this.#socket.write(head);
    if (Symbol.iterator in pieces) {
      this.#pieces = pieces[Symbol.iterator]();
      this.#pump(job, body);
    } else {
      this.#socket.uncork();
      void this.#stream(job, body, pieces);
    }
  }

  /** As much as there is room for, in one write. */
  #pump(job: WebJob, { bytes }: WebBody): void {
    const socket = this.#socket;
    for (let hasRoom = true; hasRoom && this.#pieces !== null;) {
      const { done, value } = this.#pieces.next();
      if (done === true) {
        this.#pieces = null;
        break;
      }
      this.#written += value.length;
      hasRoom = socket.write(value);
    }
    socket.uncork();
    if (this.#pieces === null) this.#allWritten(job, bytes);
  }

  async #stream(job: WebJob, { bytes }: WebBody, pieces: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const piece of pieces) {
        if (this.#job !== job) return;
        this.#written += piece.length;
        if (!this.#socket.write(piece)) await this.#room();
      }
    } catch (error) {
      if (this.#job === job) this.#close(error as Error);
      return;
    }
    if (this.#job === job) this.#allWritten(job, bytes);
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) resolve();
      else this.#drained = resolve;
    });
  }

  #allWritten(job: WebJob, bytes: number): void {
    if (this.#written !== bytes) {
      const what = `its body has ${this.#written} bytes in place of ${bytes}`;
      this.#close(new H1Error(what, 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'));
    } else if (this.#socket.writableLength === 0) this.#onSent();
    else {
      this.#socket.write('', () => {
        if (this.#job === job) this.#onSent();
      });
    }
  }

  #onDrain(): void {
    const job = this.#job;
    // The answer is awaited from the last of the request that left.
    if (job !== null && this.#heard === 0) this.#await(this.#responseMs(job));
    this.#drained?.();
    this.#drained = null;
    const body = job?.request.body ?? null;
    if (job === null || body === null || this.#pieces === null) return;
    this.#socket.cork();
    this.#pump(job, body);
  }

  #onSent(): void {
    this.#sent = true;
    this.#job?.onSent();
  }

  #responseMs(job: WebJob | null): number {
    return job?.request.responseMs ?? this.#place.timeouts.responseMs;
  }

  #await(ms: number): void {
    if (ms > 0) wheel.set(this, ms);
    else wheel.remove(this);
  }

  // ---------------------------------------------------------------- in

  #read(chunk: Buffer): void {
    const job = this.#job;
    // Nobody has asked for it.
    if (job === null) return this.#close(null);
    const isFirst = this.#heard === 0;
    this.#heard = performance.now();
    if (isFirst) job.onFirstByte(this.#heard);
    try {
      const taken = this.#reader.push(chunk);
      if (this.#job !== job) return;
      if (this.#ended) this.#finish(job, taken < chunk.length);
      else if (isFirst) this.#await(this.#place.timeouts.idleMs);
    } catch (error) {
      if (!(error instanceof H1Error)) throw error;
      this.#close(error);
    }
  }

  onHead(status: number, headers: WebHeaders, bytes: number): void {
    this.#job?.onHead(status, headers, bytes);
  }

  onBody(bytes: Buffer, isWhole: boolean): void {
    this.#job?.onBody(bytes, isWhole);
  }

  onEnd(keep: number): void {
    this.#ended = true;
    this.#keep = keep;
  }

  /** @param isMore something came behind the answer, which nobody has asked for */
  #finish(job: WebJob, isMore: boolean): void {
    this.#job = null;
    wheel.remove(this);
    // Who answers before it has heard all of the request hears the rest of it as the next one.
    const isFree = this.#keep > 0 && !isMore && this.#sent && !this.#closed;
    if (isFree) {
      this.keptUntil = this.#heard + this.#keep;
      this.#owner.onFree(this);
    } else this.#close(null);
    job.onEnd(this.#heard);
  }

  #onEnd(): void {
    const job = this.#job;
    if (job !== null && this.#reader.end()) this.#finish(job, true);
    else this.#close(closed());
  }

  /** @param error told to who asked; null: nobody is to be told */
  #close(error: Error | null): void {
    if (this.#closed) return;
    this.#closed = true;
    wheel.remove(this);
    const job = this.#job;
    this.#job = null;
    this.#pieces = null;
    this.#socket.on('error', NOTHING);
    this.#socket.destroy();
    this.#drained?.();
    this.#owner.onClosed(this);
    if (error !== null) job?.onLost(error, this.#connected ? 'response' : 'connect');
  }
}

/** Headers that were written last, and their lines: most requests have the same. */
let written: { readonly headers: readonly string[]; readonly lines: string } = {
  headers: [],
  lines: '',
};

export function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some === others) return true;
  return some.length === others.length && some.every((text, at) => text === others[at]);
}

function linesOf(headers: readonly string[]): string {
  if (areSame(headers, written.headers)) return written.lines;
  let lines = '';
  for (let i = 0; i + 1 < headers.length; i += 2) lines += `${headers[i]}: ${headers[i + 1]}\r\n`;
  written = { headers: [...headers], lines };
  return lines;
}

function headText({ method, path, headers, body }: WebRequest, authority: string): string {
  const first = `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\nconnection: keep-alive\r\n`;
  const last = body === null ? '\r\n' : `content-length: ${body.bytes}\r\n\r\n`;
  return first + linesOf(headers) + last;
}

function closed(): Error {
  return new H1Error('other side closed', 'UND_ERR_SOCKET');
}

function silence(what: 'CONNECT' | 'HEADERS' | 'BODY', ms: number): Error {
  return new H1Error(`silent for ${ms} ms`, `UND_ERR_${what}_TIMEOUT`);
}
