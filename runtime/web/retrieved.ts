// What a WADO-RS answer brings: parts are counted as they stream by, hashed and written where that
// was asked for, and never kept.
import { DatasetHasher, type HashLevel } from '../dicom/file/hash.ts';
import { isPart10, PREAMBLE_BYTES, readMeta, type FileMeta } from '../dicom/file/part10.ts';
import type { PartUser } from './multipart-reader.ts';

/** One instance that came. */
export interface RetrievedInstance {
  readonly sopClass: string;
  readonly uid: string;
  readonly transferSyntax: string;
  /** Of the data set. */
  readonly bytes: number;
  /** SHA-256 (hex) of the pixel data value, '' when there is none or none was asked for. */
  readonly pixelHash: string;
  /** SHA-256 (hex) of the data set, '' unless asked for. */
  readonly datasetHash: string;
  /** Where it was written, '' for nowhere. */
  readonly file: string;
}

/** Writes what comes. */
export interface PartSink {
  begin(meta: FileMeta): void;
  write(bytes: Buffer): void;
  /** The path. */
  end(): string;
}

/** Instances listed one by one; more are only counted. */
const MOST_LISTED = 10_000;
/** File meta information that is longer is none. */
const MOST_META_BYTES = 64 * 1024;

/** Counts parts, and looks into Part 10 ones where it is asked to. */
export class Retrieved implements PartUser {
  /** Parts that came whole. */
  parts = 0;
  /** Bytes of all parts. */
  bytes = 0;
  /** Parts that were meant to be Part 10 and are not. */
  odd = 0;
  readonly instances: RetrievedInstance[] = [];
  readonly #level: HashLevel | null;
  readonly #sink: PartSink | null;
  #open: OpenPart | null = null;

  /**
   * @param level what to hash, null = nothing
   * @param sink where instances are written, null = nowhere
   */
  constructor(level: HashLevel | null, sink: PartSink | null) {
    this.#level = level;
    this.#sink = sink;
  }

  onPart(): void {
    this.#open =
      this.#level === null && this.#sink === null ? null : new OpenPart(this.#level, this.#sink);
  }

  onPartData(bytes: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    this.#open?.push(bytes.subarray(start, end));
  }

  onPartEnd(): void {
    this.parts++;
    const instance = this.#open?.end() ?? null;
    if (this.#open !== null && instance === null) this.odd++;
    if (instance !== null && this.instances.length < MOST_LISTED) this.instances.push(instance);
    this.#open = null;
  }
}

/** A Part 10 instance as it comes: its meta first, then its data set. */
class OpenPart {
  readonly #level: HashLevel | null;
  readonly #sink: PartSink | null;
  /** Bytes before the data set is found; null from then on. */
  #begin: Buffer | null = Buffer.alloc(0);
  #meta: FileMeta | null = null;
  #hasher: DatasetHasher | null = null;
  #bytes = 0;

  constructor(level: HashLevel | null, sink: PartSink | null) {
    this.#level = level;
    this.#sink = sink;
  }

  push(bytes: Buffer): void {
    if (this.#begin === null) {
      this.#dataset(bytes);
      return;
    }
    const begin = Buffer.concat([this.#begin, bytes]);
    const datasetAt = datasetOffset(begin);
    if (datasetAt === null && begin.length < MOST_META_BYTES) {
      this.#begin = begin;
      return;
    }
    this.#begin = null;
    if (datasetAt === null) return;
    this.#start(begin, datasetAt);
  }

  #start(begin: Buffer, datasetAt: number): void {
    const meta = metaOf(begin);
    this.#meta = meta;
    if (meta === null) return;
    if (this.#level !== null) this.#hasher = new DatasetHasher(meta.transferSyntax, this.#level);
    this.#sink?.begin(meta);
    this.#sink?.write(begin.subarray(0, datasetAt));
    this.#dataset(begin.subarray(datasetAt));
  }

  #dataset(bytes: Buffer): void {
    if (this.#meta === null || bytes.length === 0) return;
    this.#bytes += bytes.length;
    this.#hasher?.update(bytes);
    this.#sink?.write(bytes);
  }

  /** Null when it was no Part 10 instance. */
  end(): RetrievedInstance | null {
    // A data set so small that it all came with its meta.
    if (this.#begin !== null) this.#start(this.#begin, metaOf(this.#begin)?.datasetOffset ?? 0);
    const meta = this.#meta;
    if (meta === null) return null;
    const hashes = this.#hasher?.digest();
    const { sopClass, sopInstance: uid, transferSyntax } = meta;
    const file = this.#sink?.end() ?? '';
    return {
      ...{ sopClass, uid, transferSyntax, bytes: this.#bytes, file },
      pixelHash: hashes?.pixelHash ?? '',
      datasetHash: hashes?.datasetHash ?? '',
    };
  }
}

/** Where the data set begins; null while that cannot be told. */
function datasetOffset(begin: Buffer): number | null {
  // (0002,0000) says how long the group is, and stands first in every file that was ever seen.
  const lengthAt = PREAMBLE_BYTES + 4 + 8;
  if (begin.length < lengthAt + 4 || !isPart10(begin)) return null;
  const end = lengthAt + 4 + begin.readUInt32LE(lengthAt);
  return begin.length >= end + 8 ? (metaOf(begin)?.datasetOffset ?? null) : null;
}

function metaOf(begin: Buffer): FileMeta | null {
  try {
    return readMeta(begin);
  } catch {
    return null;
  }
}
