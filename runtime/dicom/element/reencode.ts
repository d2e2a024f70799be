// A data set in another uncompressed encoding: implicit, explicit, big endian. Values keep their
// bytes except for byte order; sequences keep their length form.
import { DataError } from './data-error.ts';
import {
  type ElementAt,
  indexDataset,
  isPixelData,
  ITEM,
  ITEM_DELIMITER,
  type ItemAt,
  SEQUENCE_DELIMITER,
  UNDEFINED_LENGTH,
} from './element-index.ts';
import { elementHeader } from './element-header.ts';
import { wordBytes } from './transfer-syntax.ts';
import type { Encoding } from './transfer-syntax.ts';
import { SHORT_VRS, vrCode } from './vr.ts';

interface Reencoding {
  readonly bytes: Buffer;
  readonly to: Encoding;
}

/**
 * Re-encodes a data set (not deflated, not encapsulated).
 *
 * @throws DataError `DATA_UNSUPPORTED` for encapsulated pixel data
 */
export function reencode(bytes: Buffer, from: Encoding, to: Encoding): Buffer {
  const { elements } = indexDataset(bytes, from);
  const work = { bytes, to };
  return Buffer.concat(fixGroups(elements, work).flat());
}

function fixGroups(elements: readonly ElementAt[], work: Reencoding): Buffer[][] {
  const out = elements.map((element) => one(element, work));
  elements.forEach((element, i) => {
    if ((element.tag & 0xffff) !== 0) return;
    let length = 0;
    elements.forEach((other, j) => {
      if (j !== i && other.tag >>> 16 === element.tag >>> 16) length += size(out[j] ?? []);
    });
    const value = Buffer.alloc(4);
    if (work.to.bigEndian) value.writeUInt32BE(length);
    else value.writeUInt32LE(length);
    out[i] = [elementHeader(element.tag, 'UL', 4, work.to), value];
  });
  return out;
}

function size(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function one(element: ElementAt, work: Reencoding): Buffer[] {
  const { tag, vr, items, undefinedLength, valueOffset, length } = element;
  if (items !== null) return sequence(element, items, work);
  if (undefinedLength && isPixelData(tag)) {
    throw new DataError('DATA_UNSUPPORTED', 're-encoding: pixel data is compressed');
  }
  const value = work.bytes.subarray(valueOffset, valueOffset + length);
  const ordered = element.encoding.bigEndian === work.to.bigEndian ? value : swapped(value, vr);
  return [elementHeader(tag, fitting(vr, length), length, work.to), ordered];
}

/** A value of an implicit data set may be longer than its VR can say in explicit VR: UN then. */
function fitting(vr: string, length: number): string {
  return length > 0xffff && SHORT_VRS.has(vrCode(vr)) ? 'UN' : vr;
}

/** A value in the other byte order. */
export function swapped(value: Buffer, vr: string): Buffer {
  return swappedWords(value, wordBytes(vr));
}

/** A copy with the bytes of each word turned round; the value itself where it is not of whole words. */
export function swappedWords(value: Buffer, word: number): Buffer {
  if (word === 1 || value.length % word !== 0) return value;
  const copy = Buffer.from(value);
  if (word === 2) return copy.swap16();
  return word === 4 ? copy.swap32() : copy.swap64();
}

function sequence(element: ElementAt, items: readonly ItemAt[], work: Reencoding): Buffer[] {
  const pieces: Buffer[] = [];
  for (const item of items) {
    const inner = fixGroups(item.elements, work).flat();
    const length = item.undefinedLength ? UNDEFINED_LENGTH : size(inner);
    pieces.push(elementHeader(ITEM, '', length, { ...work.to, explicit: false }), ...inner);
    if (item.undefinedLength) pieces.push(delimiter(ITEM_DELIMITER, work));
  }
  const length = element.undefinedLength ? UNDEFINED_LENGTH : size(pieces);
  if (element.undefinedLength) pieces.push(delimiter(SEQUENCE_DELIMITER, work));
  return [elementHeader(element.tag, 'SQ', length, work.to), ...pieces];
}

function delimiter(tag: number, work: Reencoding): Buffer {
  return elementHeader(tag, '', 0, { ...work.to, explicit: false });
}
