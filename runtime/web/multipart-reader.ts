// multipart/related on its way in, in whatever pieces it comes (RFC 2046 §5.1, RFC 2387). Nothing of a
// part is kept: its bytes go on as slices of what came.
import { WebFailure } from './failure.ts';

/** Told what comes; slices are good until the call returns. */
export interface PartUser {
  /** @param headers of the part, names in lower case */
  onPart(headers: ReadonlyMap<string, string>): void;
  onPartData(bytes: Buffer, start: number, end: number): void;
  onPartEnd(): void;
}

/** More than this is no header of a part. */
const MOST_HEADER_BYTES = 16 * 1024;
const CRLF = Buffer.from('\r\n');
const NO_BYTES = Buffer.alloc(0);

/** Where the reader is: before the first boundary, behind one, in headers, in a body, at the end. */
const State = { PREAMBLE: 0, BOUNDARY: 1, HEADERS: 2, BODY: 3, END: 4 } as const;

/**
 * The boundary of a Content-Type; null when it is no multipart or names none.
 *
 * @param contentType as it came
 */
export function boundaryOf(contentType: string): string | null {
  if (!/^\s*multipart\//i.test(contentType)) return null;
  const match = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? '';
  return boundary === '' ? null : boundary;
}

export class MultipartReader {
  readonly #user: PartUser;
  readonly #delimiter: Buffer;
  /** What came and is not used up: the beginning of a delimiter, or headers. */
  #held: Buffer;
  #state: number = State.PREAMBLE;

  constructor(boundary: string, user: PartUser) {
    this.#user = user;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    // The first boundary may stand at the very beginning, without a line before it.
    this.#held = CRLF;
  }

  /** The closing boundary has come. */
  get complete(): boolean {
    return this.#state === State.END;
  }

  /** @throws WebFailure `WEB_MULTIPART` for headers without an end */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#held.length > 0) {
      bytes = this.#joined(chunk);
      if (bytes.length === 0) return;
    }
    this.#read(bytes);
  }

  /**
   * Held bytes and new ones. In a body only the seam is joined: a chunk of a large part is not
   * copied for the sake of a few bytes that might have begun a delimiter.
   */
  #joined(chunk: Buffer): Buffer {
    const held = this.#held;
    this.#held = NO_BYTES;
    const within = this.#state === State.BODY || this.#state === State.PREAMBLE;
    const span = this.#delimiter.length;
    if (!within || chunk.length <= span) return Buffer.concat([held, chunk]);
    const seam = Buffer.concat([held, chunk.subarray(0, span)]);
    if (seam.indexOf(this.#delimiter) >= 0) return Buffer.concat([held, chunk]);
    this.#body(held, 0, held.length);
    return chunk;
  }

  #read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const next = this.#step(bytes, at);
      if (next < 0) {
        this.#held = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Where to go on; -1 when the rest has to wait for more. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case State.BOUNDARY:
        return this.#afterBoundary(bytes, at);
      case State.HEADERS:
        return this.#headers(bytes, at);
      case State.END:
        return bytes.length;
      default:
        return this.#untilBoundary(bytes, at);
    }
  }

  #untilBoundary(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(this.#delimiter, at);
    if (found >= 0) {
      this.#body(bytes, at, found);
      if (this.#state === State.BODY) this.#user.onPartEnd();
      this.#state = State.BOUNDARY;
      return found + this.#delimiter.length;
    }
    const end = bytes.length - this.#beginning(bytes, at);
    this.#body(bytes, at, end);
    if (end < bytes.length) this.#held = Buffer.from(bytes.subarray(end));
    return bytes.length;
  }

  /** How many bytes at the end may be the beginning of a delimiter. */
  #beginning(bytes: Buffer, at: number): number {
    const delimiter = this.#delimiter;
    const first = Math.max(at, bytes.length - delimiter.length + 1);
    for (let i = bytes.indexOf(13, first); i >= 0; i = bytes.indexOf(13, i + 1)) {
      const length = bytes.length - i;
      if (bytes.compare(delimiter, 0, length, i) === 0) return length;
    }
    return 0;
  }

  #body(bytes: Buffer, start: number, end: number): void {
    if (end > start && this.#state === State.BODY) this.#user.onPartData(bytes, start, end);
  }

  /** `--` ends all, white space may follow the boundary, then a line ends. */
  #afterBoundary(bytes: Buffer, at: number): number {
    if (bytes.length - at < 2) return -1;
    if (bytes[at] === 45 && bytes[at + 1] === 45) {
      this.#state = State.END;
      return bytes.length;
    }
    const end = bytes.indexOf(CRLF, at);
    if (end < 0) {
      if (bytes.length - at > MOST_HEADER_BYTES) throw endless();
      return -1;
    }
    this.#state = State.HEADERS;
    // The line's end stays: a part without headers begins with an empty line.
    return end;
  }

  #headers(bytes: Buffer, at: number): number {
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (end < 0) {
      if (bytes.length - at > MOST_HEADER_BYTES) throw endless();
      return -1;
    }
    if (end - at > MOST_HEADER_BYTES) throw endless();
    this.#state = State.BODY;
    this.#user.onPart(headersOf(bytes.toString('latin1', at, end)));
    return end + 4;
  }
}

function headersOf(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function endless(): WebFailure {
  return new WebFailure(
    'WEB_MULTIPART',
    'a part of the multipart answer has headers without an end',
    {
      hint: 'the boundary of its Content-Type may not be that of the body',
    },
  );
}
