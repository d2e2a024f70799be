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

/** Up to the value of (0002,0000), which says how long the meta is and stands first. */
const LENGTH_AT = PREAMBLE_BYTES + 4 + 8;

export class Part10Stream {
  readonly #user: Part10User;
  /** What came before the data set is found; null from then on, and for what is no Part 10. */
  #begin: Buffer[] | null = [];
  #length = 0;
  /** Looked into when there is so much of it: not with each piece, however small they are. */
  #lookAt = LENGTH_AT + 4;
  #meta: FileMeta | null = null;

  constructor(user: Part10User) {
    this.#user = user;
  }

  push(bytes: Buffer): void {
    if (this.#begin === null) {
      this.#dataset(bytes);
      return;
    }
    const isFirst = this.#length === 0;
    this.#length += bytes.length;
    if (this.#length < this.#lookAt) {
      this.#begin.push(Buffer.from(bytes));
      return;
    }
    this.#look(isFirst ? bytes : Buffer.concat([...this.#begin, bytes]));
  }

  /** Its meta; null when it was no Part 10 instance. */
  end(): FileMeta | null {
    const begin = this.#begin;
    this.#begin = null;
    // A data set so small that it all came with its meta.
    if (begin !== null) this.#start(Buffer.concat(begin));
    return this.#meta;
  }

  #look(begin: Buffer): void {
    const end = metaEnd(begin);
    if (begin.length >= end && this.#start(begin)) return;
    if (begin.length >= MOST_META_BYTES || !isPart10(begin)) {
      this.#begin = null;
      return;
    }
    this.#lookAt = Math.min(Math.max(end, 2 * begin.length), MOST_META_BYTES);
    this.#begin = [Buffer.from(begin)];
  }

  /** False where there is no meta. */
  #start(begin: Buffer): boolean {
    this.#meta = metaOf(begin);
    if (this.#meta === null) return false;
    this.#begin = null;
    const { datasetOffset } = this.#meta;
    this.#user.begin(this.#meta, begin.subarray(0, datasetOffset));
    this.#dataset(begin.subarray(datasetOffset));
    return true;
  }

  #dataset(bytes: Buffer): void {
    if (this.#meta !== null && bytes.length > 0) this.#user.data(bytes);
  }
}

/** Where the data set has begun, by what the meta says of its length. */
function metaEnd(begin: Buffer): number {
  return LENGTH_AT + 4 + begin.readUInt32LE(LENGTH_AT) + 8;
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
