// Puts instances into the shared memory of a pool and describes them.
import { createHash } from 'node:crypto';
import { DataError } from '../element/data-error.ts';
import {
  type DatasetIndex,
  findElement,
  indexDataset,
  PIXEL_DATA,
  UNDEFINED_LENGTH,
} from '../element/element-index.ts';
import { inflateDataset } from '../element/deflate.ts';
import { hashOfFragments } from '../file/hash.ts';
import { SLOT_TAGS } from './prototype.ts';
import {
  type DatasetLocation,
  MAX_SEGMENT_BYTES,
  type PoolShare,
  type PrototypeShare,
  type SkippedFiles,
} from './share.ts';
import { type Encoding, encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** What the header of an instance says. */
export interface HeaderFacts {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly patientId: string;
  readonly modality: string;
  readonly rows: number;
  readonly columns: number;
  readonly numberOfFrames: number;
  readonly headerBytes: number;
  readonly slots: readonly number[];
  /** Bytes of the pixel data value, -1 when of undefined length, null without pixel data. */
  readonly pixelBytes: number | null;
}

/**
 * Reads what a pool needs to know from a data set or its header.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function headerFacts(bytes: Buffer, transferSyntax: string): HeaderFacts {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) {
    const facts = headerFacts(inflateDataset(bytes), TransferSyntax.EXPLICIT_LE);
    return { ...facts, headerBytes: bytes.length, slots: [] };
  }
  const index = indexDataset(bytes, encoding, true);
  const text = (tag: number): string => textAt(bytes, index, tag);
  const pixel = index.pixel;
  return {
    sopClass: text(0x00080016),
    sopInstance: text(0x00080018),
    studyUid: text(0x0020000d),
    seriesUid: text(0x0020000e),
    patientId: text(0x00100020),
    modality: text(0x00080060),
    rows: shortAt(bytes, index, 0x00280010, encoding),
    columns: shortAt(bytes, index, 0x00280011, encoding),
    numberOfFrames: Number(text(0x00280008)) || (pixel === null ? 0 : 1),
    headerBytes: pixel === null ? bytes.length : index.pixelValueOffset,
    slots: slotTriples(index),
    pixelBytes: pixel === null ? null : pixel.length === UNDEFINED_LENGTH ? -1 : pixel.length,
  };
}

function textAt(bytes: Buffer, index: DatasetIndex, tag: number): string {
  const element = findElement(index.elements, tag);
  if (element === null) return '';
  const end = element.valueOffset + element.length;

  return bytes.toString('latin1', element.valueOffset, end).replace(/[ \x00]+$/, '');
}

function shortAt(bytes: Buffer, index: DatasetIndex, tag: number, encoding: Encoding): number {
  const element = findElement(index.elements, tag);
  if (element === null || element.length < 2) return 0;
  const { valueOffset } = element;
  return encoding.bigEndian ? bytes.readUInt16BE(valueOffset) : bytes.readUInt16LE(valueOffset);
}

function slotTriples(index: DatasetIndex): number[] {
  const slots: [number, number, number][] = [];
  SLOT_TAGS.forEach((tag, field) => {
    const element = findElement(index.elements, tag);
    if (element !== null) slots.push([field, element.valueOffset, element.length]);
  });
  return slots.sort((a, b) => a[1] - b[1]).flat();
}

/** An instance to be added whole. */
export interface NewMember {
  readonly transferSyntax: string;
  readonly origin: string;
  /** Length of the file it came from; default: of the data set. */
  readonly fileBytes?: number;
}

export interface PoolBuilderOptions {
  readonly id: number;
  readonly key: string;
  /** Bytes expected in all, so that few segments are made. */
  readonly expectedBytes: number;
  /** Which hashes to take: of pixel data (default), of the whole data set too, or none. */
  readonly hash?: 'pixels' | 'full' | 'none';
}

/** Where an instance was put, and what it hashes to. */
interface Stored {
  readonly location: DatasetLocation;
  readonly datasetBytes: number;
  readonly pixelHash: string;
  readonly datasetHash: string;
}

/** Collects instances, then gives a {@link PoolShare}. */
export class PoolBuilder {
  readonly #options: PoolBuilderOptions;
  readonly #segments: SharedArrayBuffer[] = [];
  readonly #members: PrototypeShare[] = [];
  #current: Buffer = Buffer.alloc(0);
  #used = 0;
  #left: number;

  constructor(options: PoolBuilderOptions) {
    this.#options = options;
    this.#left = options.expectedBytes;
  }

  get length(): number {
    return this.#members.length;
  }

  /** Adds a data set that is in memory; its bytes are copied once. */
  addDataset(dataset: Buffer, member: NewMember): void {
    const facts = headerFacts(dataset, member.transferSyntax);
    const { segment, offset } = this.#store([dataset]);
    const value = pixelValue(dataset, facts, member.transferSyntax);
    const hashes = {
      pixelHash: value === null || this.#options.hash === 'none' ? '' : hashOf(value, facts),
      datasetHash: this.#options.hash === 'full' ? sha256(dataset) : '',
    };
    const location = { kind: 'memory', segment, offset } as const;
    this.#push(facts, member, { location, datasetBytes: dataset.length, ...hashes });
  }

  /** Adds an instance whose header is in memory and whose data set stays in a file. */
  addFile(
    header: Buffer,
    member: NewMember,
    file: { readonly path: string; readonly offset: number; readonly datasetBytes: number },
    hashes: { readonly pixelHash: string; readonly datasetHash: string },
  ): void {
    const facts = headerFacts(header, member.transferSyntax);
    const { segment, offset } = this.#store([header.subarray(0, facts.headerBytes)]);
    const { path, offset: fileOffset } = file;
    const location = { kind: 'file', segment, offset, path, fileOffset } as const;
    this.#push(facts, member, { location, datasetBytes: file.datasetBytes, ...hashes });
  }

  /** Adds a generated instance: its header, and `valueBytes` that repeat `tile`. */
  addTiled(
    header: Buffer,
    tile: Buffer,
    valueBytes: number,
    member: NewMember & { readonly pixelHash: string },
  ): void {
    const facts = headerFacts(header, member.transferSyntax);
    const { segment, offset } = this.#store([header, tile]);
    const tileOffset = offset + header.length;
    const location = {
      kind: 'tiled',
      segment,
      offset,
      tileOffset,
      tileBytes: tile.length,
    } as const;
    const { pixelHash } = member;
    const datasetBytes = header.length + valueBytes;
    this.#push(facts, member, { location, datasetBytes, pixelHash, datasetHash: '' });
  }

  /** The pool. The builder must not be used afterwards. */
  share(skipped: readonly SkippedFiles[] = [], notes: readonly string[] = []): PoolShare {
    const { id, key } = this.#options;
    return { id, key, segments: this.#segments, members: this.#members, skipped, notes };
  }

  #store(parts: readonly Buffer[]): { segment: number; offset: number } {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#used + bytes > this.#current.length) this.#grow(bytes);
    const offset = this.#used;
    for (const part of parts) {
      part.copy(this.#current, this.#used);
      this.#used += part.length;
    }
    this.#left -= bytes;
    return { segment: this.#segments.length - 1, offset };
  }

  #grow(bytes: number): void {
    if (bytes > MAX_SEGMENT_BYTES) {
      throw new DataError('DATA_UNSUPPORTED', `pool: one part of ${bytes} bytes is above 1 GiB`);
    }
    const size = Math.max(bytes, Math.min(MAX_SEGMENT_BYTES, this.#left));
    const segment = new SharedArrayBuffer(size);
    this.#segments.push(segment);
    this.#current = Buffer.from(segment);
    this.#used = 0;
  }

  #push(facts: HeaderFacts, member: NewMember, stored: Stored): void {
    const { pixelBytes: _, ...known } = facts;
    const { datasetBytes, location, pixelHash, datasetHash } = stored;
    this.#members.push({
      ...known,
      transferSyntax: member.transferSyntax,
      datasetBytes,
      fileBytes: member.fileBytes ?? datasetBytes,
      location,
      pixelHash,
      datasetHash,
      oddLength: datasetBytes % 2 === 1,
      origin: member.origin,
    });
  }
}

function hashOf(value: Buffer, { pixelBytes }: HeaderFacts): string {
  return pixelBytes === -1 ? hashOfFragments(value) : sha256(value);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The pixel data value in a data set, its sequence delimiter excluded; null when there is none. */
export function pixelValue(
  dataset: Buffer,
  facts: HeaderFacts,
  transferSyntax: string,
): Buffer | null {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) {
    const plain = inflateDataset(dataset);
    return pixelValue(
      plain,
      headerFacts(plain, TransferSyntax.EXPLICIT_LE),
      TransferSyntax.EXPLICIT_LE,
    );
  }
  if (facts.pixelBytes === null) return null;
  if (facts.pixelBytes >= 0) {
    const end = facts.headerBytes + facts.pixelBytes;
    if (end > dataset.length) {
      throw new DataError(
        'DATA_MALFORMED',
        `pixel data says ${facts.pixelBytes} bytes, ${dataset.length - facts.headerBytes} left`,
      );
    }
    return dataset.subarray(facts.headerBytes, end);
  }
  const element = findElement(indexDataset(dataset, encoding).elements, PIXEL_DATA);
  if (element === null) return null;
  return dataset.subarray(element.valueOffset, element.valueOffset + element.length);
}
