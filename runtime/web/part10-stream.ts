// A Part 10 instance that comes in pieces: its meta is found, its data set goes on as it comes.
import { isPart10, PREAMBLE_BYTES, readMeta, type FileMeta } from '../dicom/file/part10.ts';

/** Told what comes; slices are good until the call returns. */
export interface Part10User {
  /** @param head preamble, DICM and meta, as they came */
  begin(meta: FileMeta, head: Buffer): void;
  data(bytes: Buffer): void;
}

/** File meta information that is longer is none. */
const MOST_META_BYTES = 64 * 1024;

export class Part10Stream {
  readonly #user: Part10User;
  /** Bytes before the data set is found; null from then on. */
  #begin: Buffer | null = Buffer.alloc(0);
  #meta: FileMeta | null = null;

  constructor(user: Part10User) {
    this.#user = user;
  }

  push(bytes: Buffer): void {
    if (this.#begin === null) {
      this.#dataset(bytes);
      return;
    }
    const begin = Buffer.concat([this.#begin, bytes]);
    const isWhole = hasWholeMeta(begin);
    if (!isWhole && begin.length < MOST_META_BYTES) {
      this.#begin = begin;
      return;
    }
    this.#begin = null;
    if (isWhole) this.#start(begin);
  }

  /** Its meta; null when it was no Part 10 instance. */
  end(): FileMeta | null {
    const begin = this.#begin;
    // A data set so small that it all came with its meta.
    if (begin !== null) this.#start(begin);
    this.#begin = null;
    return this.#meta;
  }

  #start(begin: Buffer): void {
    this.#meta = metaOf(begin);
    if (this.#meta === null) return;
    const { datasetOffset } = this.#meta;
    this.#user.begin(this.#meta, begin.subarray(0, datasetOffset));
    this.#dataset(begin.subarray(datasetOffset));
  }

  #dataset(bytes: Buffer): void {
    if (this.#meta !== null && bytes.length > 0) this.#user.data(bytes);
  }
}

/** Whether the data set begins within these bytes. */
function hasWholeMeta(begin: Buffer): boolean {
  // (0002,0000) says how long the group is, and stands first in every file that was ever seen.
  const lengthAt = PREAMBLE_BYTES + 4 + 8;
  if (begin.length < lengthAt + 4 || !isPart10(begin)) return false;
  const end = lengthAt + 4 + begin.readUInt32LE(lengthAt);
  return begin.length >= end + 8 && metaOf(begin) !== null;
}

function metaOf(begin: Buffer): FileMeta | null {
  // Asked first: an error costs more than all else of a small part.
  if (!isPart10(begin)) return null;
  try {
    return readMeta(begin);
  } catch {
    return null;
  }
}
