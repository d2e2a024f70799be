// The rest of a large data set on its way out: 12-byte headers between slices of shared memory, or
// blocks read from a file behind reserved headers. Never more than 4 MiB at a time.
import { open } from 'node:fs/promises';
import { DataError } from '../element/data-error.ts';
import type { PayloadSource } from '../ul/outgoing.ts';
import { FRAGMENT_HEADER_BYTES, putFragmentHeader } from './fragments.ts';

const PIECE_BYTES = 4 * 1024 ** 2;
/** Slices per piece: with their headers below the kernel's 1,024 parts of one write. */
const PIECE_FRAGMENTS = 340;
const FILE_BLOCK_BYTES = 1024 ** 2;
/**
 * Blocks in turn. When `next` is called up to 2 MiB may still wait in the socket: parts of three
 * blocks; one more is handed over and one is read ahead.
 */
const FILE_BLOCKS = 6;

/** Bytes to be framed: how many, how long a fragment may be, for which context. */
export interface PayloadPlan {
  readonly contextId: number;
  readonly limit: number;
  readonly length: number;
}

/** Length on the wire. */
export function framedLength(plan: PayloadPlan): number {
  return plan.length + Math.ceil(plan.length / plan.limit) * FRAGMENT_HEADER_BYTES;
}

function fragmentHeader(contextId: number, length: number, last: boolean): Buffer {
  const header = Buffer.allocUnsafe(FRAGMENT_HEADER_BYTES);
  putFragmentHeader(header, 0, contextId, { length, last, command: false });
  return header;
}

/**
 * Slices of `parts`, one after the other, from `from` of the first on, without a copy; past their end
 * they start again, so that a tile stands for a value of any length.
 */
export class SliceSource implements PayloadSource {
  readonly inMemory = true;
  readonly #parts: readonly Buffer[];
  readonly #plan: PayloadPlan;
  readonly #full: Buffer;
  #part = 0;
  #at: number;
  #left: number;

  constructor(parts: Buffer | readonly Buffer[], from: number, plan: PayloadPlan) {
    this.#parts = Buffer.isBuffer(parts) ? [parts] : parts;
    this.#plan = plan;
    this.#at = from;
    this.#left = plan.length;
    this.#full = fragmentHeader(plan.contextId, plan.limit, false);
  }

  next(): readonly Buffer[] | null {
    if (this.#left === 0) return null;
    const { contextId, limit } = this.#plan;
    const piece: Buffer[] = [];
    let bytes = 0;
    for (let n = 0; n < PIECE_FRAGMENTS && bytes < PIECE_BYTES && this.#left > 0; n++) {
      const length = Math.min(limit, this.#left);
      this.#left -= length;
      const last = this.#left === 0;
      const whole = length === limit && !last;
      piece.push(whole ? this.#full : fragmentHeader(contextId, length, last));
      this.#slices(piece, length);
      bytes += length + FRAGMENT_HEADER_BYTES;
    }
    return piece;
  }

  close(): void {
    this.#left = 0;
  }

  #slices(piece: Buffer[], length: number): void {
    for (let left = length; left > 0;) {
      const part = this.#parts[this.#part];
      if (part === undefined) {
        this.#part = 0;
        continue;
      }
      const n = Math.min(left, part.length - this.#at);
      if (n > 0) piece.push(part.subarray(this.#at, this.#at + n));
      this.#at += n;
      left -= n;
      if (this.#at < part.length) continue;
      this.#part++;
      this.#at = 0;
    }
  }
}

/** An open file, as far as a {@link FileSource} needs it: a `FileHandle` is one. */
export interface ReadableFile {
  readv(views: readonly Buffer[], position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** Where a {@link FileSource} reads. */
export interface FileRange {
  /** Its path, or its name in messages when `open` is given. */
  readonly path: string;
  readonly offset: number;
  /** Opens it; default by its path. */
  readonly open?: () => Promise<ReadableFile>;
}

/** Blocks of a file, read ahead by one, in buffers that are used in turn. */
export class FileSource implements PayloadSource {
  readonly #range: FileRange;
  readonly #plan: PayloadPlan;
  readonly #fragments: number;
  #blocks: Buffer[] = [];
  #turn = 0;
  #read = 0;
  #ahead: Promise<readonly Buffer[] | null> | null = null;
  #file: Promise<ReadableFile> | null = null;
  #closed = false;

  constructor(range: FileRange, plan: PayloadPlan) {
    this.#range = range;
    this.#plan = plan;
    this.#fragments = Math.max(1, Math.floor(FILE_BLOCK_BYTES / plan.limit));
  }

  async next(): Promise<readonly Buffer[] | null> {
    this.#file ??= this.#range.open?.() ?? open(this.#range.path, 'r');
    const piece = await (this.#ahead ?? this.#load());
    this.#ahead = piece === null || this.#closed ? null : this.#load();
    // why: a failure of the read-ahead is reported by the next call
    this.#ahead?.catch(() => undefined);
    if (piece === null) this.close();
    return piece;
  }

  close(): void {
    this.#closed = true;
    const file = this.#file;
    this.#file = null;
    const ahead = this.#ahead ?? Promise.resolve(null);
    // why: a descriptor may only be closed when no read uses it; errors have no one to hear them
    void ahead
      .catch(() => null)
      .then(() => file)
      .then((handle) => handle?.close())
      .catch(() => undefined);
  }

  async #load(): Promise<readonly Buffer[] | null> {
    const { limit, length, contextId } = this.#plan;
    const left = length - this.#read;
    if (left === 0 || this.#closed) return null;
    const file = await this.#file;
    if (file === null || file === undefined) return null;
    const count = Math.min(this.#fragments, Math.ceil(left / limit));
    const payload = Math.min(left, count * limit);
    const block = this.#block(payload + count * FRAGMENT_HEADER_BYTES);
    const views: Buffer[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const size = Math.min(limit, payload - i * limit);
      const last = this.#read + i * limit + size === length;
      putFragmentHeader(block, at, contextId, { length: size, last, command: false });
      at += FRAGMENT_HEADER_BYTES;
      views.push(block.subarray(at, at + size));
      at += size;
    }
    await this.#fill(file, views);
    this.#read += payload;
    return [block.subarray(0, at)];
  }

  #block(bytes: number): Buffer {
    const turn = this.#turn % FILE_BLOCKS;
    this.#turn++;
    const block = this.#blocks[turn];
    if (block !== undefined && block.length >= bytes) return block;
    const made = Buffer.allocUnsafeSlow(bytes);
    this.#blocks[turn] = made;
    return made;
  }

  async #fill(file: ReadableFile, views: readonly Buffer[]): Promise<void> {
    let position = this.#range.offset + this.#read;
    let rest = views;
    while (rest.length > 0) {
      const { bytesRead } = await file.readv(rest, position);
      if (bytesRead === 0) {
        throw new DataError('DATA_FILE', `${this.#range.path}: is shorter than it was at init`);
      }
      position += bytesRead;
      rest = after(rest, bytesRead);
    }
  }
}

/** What is left of `views` when the first `bytes` are filled. */
function after(views: readonly Buffer[], bytes: number): readonly Buffer[] {
  const rest: Buffer[] = [];
  let skip = bytes;
  for (const view of views) {
    if (skip < view.length) rest.push(skip === 0 ? view : view.subarray(skip));
    skip = Math.max(0, skip - view.length);
  }
  return rest;
}
