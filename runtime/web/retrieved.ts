// What a WADO-RS answer brings: parts are counted as they stream by, hashed and written where that
// was asked for, and never kept.
import { DatasetHasher, type HashLevel } from '../dicom/file/hash.ts';
import type { FileMeta } from '../dicom/file/part10.ts';
import type { PartUser } from './multipart-reader.ts';
import { Part10Stream, type Part10User } from './part10-stream.ts';

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

const PREAMBLE = 128;
const MAGIC = Buffer.from('DICM');
const MAGIC_END = PREAMBLE + MAGIC.length;
/** Instances listed one by one; more are only counted. */
const MOST_LISTED = 10_000;

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
  /** Bytes of this part so far, and whether what stands where DICM has to is something else. */
  #at = 0;
  #isOdd = false;

  /**
   * @param level what to hash, null = nothing
   * @param sink where instances are written, null = nowhere
   */
  constructor(level: HashLevel | null, sink: PartSink | null) {
    this.#level = level;
    this.#sink = sink;
  }

  onPart(): void {
    this.#at = 0;
    this.#isOdd = false;
    this.#open =
      this.#level === null && this.#sink === null ? null : new OpenPart(this.#level, this.#sink);
  }

  onPartData(bytes: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    if (this.#at < MAGIC_END) this.#lookAt(bytes, start, end);
    this.#at += end - start;
    this.#open?.push(bytes.subarray(start, end));
  }

  onPartEnd(): void {
    this.parts++;
    const instance = this.#open?.end() ?? null;
    if (this.#open === null ? this.#isOdd || this.#at < MAGIC_END : instance === null) this.odd++;
    if (instance !== null && this.instances.length < MOST_LISTED) this.instances.push(instance);
    this.#open = null;
  }

  /** Parts that nobody asked to look into are instances by their magic alone (PS3.10 §7.1). */
  #lookAt(bytes: Buffer, start: number, end: number): void {
    const first = Math.max(this.#at, PREAMBLE);
    const last = Math.min(this.#at + end - start, MAGIC_END);
    for (let at = first; at < last; at++) {
      if (bytes[start + at - this.#at] !== MAGIC[at - PREAMBLE]) this.#isOdd = true;
    }
  }
}

/** A Part 10 instance as it comes. */
class OpenPart implements Part10User {
  readonly #level: HashLevel | null;
  readonly #sink: PartSink | null;
  readonly #stream = new Part10Stream(this);
  #hasher: DatasetHasher | null = null;
  #bytes = 0;

  constructor(level: HashLevel | null, sink: PartSink | null) {
    this.#level = level;
    this.#sink = sink;
  }

  push(bytes: Buffer): void {
    this.#stream.push(bytes);
  }

  begin(meta: FileMeta, head: Buffer): void {
    if (this.#level !== null) this.#hasher = new DatasetHasher(meta.transferSyntax, this.#level);
    this.#sink?.begin(meta);
    this.#sink?.write(head);
  }

  data(bytes: Buffer): void {
    this.#bytes += bytes.length;
    this.#hasher?.update(bytes);
    this.#sink?.write(bytes);
  }

  /** Null when it was no Part 10 instance. */
  end(): RetrievedInstance | null {
    const meta = this.#stream.end();
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
