// Where the elements of an encoded data set are (PS3.5 §7), in any transfer syntax but deflated.
// Lengths are never trusted and nesting is bounded; nothing is copied.
import { DataError } from './data-error.ts';
import { entryOf, tagText, vrOf } from './dictionary.ts';
import { settleSigns } from './either-sign.ts';
import type { Encoding } from './transfer-syntax.ts';
import { isVr, SHORT_VRS, vrName } from './vr.ts';

export const UNDEFINED_LENGTH = 0xffffffff;
export const ITEM = 0xfffee000;
export const ITEM_DELIMITER = 0xfffee00d;
export const SEQUENCE_DELIMITER = 0xfffee0dd;
export const PIXEL_DATA = 0x7fe00010;
const MAX_DEPTH = 64;

/** One element. Offsets are into the indexed buffer. */
export interface ElementAt {
  readonly tag: number;
  /** As encoded; by the dictionary in implicit VR (US or SS: by Pixel Representation). */
  readonly vr: string;
  readonly offset: number;
  readonly valueOffset: number;
  /** Bytes of the value, without a sequence delimiter. */
  readonly length: number;
  /** First byte after the element, its delimiter included. */
  readonly end: number;
  readonly undefinedLength: boolean;
  /** Items of a sequence; null for any other element. */
  readonly items: readonly ItemAt[] | null;
  /** Byte order and VR form of the items: differs inside UN (PS3.5 §6.2.2, CP-246). */
  readonly encoding: Encoding;
}

/** One item of a sequence. */
export interface ItemAt {
  readonly offset: number;
  readonly valueOffset: number;
  readonly length: number;
  readonly end: number;
  readonly undefinedLength: boolean;
  readonly elements: readonly ElementAt[];
}

/** A run of the reader: what it reads and where it has to stop. */
export interface Reading {
  readonly bytes: Buffer;
  readonly stopAtPixels: boolean;
  /** Goes on after bad places; null: the first one ends the reading. */
  readonly rescue: Rescue | null;
}

/** How a damaged data set is read on, see `damaged-index.ts`. */
export interface Rescue {
  readonly damages: Damage[];
  /** Elements of a level of known length. */
  level(reading: Reading, level: Level): ElementAt[];
}

/** A level whose end is known. */
export interface Level {
  readonly from: number;
  readonly end: number;
  readonly encoding: Encoding;
  readonly depth: number;
}

/** A place that cannot be read. */
export interface Damage {
  /** In the indexed buffer. */
  readonly offset: number;
  readonly what: string;
}

/** A data set that is not what its encoding says, and where. */
export class Malformed extends DataError {
  readonly damage: Damage;

  constructor(offset: number, what: string) {
    super(
      'DATA_MALFORMED',
      `data set: ${what} at offset ${offset} of the data set`,
      'the file is truncated or corrupt, or not in the transfer syntax it says; `dicomrun dump FILE` shows what can be read',
    );
    this.damage = { offset, what };
  }
}

export interface DatasetIndex {
  readonly elements: readonly ElementAt[];
  /**
   * Offset of the value of the top-level pixel data element (7FE0,0008..0010), -1 when there is
   * none. With `stopAtPixels` the pixel data element is not in `elements`.
   */
  readonly pixelValueOffset: number;
  /** Header of the pixel data element, as it was met. */
  readonly pixel: { readonly offset: number; readonly vr: string; readonly length: number } | null;
}

/** Whether `tag` holds pixels: Float, Double Float or plain Pixel Data. */
export function isPixelData(tag: number): boolean {
  return tag === PIXEL_DATA || tag === 0x7fe00008 || tag === 0x7fe00009;
}

/**
 * Indexes a data set.
 *
 * @param stopAtPixels stop at the top-level pixel data: the bytes after its header are not read,
 *   and need not be there
 * @throws DataError `DATA_MALFORMED` with the offset
 */
export function indexDataset(
  bytes: Buffer,
  encoding: Encoding,
  stopAtPixels = false,
): DatasetIndex {
  const index = readDataset(bytes, encoding, stopAtPixels);
  if (!encoding.explicit) settleSigns(bytes, index.elements);
  return index;
}

function readDataset(bytes: Buffer, encoding: Encoding, stopAtPixels: boolean): DatasetIndex {
  const reading: Reading = { bytes, stopAtPixels, rescue: null };
  const elements: ElementAt[] = [];
  let at = 0;
  while (at < bytes.length) {
    const head = readHead(reading, at, bytes.length, encoding);
    if (stopAtPixels && isPixelData(head.tag)) {
      const pixel = { offset: at, vr: head.vr, length: head.length };
      return { elements, pixelValueOffset: head.valueOffset, pixel };
    }
    const element = finishElement(reading, head, bytes.length, 0);
    elements.push(element);
    at = element.end;
  }
  const last = elements.find((element) => isPixelData(element.tag));
  if (last === undefined) return { elements, pixelValueOffset: -1, pixel: null };
  const length = last.undefinedLength ? UNDEFINED_LENGTH : last.length;
  const pixel = { offset: last.offset, vr: last.vr, length };
  return { elements, pixelValueOffset: last.valueOffset, pixel };
}

/** Tag, VR and length of an element, its value not looked at. */
export interface Head {
  readonly tag: number;
  readonly vr: string;
  readonly offset: number;
  readonly valueOffset: number;
  readonly length: number;
  readonly encoding: Encoding;
}

function malformed(offset: number, what: string): Malformed {
  return new Malformed(offset, what);
}

function readTag(bytes: Buffer, at: number, bigEndian: boolean): number {
  return bigEndian
    ? bytes.readUInt16BE(at) * 0x10000 + bytes.readUInt16BE(at + 2)
    : bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
}

/** Reads the header of an element. @throws Malformed */
export function readHead(reading: Reading, at: number, end: number, encoding: Encoding): Head {
  const { bytes } = reading;
  if (at + 8 > end) throw malformed(at, `element header of 8 bytes has only ${end - at}`);
  const tag = readTag(bytes, at, encoding.bigEndian);
  if (!encoding.explicit || tag >>> 16 === 0xfffe) {
    const length = encoding.bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    const vr = tag >>> 16 === 0xfffe ? '' : implicitVr(tag, length);
    return { tag, vr, offset: at, valueOffset: at + 8, length, encoding };
  }
  const code = bytes.readUInt16BE(at + 4);
  if (!isVr(code)) throw malformed(at, `element (${tagText(tag)}) has no VR`);
  if (SHORT_VRS.has(code)) {
    const length = encoding.bigEndian ? bytes.readUInt16BE(at + 6) : bytes.readUInt16LE(at + 6);
    return { tag, vr: vrName(code), offset: at, valueOffset: at + 8, length, encoding };
  }
  if (at + 12 > end) throw malformed(at, `element header of 12 bytes has only ${end - at}`);
  const length = encoding.bigEndian ? bytes.readUInt32BE(at + 8) : bytes.readUInt32LE(at + 8);
  return { tag, vr: vrName(code), offset: at, valueOffset: at + 12, length, encoding };
}

/** In implicit VR an element of undefined length outside pixel data is a sequence. */
function implicitVr(tag: number, length: number): string {
  if (length === UNDEFINED_LENGTH && !isPixelData(tag)) return 'SQ';
  return vrOf(tag);
}

/** Reads on to the end of an element. @throws Malformed */
export function finishElement(reading: Reading, head: Head, end: number, depth: number): ElementAt {
  const { tag, vr, offset, valueOffset } = head;
  if (tag >>> 16 === 0xfffe) throw malformed(offset, `(${tagText(tag)}) outside a sequence`);
  if (head.length === UNDEFINED_LENGTH) return finishOpen(reading, head, end, depth);
  const valueEnd = valueOffset + head.length;
  if (valueEnd > end) {
    throw malformed(
      offset,
      `(${tagText(tag)}) says ${head.length} bytes, ${end - valueOffset} left`,
    );
  }
  if (vr === 'UN') {
    const hidden = hiddenSequence(reading, head, valueEnd, depth);
    if (hidden !== null) return hidden;
  }
  const items = vr === 'SQ' ? readItems(reading, head, valueEnd, depth).items : null;
  // why: one literal per place, no spreads: a header has 100 elements, a pool 10,000 headers
  return {
    tag,
    vr,
    offset,
    valueOffset,
    length: head.length,
    end: valueEnd,
    undefinedLength: false,
    items,
    encoding: head.encoding,
  };
}

/**
 * A sequence of the dictionary that says UN and has a defined length: its items are in implicit VR
 * little endian (PS3.5 §6.2.2). Null where it is none, or its bytes are no items.
 */
function hiddenSequence(
  reading: Reading,
  head: Head,
  end: number,
  depth: number,
): ElementAt | null {
  const { tag, vr, offset, valueOffset, length } = head;
  if (length < 8 || !looksLikeItem(reading.bytes, valueOffset)) return null;
  if ((tag >>> 16) & 1 || entryOf(tag)?.vr !== 'SQ') return null;
  const encoding = { ...head.encoding, explicit: false, bigEndian: false };
  try {
    const { items } = readItems({ ...reading, rescue: null }, { ...head, encoding }, end, depth);
    return { tag, vr, offset, valueOffset, length, end, undefinedLength: false, items, encoding };
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/**
 * An element of unknown VR as the sequence that it is elsewhere: with items, if its bytes are items
 * in implicit VR little endian (PS3.5 §6.2.2); else as it is.
 */
export function asSequence(bytes: Buffer, element: ElementAt): ElementAt {
  const { valueOffset, length } = element;
  const encoding = { ...element.encoding, explicit: false, bigEndian: false };
  const reading: Reading = { bytes, stopAtPixels: false, rescue: null };
  try {
    const { items } = readItems(reading, { ...element, encoding }, valueOffset + length, 0);
    return { ...element, items, encoding };
  } catch (error) {
    if (error instanceof DataError) return element;
    throw error;
  }
}

function looksLikeItem(bytes: Buffer, at: number): boolean {
  return bytes.readUInt16LE(at) === 0xfffe && bytes.readUInt16LE(at + 2) === 0xe000;
}

/** An element of undefined length: fragments of pixel data, or a sequence. */
function finishOpen(reading: Reading, head: Head, end: number, depth: number): ElementAt {
  const { tag, vr, offset, valueOffset, encoding } = head;
  const undefinedLength = true;
  if (isPixelData(tag) && vr !== 'SQ') {
    const valueEnd = skipFragments(reading, valueOffset, end, encoding);
    const length = valueEnd - valueOffset;
    const items = null;
    return {
      tag,
      vr,
      offset,
      valueOffset,
      length,
      end: valueEnd + 8,
      undefinedLength,
      items,
      encoding,
    };
  }
  // PS3.5 §6.2.2 note: UN of undefined length is a sequence in implicit VR little endian.
  const inner = vr === 'UN' ? { ...encoding, explicit: false, bigEndian: false } : encoding;
  const read = readItems(reading, { ...head, encoding: inner }, end, depth);
  return {
    tag,
    vr,
    offset,
    valueOffset,
    length: read.valueEnd - valueOffset,
    end: read.end,
    undefinedLength,
    items: read.items,
    encoding: inner,
  };
}

function readItems(
  reading: Reading,
  head: Head,
  end: number,
  depth: number,
): { items: ItemAt[]; valueEnd: number; end: number } {
  if (depth >= MAX_DEPTH) throw malformed(head.offset, `sequences nested deeper than ${MAX_DEPTH}`);
  const open = head.length === UNDEFINED_LENGTH;
  const items: ItemAt[] = [];
  let at = head.valueOffset;
  try {
    while (at < end) {
      const item = readHead(reading, at, end, head.encoding);
      if (item.tag === SEQUENCE_DELIMITER && open) return { items, valueEnd: at, end: at + 8 };
      if (item.tag !== ITEM) {
        const what = `(${tagText(item.tag)}) where an item of (${tagText(head.tag)}) belongs`;
        throw malformed(at, what);
      }
      const read = readItem(reading, item, end, depth + 1);
      items.push(read);
      at = read.end;
    }
  } catch (error) {
    if (open || reading.rescue === null || !(error instanceof Malformed)) throw error;
    reading.rescue.damages.push(error.damage);
  }
  if (open) throw malformed(head.offset, `(${tagText(head.tag)}) has no sequence delimiter`);
  return { items, valueEnd: end, end };
}

function readItem(reading: Reading, head: Head, end: number, depth: number): ItemAt {
  const { offset, valueOffset, length, encoding } = head;
  const open = length === UNDEFINED_LENGTH;
  const valueEnd = open ? end : valueOffset + length;
  if (valueEnd > end)
    throw malformed(offset, `item says ${length} bytes, ${end - valueOffset} left`);
  if (!open && reading.rescue !== null) {
    const level = { from: valueOffset, end: valueEnd, encoding, depth };
    const inside = reading.rescue.level(reading, level);
    return { offset, valueOffset, length, end: valueEnd, undefinedLength: false, elements: inside };
  }
  const elements: ElementAt[] = [];
  let at = valueOffset;
  while (at < valueEnd) {
    const next = readHead(reading, at, valueEnd, encoding);
    if (open && next.tag === ITEM_DELIMITER) {
      const size = at - valueOffset;
      return { offset, valueOffset, length: size, end: at + 8, undefinedLength: true, elements };
    }
    const element = finishElement(reading, next, valueEnd, depth);
    elements.push(element);
    at = element.end;
  }
  if (open) throw malformed(offset, 'item has no delimiter');
  return { offset, valueOffset, length, end: valueEnd, undefinedLength: false, elements };
}

/** End of the fragments of encapsulated pixel data = offset of the sequence delimiter. */
function skipFragments(reading: Reading, from: number, end: number, encoding: Encoding): number {
  let at = from;
  for (;;) {
    const head = readHead(reading, at, end, encoding);
    if (head.tag === SEQUENCE_DELIMITER) return at;
    if (head.tag !== ITEM) throw malformed(at, `(${tagText(head.tag)}) among pixel data fragments`);
    at = head.valueOffset + head.length;
    if (at > end) throw malformed(head.offset, `fragment says ${head.length} bytes`);
  }
}

/** The VR that a value is read by: of an element that says UN, the dictionary's (PS3.5 §6.2.2). */
export function vrOfElement({ tag, vr }: Pick<ElementAt, 'tag' | 'vr'>): string {
  return vr === 'UN' ? vrOf(tag) : vr;
}

/** The element of a tag among `elements`, null when absent. */
export function findElement(elements: readonly ElementAt[], tag: number): ElementAt | null {
  for (const element of elements) if (element.tag === tag) return element;
  return null;
}
