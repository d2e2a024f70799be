// Answers of HTTP/1.1 as they come in pieces (RFC 9112): head, and the body by its length, in chunks or
// up to the end of the connection. Nothing of a body is kept or copied.
import type { WebHeaders } from './job.ts';

/** Told what comes; slices are good until the call returns. */
export interface H1User {
  /** Of the final answer: 1xx are passed over. @param bytes of names and values */
  onHead(status: number, headers: WebHeaders, bytes: number): void;
  /** @param isWhole they are all of it */
  onBody(bytes: Buffer, isWhole: boolean): void;
  /** @param keep how long the connection may be kept, ms; 0 = not at all */
  onEnd(keep: number): void;
}

/** What is no HTTP; named as undici names it, so that both are told alike. */
export class H1Error extends Error {
  readonly code: string;

  constructor(message: string, code = 'HPE_INVALID') {
    super(message);
    this.name = code.startsWith('HPE_') ? 'HTTPParserError' : 'Error';
    this.code = code;
  }
}

interface Head {
  readonly status: number;
  readonly headers: WebHeaders;
  /** Of names and values. */
  readonly bytes: number;
  /** Bytes of the body, or one of {@link Length}. */
  readonly length: number;
  readonly keep: number;
}

const Length = { CHUNKED: -1, TO_THE_END: -2 } as const;
const State = { HEAD: 0, BODY: 1, TO_THE_END: 2, SIZE: 3, CHUNK: 4, CRLF: 5, TRAILER: 6 } as const;
/** More than this is no head, no line of a chunk and no trailer. */
const MOST_HEAD_BYTES = 16 * 1024;
const BEGINNING = Buffer.from('HTTP/1.');
const NO_BYTES = Buffer.alloc(0);
/** A server that says how long it keeps a connection closes it then: we are before it. */
const BEFORE_IT_MS = 1_000;

export class H1Reader {
  readonly #user: H1User;
  readonly #mostKeepMs: number;
  #state: number = State.HEAD;
  /** What came and is not used up: the beginning of a head or of a line. */
  #held: Buffer = NO_BYTES;
  #left = 0;
  /** Of the answer that is being read, null between answers. */
  #head: Head | null = null;
  /** The one that was read last, and its bytes: many answers have the same. */
  #known: Head | null = null;
  #knownBytes: Buffer = NO_BYTES;

  constructor(user: H1User, mostKeepMs: number) {
    this.#user = user;
    this.#mostKeepMs = mostKeepMs;
  }

  /** Takes what has come, up to the end of the answer. @returns how much that was @throws H1Error */
  push(chunk: Buffer): number {
    let bytes = chunk;
    const held = this.#held.length;
    if (held > 0) {
      bytes = Buffer.concat([this.#held, chunk]);
      this.#held = NO_BYTES;
    }
    let at = 0;
    while (at < bytes.length) {
      const next = this.#step(bytes, at);
      if (next < 0) {
        this.#hold(bytes.subarray(at));
        return chunk.length;
      }
      at = next;
      if (this.#isOver) break;
    }
    return at - held;
  }

  /** The answer has ended; the next one begins. */
  get #isOver(): boolean {
    return this.#state === State.HEAD && this.#head === null;
  }

  /** The connection has ended. @returns whether the answer has, by that */
  end(): boolean {
    if (this.#state !== State.TO_THE_END) return false;
    this.#over();
    return true;
  }

  /** Where to go on; −1 when the rest has to wait for more. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case State.HEAD:
        return this.#readHead(bytes, at);
      case State.BODY:
      case State.CHUNK:
        return this.#counted(bytes, at);
      case State.TO_THE_END:
        this.#user.onBody(at === 0 ? bytes : bytes.subarray(at), false);
        return bytes.length;
      default:
        return this.#line(bytes, at);
    }
  }

  #hold(bytes: Buffer): void {
    if (bytes.length > MOST_HEAD_BYTES) {
      throw new H1Error('headers without an end', 'UND_ERR_HEADERS_OVERFLOW');
    }
    this.#held = Buffer.from(bytes);
  }

  #readHead(bytes: Buffer, at: number): number {
    const same = this.#knownBytes.length;
    if (this.#known !== null && at + same <= bytes.length) {
      if (this.#knownBytes.compare(bytes, at, at + same) === 0) {
        this.#begin(this.#known);
        return at + same;
      }
    }
    const most = Math.min(BEGINNING.length, bytes.length - at);
    if (BEGINNING.compare(bytes, at, at + most, 0, most) !== 0) throw new H1Error('no status line');
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    const text = bytes.toString('latin1', at, end < 0 ? bytes.length : end);
    if (end < 0) {
      if (/(?:^|[^\r])\n/.test(text))
        throw new H1Error('a line that ends without a carriage return');
      return -1;
    }
    if (text.length > MOST_HEAD_BYTES) {
      throw new H1Error('headers that are too long', 'UND_ERR_HEADERS_OVERFLOW');
    }
    this.#known = headOf(text, this.#mostKeepMs);
    this.#knownBytes = Buffer.from(bytes.subarray(at, end + 4));
    this.#begin(this.#known);
    return end + 4;
  }

  #begin(head: Head): void {
    const { status, headers, bytes } = head;
    this.#head = head;
    if (status < 200) {
      if (status === 101) throw new H1Error('a protocol that was not asked for');
      return;
    }
    const isEmpty = status === 204 || status === 304;
    const length = isEmpty ? 0 : head.length;
    this.#left = Math.max(0, length);
    this.#state =
      length === Length.CHUNKED ? State.SIZE : length < 0 ? State.TO_THE_END : State.BODY;
    this.#user.onHead(status, headers, bytes);
    if (length === 0) this.#over();
  }

  #counted(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    const isWhole = end - at === this.#head?.length;
    this.#user.onBody(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), isWhole);
    if (this.#left > 0) return end;
    if (this.#state === State.CHUNK) this.#state = State.CRLF;
    else this.#over();
    return end;
  }

  /** Lines of chunked bodies. */
  #line(bytes: Buffer, at: number): number {
    const end = bytes.indexOf('\r\n', at, 'latin1');
    if (end < 0) return -1;
    const text = bytes.toString('latin1', at, end);
    if (this.#state === State.TRAILER) {
      if (text === '') this.#over();
    } else if (this.#state === State.CRLF) {
      if (text !== '') throw new H1Error('a chunk that is longer than it says');
      this.#state = State.SIZE;
    } else this.#size(text);
    return end + 2;
  }

  #size(text: string): void {
    const [, size] = /^([\dA-Fa-f]{1,13})[\t ]*(?:;|$)/.exec(text) ?? [];
    if (size === undefined) throw new H1Error('a chunk without its size');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? State.TRAILER : State.CHUNK;
  }

  #over(): void {
    const isKept = this.#state !== State.TO_THE_END;
    const keep = isKept ? (this.#head?.keep ?? 0) : 0;
    this.#state = State.HEAD;
    this.#head = null;
    this.#user.onEnd(keep);
  }
}

const STATUS = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
const HEADER = /^([!#$%&'*+.^_`|~\dA-Za-z-]+):[\t ]*([^\x00-\x08\x0a-\x1f\x7f]*)$/;

/** @throws H1Error */
function headOf(text: string, mostKeepMs: number): Head {
  // A line that goes on on the next one (RFC 9112 §5.2).
  const [first = '', ...lines] = text.replace(/\r\n[\t ]+/g, ' ').split('\r\n');
  const [, minor, status] = STATUS.exec(first) ?? [];
  if (status === undefined) throw new H1Error('no status line');
  // A name like `constructor` is a name.
  const headers = Object.create(null) as Record<string, string>;
  let bytes = 0;
  for (const line of lines) {
    const [, given, rest] = HEADER.exec(line) ?? [];
    if (given === undefined || rest === undefined) throw new H1Error('a line that is no header');
    const name = given.toLowerCase();
    const value = rest.trimEnd();
    bytes += name.length + value.length + 4;
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  const length = lengthOf(headers);
  const keep = keepOf(headers, minor === '1', mostKeepMs);
  return { status: Number(status), headers, bytes, length, keep };
}

/** RFC 9112 §6.3; both, or two lengths, are an attack or a mistake. @throws H1Error */
function lengthOf(headers: WebHeaders): number {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    if (length !== undefined) throw new H1Error('a length beside chunks');
    return /(?:^|,)[\t ]*chunked$/i.test(coding) ? Length.CHUNKED : Length.TO_THE_END;
  }
  if (length === undefined) return Length.TO_THE_END;
  if (!/^\d{1,15}$/.test(length)) throw new H1Error('a length that is none');
  return Number(length);
}

function keepOf(headers: WebHeaders, isNew: boolean, most: number): number {
  const connection = headers['connection'] ?? '';
  const isKept = isNew ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection);
  if (!isKept) return 0;
  const [, seconds] = /\btimeout=(\d{1,6})\b/i.exec(headers['keep-alive'] ?? '') ?? [];
  if (seconds === undefined) return most;
  return Math.min(most, Math.max(0, Number(seconds) * 1000 - BEFORE_IT_MS));
}
