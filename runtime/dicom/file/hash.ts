// Hashes of a data set that arrives in pieces: its pixel data value, and all of it.
import { createHash, type Hash, hash as hashOnce } from 'node:crypto';
import { Collected, Room } from '../collected.ts';
import { DatasetWalker, type PixelSink } from '../element/dataset-walker.ts';
import { inflateDataset } from '../element/deflate.ts';
import { fragmentsOf } from '../pixels/fragments.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** A longer deflated data set is not inflated to be hashed. */
const MAX_DEFLATED_BYTES = 256 * 1024 ** 2;

/** What to take. */
export type HashLevel = 'pixels' | 'full';

export interface DatasetHashes {
  /**
   * SHA-256 (hex) of the pixel data value: of fragments what is in them, however it is cut; '' when
   * there is none.
   */
  readonly pixelHash: string;
  /** SHA-256 (hex) of the data set; '' unless `full`. */
  readonly datasetHash: string;
  /** The data set could not be followed to its pixel data. */
  readonly malformed: boolean;
}

/** SHA-256 of one value that comes in pieces; one for many values, one after the other. */
export class PixelHash {
  /** A value has begun, and has not ended. */
  open = false;
  #hash: Hash | null = null;
  #result = '';

  /** Forgets what there was. */
  clear(): void {
    this.#hash = null;
    this.#result = '';
    this.open = false;
  }

  begin(): void {
    this.clear();
    this.open = true;
  }

  push(bytes: Buffer, start: number, end: number, last: boolean): void {
    const piece = bytes.subarray(start, end);
    // A value that came in one piece, as small ones do, costs no hash object.
    if (last && this.#hash === null) this.#result = hashOnce('sha256', piece, 'hex');
    else (this.#hash ??= createHash('sha256')).update(piece);
    if (last) this.finish();
    this.open = !last;
  }

  /** Of what came so far, complete or not; '' when nothing did. */
  finish(): string {
    if (this.#hash !== null) this.#result = this.#hash.digest('hex');
    this.#hash = null;
    return this.#result;
  }
}

/**
 * Hashes a data set as it arrives. The pixel data value is everything after the element's header:
 * for encapsulated pixel data what the fragments hold, one after the other, without their headers and
 * the offset table. Whoever passes pixels on may cut them otherwise (PS3.5 §A.4).
 */
export class DatasetHasher implements PixelSink {
  readonly #walker: DatasetWalker | null;
  readonly #deflated = new Collected(new Room(MAX_DEFLATED_BYTES));
  #tooLong = false;
  readonly #whole: Hash | null;
  readonly #pixels = new PixelHash();

  constructor(transferSyntax: string, level: HashLevel = 'pixels') {
    const encoding = encodingOf(transferSyntax);
    this.#walker = encoding.deflated ? null : new DatasetWalker(encoding, this);
    this.#whole = level === 'full' ? createHash('sha256') : null;
  }

  /** The next bytes; they are not kept. */
  update(chunk: Buffer): void {
    this.#whole?.update(chunk);
    // why: inflating piecewise is asynchronous in Node, so deflated data sets are collected
    if (this.#walker === null) this.#tooLong ||= !this.#deflated.add(chunk, 0, chunk.length);
    else this.#walker.write(chunk);
  }

  /** Called by the walker, as is {@link pixelBytes}. */
  pixelsBegin(): void {
    this.#pixels.begin();
  }

  pixelBytes(bytes: Buffer, start: number, end: number, last: boolean): void {
    this.#pixels.push(bytes, start, end, last);
  }

  /** The hashes of all that came. */
  digest(): DatasetHashes {
    const datasetHash = this.#whole?.digest('hex') ?? '';
    if (this.#walker !== null) {
      const { open } = this.#pixels;
      const pixelHash = this.#pixels.finish();
      // What follows the pixels may be padding; without pixels all of it has to be there.
      const whole = pixelHash === '' ? this.#walker.complete : !this.#walker.malformed;
      const malformed = open || !whole;
      return { pixelHash: malformed ? '' : pixelHash, datasetHash, malformed };
    }
    if (this.#tooLong) return { pixelHash: '', datasetHash, malformed: true };
    try {
      const inner = new DatasetHasher(TransferSyntax.EXPLICIT_LE);
      inner.update(inflateDataset(this.#deflated.take()));
      return { ...inner.digest(), datasetHash };
    } catch {
      // why: bytes that do not inflate are a finding about the sender, not an error of ours
      return { pixelHash: '', datasetHash, malformed: true };
    }
  }
}

/** SHA-256 (hex) of what fragments hold, one after the other: see {@link DatasetHasher}. */
export function hashOfFragments(value: Buffer): string {
  const hash = createHash('sha256');
  for (const fragment of fragmentsOf(value).slice(1)) hash.update(fragment.bytes);
  return hash.digest('hex');
}

/** @internal The hashes of a data set in memory. */
export function hashDataset(
  dataset: Buffer,
  transferSyntax: string,
  level: HashLevel = 'pixels',
): DatasetHashes {
  const hasher = new DatasetHasher(transferSyntax, level);
  hasher.update(dataset);
  return hasher.digest();
}
