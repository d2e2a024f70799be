// Encapsulated pixel data (PS3.5 A.4): frames as fragments, with or without an offset table.
import { DataError } from '../element/data-error.ts';
import type { Edits } from '../edit/edits.ts';
import { ITEM, SEQUENCE_DELIMITER } from '../element/element-index.ts';
import { elementHeader } from '../element/element-header.ts';
import { encodeFrame } from './codecs.ts';
import { frameBytes, type PixelShape } from './pixel-shape.ts';
import { encodeRle } from './rle.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** `basic`: filled Basic Offset Table; `none`: an empty one; `extended`: (7FE0,0001) and (7FE0,0002). */
export type OffsetTable = 'basic' | 'none' | 'extended';
export const OFFSET_TABLES: readonly string[] = ['basic', 'none', 'extended'];

export interface EncapsulateOptions {
  readonly transferSyntax: string;
  readonly photometric: string;
  readonly offsetTable: OffsetTable;
  /** Cut frames into fragments of at most so many bytes (even); default one fragment a frame. */
  readonly fragmentBytes?: number;
}

export interface Encapsulated {
  /** Value of the pixel data element with its sequence delimiter. */
  readonly value: readonly Buffer[];
  /** Extended Offset Table elements, which go before the pixel data element. */
  readonly tables: readonly Buffer[];
  /** Attributes that follow from the compression. */
  readonly edits: Edits;
}

const IMPLICIT = encodingOf(TransferSyntax.IMPLICIT_LE);

/**
 * Compresses native pixel data.
 *
 * @throws DataError `DATA_UNSUPPORTED`
 */
export function encapsulate(
  pixels: Buffer,
  shape: PixelShape,
  options: EncapsulateOptions,
): Encapsulated {
  const one = frameBytes(shape);
  const frames: Buffer[] = [];
  let edits: Edits = {};
  for (let i = 0; i < shape.frames; i++) {
    const frame = pixels.subarray(i * one, (i + 1) * one);
    if (options.transferSyntax === TransferSyntax.RLE) {
      if (shape.bitsAllocated === 1)
        throw new DataError('DATA_UNSUPPORTED', 'RLE: not for 1-bit pixels');
      frames.push(encodeRle(frame, shape.samples, shape.bitsAllocated / 8));
      if (shape.samples === 3) edits = { PlanarConfiguration: 0 };
      continue;
    }
    const encoded = encodeFrame(frame, shape, options);
    frames.push(encoded.bytes);
    edits = encoded.edits;
  }
  const tables = options.offsetTable === 'extended' ? extendedOffsets(frames) : [];
  return { value: frameItems(frames, options), tables, edits };
}

/** The items of the value: offset table, fragments, sequence delimiter. */
export function frameItems(
  frames: readonly Buffer[],
  options: Pick<EncapsulateOptions, 'offsetTable' | 'fragmentBytes'>,
): Buffer[] {
  const items: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const frame of frames) {
    offsets.push(at);
    const limit = options.fragmentBytes ?? Math.max(2, frame.length + 1);
    for (let from = 0; from < frame.length; from += limit) {
      const fragment = frame.subarray(from, from + limit);
      const odd = fragment.length % 2;
      items.push(elementHeader(ITEM, '', fragment.length + odd, IMPLICIT), fragment);
      if (odd === 1) items.push(Buffer.of(0));
      at += 8 + fragment.length + odd;
    }
  }
  const table = Buffer.alloc(options.offsetTable === 'basic' ? offsets.length * 4 : 0);
  if (options.offsetTable === 'basic')
    offsets.forEach((offset, i) => table.writeUInt32LE(offset, i * 4));
  return [
    elementHeader(ITEM, '', table.length, IMPLICIT),
    table,
    ...items,
    elementHeader(SEQUENCE_DELIMITER, '', 0, IMPLICIT),
  ];
}

/** Extended Offset Table and its lengths (PS3.3 C.7.6.3.1.8) for one fragment a frame. */
function extendedOffsets(frames: readonly Buffer[]): Buffer[] {
  const offsets = Buffer.alloc(frames.length * 8);
  const lengths = Buffer.alloc(frames.length * 8);
  let at = 0;
  frames.forEach((frame, i) => {
    const length = frame.length + (frame.length % 2);
    offsets.writeBigUInt64LE(BigInt(at), i * 8);
    lengths.writeBigUInt64LE(BigInt(length), i * 8);
    at += 8 + length;
  });
  const explicit = encodingOf(TransferSyntax.EXPLICIT_LE);
  return [
    elementHeader(0x7fe00001, 'OV', offsets.length, explicit),
    offsets,
    elementHeader(0x7fe00002, 'OV', lengths.length, explicit),
    lengths,
  ];
}
