// Follows a data set that arrives in pieces to its top-level pixel data, in any encoding but
// deflated. Values are skipped, not read; nothing is kept but a partial element header.
import {
  isPixelData,
  ITEM,
  ITEM_DELIMITER,
  SEQUENCE_DELIMITER,
  UNDEFINED_LENGTH,
} from './element-index.ts';
import type { Encoding } from './transfer-syntax.ts';

/** Gets the pixel data value as it comes. */
export interface PixelSink {
  /** `last`: the value is complete. The bytes are only valid during the call. */
  pixelBytes(bytes: Buffer, last: boolean): void;
}

const MAX_DEPTH = 64;
const LONG_HEADER_BYTES = 12;
const EMPTY = Buffer.alloc(0);

/** 2-byte lengths in explicit VR (PS3.5 Table 7.1-2), by first and second letter. */
const SHORT_VRS = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'
    .split(' ')
    .map((vr) => (vr.charCodeAt(0) << 8) | vr.charCodeAt(1)),
);
const UN = ('U'.charCodeAt(0) << 8) | 'N'.charCodeAt(0);

/** What the next bytes are. */
const Mode = { HEADER: 0, SKIP: 1, PIXELS: 2, FRAGMENTS: 3, FRAGMENT: 4, LOST: 5 } as const;

/** A push parser; `malformed` once it cannot follow any more. */
export class DatasetWalker {
  malformed = false;
  readonly #sink: PixelSink;
  /** Encodings of the open sequences and items of undefined length, outermost first. */
  readonly #open: Encoding[] = [];
  readonly #top: Encoding;
  readonly #partial = Buffer.alloc(LONG_HEADER_BYTES);
  #partialLength = 0;
  #mode: number = Mode.HEADER;
  #left = 0;

  constructor(encoding: Encoding, sink: PixelSink) {
    this.#top = encoding;
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#mode) {
        case Mode.SKIP:
        case Mode.PIXELS:
        case Mode.FRAGMENT:
          at = this.#value(chunk, at);
          break;
        case Mode.HEADER:
        case Mode.FRAGMENTS:
          at = this.#header(chunk, at);
          break;
        default:
          return;
      }
    }
  }

  #value(chunk: Buffer, at: number): number {
    const n = Math.min(this.#left, chunk.length - at);
    this.#left -= n;
    if (this.#mode !== Mode.SKIP) {
      const last = this.#mode === Mode.PIXELS && this.#left === 0;
      this.#sink.pixelBytes(chunk.subarray(at, at + n), last);
    }
    if (this.#left === 0) {
      this.#mode = this.#mode === Mode.FRAGMENT ? Mode.FRAGMENTS : Mode.HEADER;
    }
    return at + n;
  }

  /** Reads a header, over chunk borders if need be; returns where it ended. */
  #header(chunk: Buffer, at: number): number {
    if (this.#partialLength === 0 && chunk.length - at >= LONG_HEADER_BYTES) {
      return at + this.#element(chunk, at);
    }
    const had = this.#partialLength;
    const n = Math.min(LONG_HEADER_BYTES - had, chunk.length - at);
    chunk.copy(this.#partial, had, at, at + n);
    const have = had + n;
    this.#partialLength = have;
    if (have < 8) return at + n;
    const needed = this.#headerBytes(this.#partial, 0);
    if (have < needed) return at + n;
    this.#partialLength = 0;
    this.#element(this.#partial, 0);
    return at + needed - had;
  }

  #encoding(): Encoding {
    return this.#open[this.#open.length - 1] ?? this.#top;
  }

  #headerBytes(bytes: Buffer, at: number): number {
    const encoding = this.#encoding();
    if (!encoding.explicit || this.#mode === Mode.FRAGMENTS) return 8;
    const group = encoding.bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
    if (group === 0xfffe) return 8;
    return SHORT_VRS.has(bytes.readUInt16BE(at + 4)) ? 8 : LONG_HEADER_BYTES;
  }

  /** Acts on the header at `at`; returns its length. */
  #element(bytes: Buffer, at: number): number {
    const encoding = this.#encoding();
    const big = encoding.bigEndian;
    const tag = big
      ? bytes.readUInt16BE(at) * 0x10000 + bytes.readUInt16BE(at + 2)
      : bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
    const size = this.#headerBytes(bytes, at);
    const short = size === 8 && encoding.explicit && tag >>> 16 !== 0xfffe;
    const length = short
      ? big
        ? bytes.readUInt16BE(at + 6)
        : bytes.readUInt16LE(at + 6)
      : big
        ? bytes.readUInt32BE(at + size - 4)
        : bytes.readUInt32LE(at + size - 4);
    if (this.#mode === Mode.FRAGMENTS) this.#fragment(bytes.subarray(at, at + 8), tag, length);
    else if (tag >>> 16 === 0xfffe) this.#delimiter(tag, length);
    else this.#plain(bytes, at, tag, length);
    return size;
  }

  #plain(bytes: Buffer, at: number, tag: number, length: number): void {
    const encoding = this.#encoding();
    const pixels = this.#open.length === 0 && isPixelData(tag);
    if (length !== UNDEFINED_LENGTH) {
      if (pixels && length === 0) this.#sink.pixelBytes(EMPTY, true);
      this.#enter(pixels ? Mode.PIXELS : Mode.SKIP, length);
      return;
    }
    if (pixels) {
      this.#mode = Mode.FRAGMENTS;
      return;
    }
    const unknown = encoding.explicit && bytes.readUInt16BE(at + 4) === UN;
    this.#push(unknown ? { ...encoding, explicit: false, bigEndian: false } : encoding);
  }

  /** Items and delimiters inside sequences; items of a known length are skipped whole. */
  #delimiter(tag: number, length: number): void {
    if (this.#open.length === 0) this.#lose();
    else if (tag === ITEM && length !== UNDEFINED_LENGTH) this.#enter(Mode.SKIP, length);
    else if (tag === ITEM) this.#push(this.#encoding());
    else if (tag === ITEM_DELIMITER || tag === SEQUENCE_DELIMITER) this.#open.pop();
    else this.#lose();
  }

  #fragment(header: Buffer, tag: number, length: number): void {
    if (tag === SEQUENCE_DELIMITER) {
      this.#sink.pixelBytes(EMPTY, true);
      this.#mode = Mode.HEADER;
      return;
    }
    if (tag !== ITEM || length === UNDEFINED_LENGTH) {
      this.#lose();
      return;
    }
    this.#sink.pixelBytes(header, false);
    this.#enter(Mode.FRAGMENT, length);
  }

  #enter(mode: number, length: number): void {
    if (length === 0) {
      if (mode === Mode.FRAGMENT) this.#mode = Mode.FRAGMENTS;
      return;
    }
    this.#mode = mode;
    this.#left = length;
  }

  #push(encoding: Encoding): void {
    if (this.#open.length >= MAX_DEPTH * 2) this.#lose();
    else this.#open.push(encoding);
  }

  #lose(): void {
    this.malformed = true;
    this.#mode = Mode.LOST;
  }
}
