// Hashes of a data set that arrives in pieces: its pixel data value, and all of it.
import { createHash, type Hash, hash as hashOnce } from 'node:crypto';
import { DatasetWalker, type PixelSink } from '../element/dataset-walker.ts';
import { inflateDataset } from '../edit/header-patch.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** What to take. */
export type HashLevel = 'pixels' | 'full';

export interface DatasetHashes {
  /** SHA-256 (hex) of the pixel data value, fragments' headers included; '' when there is none. */
  readonly pixelHash: string;
  /** SHA-256 (hex) of the data set; '' unless `full`. */
  readonly datasetHash: string;
  /** The data set could not be followed to its pixel data. */
  readonly malformed: boolean;
}

/**
 * Hashes a data set as it arrives. The pixel data value is everything after the element's header:
 * for encapsulated pixel data the items with their headers, without the sequence delimiter.
 */
export class DatasetHasher implements PixelSink {
  readonly #walker: DatasetWalker | null;
  readonly #deflated: Buffer[] = [];
  readonly #whole: Hash | null;
  #pixels: Hash | null = null;
  #pixelHash = '';

  constructor(transferSyntax: string, level: HashLevel = 'pixels') {
    const encoding = encodingOf(transferSyntax);
    this.#walker = encoding.deflated ? null : new DatasetWalker(encoding, this);
    this.#whole = level === 'full' ? createHash('sha256') : null;
  }

  /** The next bytes; they are not kept. */
  update(chunk: Buffer): void {
    this.#whole?.update(chunk);
    // why: inflating piecewise is asynchronous in Node, so deflated data sets are collected
    if (this.#walker === null) this.#deflated.push(Buffer.from(chunk));
    else this.#walker.write(chunk);
  }

  /** Part of the pixel data value; called by the walker. */
  pixelBytes(bytes: Buffer, last: boolean): void {
    if (this.#pixels === null && last) {
      this.#pixelHash = hashOnce('sha256', bytes, 'hex');
      return;
    }
    this.#pixels ??= createHash('sha256');
    this.#pixels.update(bytes);
    if (!last) return;
    this.#pixelHash = this.#pixels.digest('hex');
    this.#pixels = null;
  }

  /** The hashes of all that came. */
  digest(): DatasetHashes {
    const datasetHash = this.#whole?.digest('hex') ?? '';
    if (this.#walker !== null) {
      const malformed = this.#walker.malformed || this.#pixels !== null;
      return { pixelHash: malformed ? '' : this.#pixelHash, datasetHash, malformed };
    }
    try {
      const inner = new DatasetHasher(TransferSyntax.EXPLICIT_LE);
      inner.update(inflateDataset(Buffer.concat(this.#deflated)));
      return { ...inner.digest(), datasetHash };
    } catch {
      // why: bytes that do not inflate are a finding about the sender, not an error of ours
      return { pixelHash: '', datasetHash, malformed: true };
    }
  }
}

/** The hashes of a data set in memory. */
export function hashDataset(
  dataset: Buffer,
  transferSyntax: string,
  level: HashLevel = 'pixels',
): DatasetHashes {
  const hasher = new DatasetHasher(transferSyntax, level);
  hasher.update(dataset);
  return hasher.digest();
}
