// Follows a data set that arrives in pieces to its top-level pixel data, in any encoding but
// deflated. Values are skipped, not read; nothing is kept but a partial element header.
import {
  isPixelData,
  ITEM,
  ITEM_DELIMITER,
  SEQUENCE_DELIMITER,
  UNDEFINED_LENGTH,
} from './element-index.ts';
import { wordBytes } from './transfer-syntax.ts';
import type { Encoding } from './transfer-syntax.ts';
import { SHORT_VRS, vrCode } from './vr.ts';

/** Hears of the pixel data as it comes. */
export interface PixelSink {
  /**
   * The value begins.
   *
   * @param length of a native value, -1 for fragments
   * @param offset of its first byte in the data set: all before it is the header
   * @param word bytes of a word in big endian, 1 in little endian and where there is no order
   */
  pixelsBegin(length: number, offset: number, word: number): void;
  /**
   * Bytes of the value: of fragments what is in them. They are only valid during the call; `last`:
   * the value is complete.
   */
  pixelBytes(bytes: Buffer, start: number, end: number, last: boolean): void;
  /**
   * Bytes of a value of fragments that say how it is cut: headers of items, and the offset table.
   * Valid as those of {@link pixelBytes}, and in order with them.
   */
  pixelFraming?(bytes: Buffer, start: number, end: number): void;
}

const MAX_DEPTH = 64;
const LONG_HEADER_BYTES = 12;
const EMPTY = Buffer.alloc(0);

const UN = vrCode('UN');

/** What the next bytes are. */
const Mode = {
  ...{ HEADER: 0, SKIP: 1, PIXELS: 2, FRAGMENTS: 3, FRAGMENT: 4, LOST: 5 },
  /** The first item of fragments (PS3.5 §A.4). */
  OFFSET_TABLE: 6,
} as const;

/** A sequence or an item of undefined length that has not ended. */
interface Open {
  readonly encoding: Encoding;
  readonly isItem: boolean;
}

/** Of the VR in an explicit header; big endian is always explicit (PS3.5 A.3). */
const wordOf = (bytes: Buffer, at: number): number =>
  wordBytes(bytes.toString('latin1', at + 4, at + 6));

/** A push parser; `malformed` once it cannot follow any more. Used again after `begin`. */
export class DatasetWalker {
  malformed = false;
  readonly #sink: PixelSink;
  /** Outermost first. */
  readonly #open: Open[] = [];
  readonly #partial = Buffer.alloc(LONG_HEADER_BYTES);
  #top: Encoding;
  /** Of what is open last; kept, as a look at the end of an empty list is a slow one. */
  #encoding: Encoding;
  #partialLength = 0;
  #mode: number = Mode.HEADER;
  #left = 0;
  /** The offset table of fragments is past. */
  #pastTable = false;
  /** Offset of the chunk that is being read, in the data set. */
  #chunkAt = 0;

  constructor(encoding: Encoding, sink: PixelSink) {
    this.#top = encoding;
    this.#encoding = encoding;
    this.#sink = sink;
  }

  /** Another data set. */
  begin(encoding: Encoding): void {
    this.#top = encoding;
    this.#encoding = encoding;
    this.#open.length = 0;
    this.#partialLength = 0;
    this.#mode = Mode.HEADER;
    this.#left = 0;
    this.#chunkAt = 0;
    this.malformed = false;
  }

  /** Whether what came is a whole data set: nothing is open, no value or header is incomplete. */
  get complete(): boolean {
    return this.#mode === Mode.HEADER && this.#partialLength === 0 && this.#open.length === 0;
  }

  write(chunk: Buffer, start = 0, end = chunk.length): void {
    let at = start;
    this.#chunkAt -= start;
    while (at < end && this.#mode !== Mode.LOST) {
      const isHeader = this.#mode === Mode.HEADER || this.#mode === Mode.FRAGMENTS;
      at = isHeader ? this.#header(chunk, at, end) : this.#value(chunk, at, end);
    }
    this.#chunkAt += end;
  }

  #value(chunk: Buffer, at: number, end: number): number {
    const n = Math.min(this.#left, end - at);
    this.#left -= n;
    if (this.#mode === Mode.OFFSET_TABLE) {
      this.#sink.pixelFraming?.(chunk, at, at + n);
    } else if (this.#mode !== Mode.SKIP) {
      const last = this.#mode === Mode.PIXELS && this.#left === 0;
      this.#sink.pixelBytes(chunk, at, at + n, last);
    }
    if (this.#left === 0) {
      const inFragments = this.#mode === Mode.FRAGMENT || this.#mode === Mode.OFFSET_TABLE;
      this.#mode = inFragments ? Mode.FRAGMENTS : Mode.HEADER;
    }
    return at + n;
  }

  /** Reads a header, over chunk borders if need be; returns where it ended. */
  #header(chunk: Buffer, at: number, end: number): number {
    if (this.#partialLength === 0 && end - at >= LONG_HEADER_BYTES) {
      const size = this.#headerBytes(chunk, at);
      this.#element(chunk, at, at + size);
      return at + size;
    }
    const had = this.#partialLength;
    const n = Math.min(LONG_HEADER_BYTES - had, end - at);
    chunk.copy(this.#partial, had, at, at + n);
    const have = had + n;
    this.#partialLength = have;
    if (have < 8) return at + n;
    const needed = this.#headerBytes(this.#partial, 0);
    if (have < needed) return at + n;
    this.#partialLength = 0;
    const after = at + needed - had;
    this.#element(this.#partial, 0, after);
    return after;
  }

  #headerBytes(bytes: Buffer, at: number): number {
    const encoding = this.#encoding;
    if (!encoding.explicit || this.#mode === Mode.FRAGMENTS) return 8;
    const group = encoding.bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
    if (group === 0xfffe) return 8;
    return SHORT_VRS.has(bytes.readUInt16BE(at + 4)) ? 8 : LONG_HEADER_BYTES;
  }

  /** Acts on the header at `at`; `after` is where its value begins in the chunk. */
  #element(bytes: Buffer, at: number, after: number): void {
    const encoding = this.#encoding;
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
    if (this.#mode === Mode.FRAGMENTS) this.#fragment(bytes, at, tag, length);
    else if (tag >>> 16 === 0xfffe) this.#delimiter(tag, length);
    else if (this.#open.length > 0) this.#inner(bytes, at, length);
    else if (isPixelData(tag)) this.#pixels(length, after, big ? wordOf(bytes, at) : 1);
    else this.#skip(bytes, at, length);
  }

  #pixels(length: number, after: number, word: number): void {
    const fragments = length === UNDEFINED_LENGTH;
    this.#sink.pixelsBegin(fragments ? -1 : length, this.#chunkAt + after, word);
    this.#pastTable = false;
    if (fragments) this.#mode = Mode.FRAGMENTS;
    else if (length === 0) this.#sink.pixelBytes(EMPTY, 0, 0, true);
    else this.#enter(Mode.PIXELS, length);
  }

  /** An element inside a sequence: it has to be inside an item. */
  #inner(bytes: Buffer, at: number, length: number): void {
    if (this.#open.at(-1)?.isItem === true) this.#skip(bytes, at, length);
    else this.#lose();
  }

  #skip(bytes: Buffer, at: number, length: number): void {
    if (length !== UNDEFINED_LENGTH) {
      this.#enter(Mode.SKIP, length);
      return;
    }
    const encoding = this.#encoding;
    // PS3.5 §6.2.2 note: UN of undefined length is a sequence in implicit VR little endian.
    const unknown = encoding.explicit && bytes.readUInt16BE(at + 4) === UN;
    const inner = unknown ? { ...encoding, explicit: false, bigEndian: false } : encoding;
    this.#push({ encoding: inner, isItem: false });
  }

  /** Items and delimiters inside sequences; items of a known length are skipped whole. */
  #delimiter(tag: number, length: number): void {
    const open = this.#open.at(-1);
    if (open === undefined) this.#lose();
    else if (tag === (open.isItem ? ITEM_DELIMITER : SEQUENCE_DELIMITER)) this.#pop();
    else if (tag !== ITEM || open.isItem) this.#lose();
    else if (length !== UNDEFINED_LENGTH) this.#enter(Mode.SKIP, length);
    else this.#push({ encoding: open.encoding, isItem: true });
  }

  #fragment(bytes: Buffer, at: number, tag: number, length: number): void {
    if (tag === SEQUENCE_DELIMITER) {
      this.#sink.pixelBytes(EMPTY, 0, 0, true);
      this.#mode = Mode.HEADER;
      return;
    }
    if (tag !== ITEM || length === UNDEFINED_LENGTH) {
      this.#lose();
      return;
    }
    this.#sink.pixelFraming?.(bytes, at, at + 8);
    this.#enter(this.#pastTable ? Mode.FRAGMENT : Mode.OFFSET_TABLE, length);
    this.#pastTable = true;
  }

  #enter(mode: number, length: number): void {
    if (length === 0) return;
    this.#mode = mode;
    this.#left = length;
  }

  #push(open: Open): void {
    if (this.#open.length >= MAX_DEPTH * 2) {
      this.#lose();
      return;
    }
    this.#open.push(open);
    this.#encoding = open.encoding;
  }

  #pop(): void {
    this.#open.pop();
    this.#encoding = this.#open.at(-1)?.encoding ?? this.#top;
  }

  #lose(): void {
    this.malformed = true;
    this.#mode = Mode.LOST;
  }
}
