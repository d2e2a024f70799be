// A data set on its way through the router: in memory, or from a limit on in a file.
import type { Room } from '../../dicom/collected.ts';
import type { DatasetTail } from '../../dicom/scu/store-image.ts';
import {
  DAMAGE_FROM_END,
  damaged,
  LEAST_DAMAGED_BYTES,
  PieceBag,
  withoutFirst,
} from '../stations/piece-bag.ts';
import type { Pieces } from '../stations/piece-bag.ts';
import type { Spool, SpoolFile } from './spool.ts';

/** The end of a large data set, on disk. */
export interface ItemTail extends DatasetTail {
  readonly file: SpoolFile;
}

/** What goes on: bytes in memory, then perhaps the rest of a file. */
export interface Onward {
  readonly parts: readonly Buffer[];
  readonly tail: ItemTail | null;
}

/** Where what does not stay in memory goes, and how much may stay. */
export interface BodyPlace {
  readonly spool: Spool;
  /** A larger data set is a file. */
  readonly limit: number;
  /** Memory of all data sets that are arriving; one that finds none left is a file, too. */
  readonly room: Room;
}

/** Collects one data set after the other; one per association. */
export class BodyBag {
  readonly #bag = new PieceBag();
  readonly #place: BodyPlace;
  #file: SpoolFile | null = null;

  constructor(place: BodyPlace) {
    this.#place = place;
  }

  add(buffer: Buffer, start: number, end: number): void {
    const { room, limit } = this.#place;
    if (this.#file === null && room.take(end - start)) {
      this.#bag.add(buffer, start, end);
      if (this.#bag.bytes > limit) this.#file = this.#toFile();
      return;
    }
    this.#file ??= this.#toFile();
    this.#file.write(buffer, start, end);
  }

  /** What came, and starts again. Whoever takes it releases it. */
  take(): Body {
    const file = this.#file;
    this.#file = null;
    file?.end();
    return new Body(this.#leave(), file);
  }

  #toFile(): SpoolFile {
    const pieces = this.#leave();
    const file = this.#place.spool.open(pieces.parts);
    pieces.release();
    return file;
  }

  #leave(): Pieces {
    this.#place.room.give(this.#bag.bytes);
    return this.#bag.take();
  }

  /** It will never be complete. */
  discard(): void {
    this.take().release();
  }
}

/**
 * A whole data set. Its memory is used again once all who were to have it have released it, and each
 * that was lent it has said that it does not read it any more; where one never does, it is not.
 */
export class Body {
  /** In memory. */
  readonly bytes: number;
  readonly #pieces: Pieces;
  readonly #file: SpoolFile | null;
  #users = 1;
  #lent = 0;

  constructor(pieces: Pieces, file: SpoolFile | null) {
    this.#pieces = pieces;
    this.#file = file;
    this.bytes = pieces.parts.reduce((sum, { length }) => sum + length, 0);
  }

  /** Why it could not be kept; null when it could. */
  get error(): string | null {
    return this.#file?.error ?? null;
  }

  /** What goes on, with `header` in place of its first `length` bytes. */
  onward(header: Buffer, length: number): Onward {
    const file = this.#file;
    const first = header.length === 0 ? [] : [header];
    if (file === null)
      return { parts: [...first, ...withoutFirst(this.#pieces.parts, length)], tail: null };
    // why: a fragment must be even, so an odd header takes the first byte of the file with it
    const borrowed = header.length % 2;
    const parts = borrowed === 0 ? first : [...first, file.read(length, borrowed)];
    const offset = length + borrowed;
    const range = { path: 'spooled data set', offset, open: file.reader };
    return { parts, tail: { range, bytes: file.bytes - offset, file } };
  }

  /** Flips a byte near the end of what goes on; null when it is too short. */
  damaged(onward: Onward): Onward | null {
    const { parts, tail } = onward;
    if (tail !== null) {
      if (tail.bytes <= LEAST_DAMAGED_BYTES) return null;
      tail.file.flip(tail.file.bytes - DAMAGE_FROM_END);
      return onward;
    }
    const last = parts.at(-1);
    if (last === undefined || last.length <= LEAST_DAMAGED_BYTES) return null;
    return { parts: [...parts.slice(0, -1), damaged(last)], tail };
  }

  /** One more is to have it. */
  retain(): void {
    this.#users++;
  }

  /** One of those that were to have it needs it no more; its taker is the first. */
  release(): void {
    if (--this.#users > 0) return;
    this.#file?.release();
    if (this.#lent === 0) this.#pieces.release();
    else this.#pieces.forget();
  }

  /** A socket gets the bytes, and may keep them for longer than its association lasts. */
  lend(): void {
    this.#lent++;
  }

  /** The kernel has all that a socket got. */
  returned(): void {
    this.#lent--;
  }
}
