// Applies edits to an encoded data set: the edited elements, group lengths and the lengths of
// enclosing sequences change, every other byte stays.
import { charsetOf, type Charset } from '../element/charset.ts';
import { DataError } from '../element/data-error.ts';
import { charsetAt, datasetCharset, SPECIFIC_CHARACTER_SET } from '../element/dataset-charset.ts';
import { deflateDataset, inflateDataset } from '../element/deflate.ts';
import { keywordOf, tagText, vrOf } from '../element/dictionary.ts';
import { type CompiledEdits, type EditLevel, type EditNode, EVERY_ITEM } from './edits.ts';
import { elementHeader, putU16, putU32 } from '../element/element-header.ts';
import {
  type ElementAt,
  findElement,
  indexDataset,
  ITEM,
  ITEM_DELIMITER,
  type ItemAt,
  SEQUENCE_DELIMITER,
  UNDEFINED_LENGTH,
  vrOfElement,
} from '../element/element-index.ts';
import { encodeValue, type ValueContext } from '../element/element-value.ts';
import { isRelabelled, relabelled } from './relabel.ts';
import { type Encoding, encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** One element on its way out. */
interface Unit {
  readonly tag: number;
  readonly pieces: readonly Buffer[];
  readonly length: number;
  readonly changed: boolean;
}

interface Source {
  readonly bytes: Buffer;
  readonly encoding: Encoding;
  /** What the text of the data set is encoded in. */
  readonly from: Charset;
  /** What text is written in. */
  readonly charset: Charset;
  readonly lenient: boolean;
}

/** Skips the checks of lengths and repertoires: edge cases on purpose. */
export interface PatchOptions {
  readonly lenient?: boolean;
}

/**
 * Patches a data set, or its header up to and including the header of the pixel data element.
 *
 * @throws DataError `DATA_MALFORMED`, `DATA_BAD_VALUE`, `DATA_BAD_PATH`
 */
export function patchHeader(
  bytes: Buffer,
  transferSyntax: string,
  edits: CompiledEdits,
  options: PatchOptions = {},
): Buffer {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) return patchDeflated(bytes, edits, options);
  const index = indexDataset(bytes, encoding, true);
  const tailAt = index.pixel?.offset ?? bytes.length;
  const charset = datasetCharset(bytes, index.elements);
  const source = { bytes, encoding, from: charset, charset, lenient: options.lenient === true };
  const units = patchLevel(source, index.elements, edits.level);
  const pieces = units.flatMap((unit) => unit.pieces);
  pieces.push(bytes.subarray(tailAt));
  return Buffer.concat(pieces);
}

function patchDeflated(bytes: Buffer, edits: CompiledEdits, options: PatchOptions): Buffer {
  const plain = inflateDataset(bytes);
  return deflateDataset(patchHeader(plain, TransferSyntax.EXPLICIT_LE, edits, options));
}

/** A label given with its VR is put on as it is: text keeps its bytes. */
function withCharsetOf(source: Source, edits: EditLevel): Source {
  const node = edits.find(({ tag }) => tag === SPECIFIC_CHARACTER_SET);
  if (node?.kind === 'delete') return { ...source, charset: charsetOf('') };
  if (node?.kind !== 'set') return source;
  const { value, vr } = node;
  const charset = charsetOf(Array.isArray(value) ? value.join('\\') : String(value));
  return { ...source, charset, from: vr === null ? source.from : charset };
}

/** Walks elements and edits together, both in their order. */
function patchLevel(outer: Source, elements: readonly ElementAt[], edits: EditLevel): Unit[] {
  const source = withCharsetOf(outer, edits);
  const units: Unit[] = [];
  const pending = new Map(edits.map((node) => [node.tag, node]));
  const present = new Set(elements.map((element) => element.tag));
  const inserts = edits.filter((node) => !present.has(node.tag) && node.kind !== 'delete');
  let next = 0;
  for (const element of elements) {
    for (
      let node = inserts[next];
      node !== undefined && node.tag < element.tag;
      node = inserts[next]
    ) {
      pushUnit(units, createElement(source, node));
      next++;
    }
    const node = pending.get(element.tag);
    if (node === undefined) units.push(untouched(source, element));
    else pushUnit(units, changeElement(source, element, node));
  }
  for (const node of inserts.slice(next)) pushUnit(units, createElement(source, node));
  return fixGroupLengths(source, units, edits);
}

function pushUnit(units: Unit[], unit: Unit | null): void {
  if (unit !== null) units.push(unit);
}

function untouched(source: Source, element: ElementAt): Unit {
  if (isRelabelled(source)) {
    const unit = element.items === null ? inNewSet(source, element) : null;
    if (unit !== null) return unit;
    if (element.items !== null) return changeItems(source, element, element.items, new Map());
  }
  const piece = source.bytes.subarray(element.offset, element.end);
  return { tag: element.tag, pieces: [piece], length: piece.length, changed: false };
}

function inNewSet(source: Source, element: ElementAt): Unit | null {
  const { tag, valueOffset, length } = element;
  const vr = vrOfElement(element);
  const before = source.bytes.subarray(valueOffset, valueOffset + length);
  const value = relabelled({ tag, vr }, before, source);
  if (value === null) return null;
  const header = elementHeader(tag, element.vr, value.length, source.encoding);
  return made(tag, [header, value]);
}

function made(tag: number, pieces: readonly Buffer[]): Unit {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return { tag, pieces, length, changed: true };
}

function createElement(source: Source, node: EditNode): Unit | null {
  const what = `${keywordOf(node.tag)} (${tagText(node.tag)})`;
  switch (node.kind) {
    case 'delete':
      return null;
    case 'set': {
      const vr = node.vr ?? guessVr(node.tag, node.value);
      const value = encodeValue(vr, node.value, valueContext(source, node), what);
      return made(node.tag, [elementHeader(node.tag, vr, value.length, source.encoding), value]);
    }
    case 'items':
      return sequence(
        source,
        node.tag,
        node.items.map((item) => patchLevel(source, [], item)),
        false,
      );
    case 'into': {
      const first = node.at.get(0) ?? node.at.get(EVERY_ITEM);
      const wanted = [...node.at.keys()].some((index) => index > 0);
      if (wanted || first === undefined) {
        throw new DataError('DATA_BAD_PATH', `${what}: the data set has no such sequence`);
      }
      if (node.at.has(EVERY_ITEM) || first.every((inner) => inner.kind === 'delete')) return null;
      return sequence(source, node.tag, [patchLevel(source, [], first)], false);
    }
  }
}

function guessVr(tag: number, value: unknown): string {
  const vr = vrOf(tag);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (vr === 'US' && typeof first === 'number' && first < 0) return 'SS';
  return vr;
}

function changeElement(source: Source, element: ElementAt, node: EditNode): Unit | null {
  const what = `${keywordOf(node.tag)} (${tagText(node.tag)})`;
  switch (node.kind) {
    case 'delete':
      return null;
    case 'set': {
      const vr = node.vr ?? element.vr;
      const valueVr = vr === 'UN' && typeof node.value !== 'object' ? vrOf(node.tag) : vr;
      const value = encodeValue(valueVr, node.value, valueContext(source, node), what);
      return made(node.tag, [elementHeader(node.tag, vr, value.length, source.encoding), value]);
    }
    case 'items': {
      const items = node.items.map((item) => patchLevel(source, [], item));
      return sequence(source, node.tag, items, element.undefinedLength);
    }
    case 'into':
      if (element.items === null) {
        throw new DataError('DATA_BAD_PATH', `${what}: is no sequence in this data set`);
      }
      return changeItems(source, element, element.items, node.at);
  }
}

function changeItems(
  source: Source,
  element: ElementAt,
  items: readonly ItemAt[],
  at: ReadonlyMap<number, EditLevel>,
): Unit {
  const inner = { ...source, encoding: element.encoding };
  const what = `${keywordOf(element.tag)} (${tagText(element.tag)})`;
  const pieces: Buffer[] = [];
  const every = at.get(EVERY_ITEM);
  for (const index of at.keys()) {
    if (index > items.length) {
      throw new DataError(
        'DATA_BAD_PATH',
        `${what}: has ${items.length} items, none at [${index}]`,
      );
    }
  }
  items.forEach((item, index) => {
    const edits = at.get(index) ?? every ?? (isRelabelled(source) ? [] : undefined);
    if (edits === undefined) pieces.push(source.bytes.subarray(item.offset, item.end));
    else pieces.push(...changeItem(inner, item, edits));
  });
  const added = at.get(items.length);
  if (added !== undefined) pieces.push(...itemPieces(inner, patchLevel(inner, [], added), false));
  // why: the header's form (UN of undefined length too) is kept, only its length may change
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const header = Buffer.from(source.bytes.subarray(element.offset, element.valueOffset));
  if (element.undefinedLength) {
    return made(element.tag, [header, ...pieces, delimiter(SEQUENCE_DELIMITER, inner.encoding)]);
  }
  putU32(header, header.length - 4, length, source.encoding.bigEndian);
  return made(element.tag, [header, ...pieces]);
}

function changeItem(source: Source, item: ItemAt, edits: EditLevel): Buffer[] {
  const from = charsetAt(source.bytes, item.elements, source.from);
  const isOwn = findElement(item.elements, SPECIFIC_CHARACTER_SET) !== null;
  const inner = { ...source, from, charset: isOwn ? from : source.charset };
  const units = patchLevel(inner, item.elements, edits);
  return itemPieces(source, units, item.undefinedLength);
}

function itemPieces(source: Source, units: readonly Unit[], open: boolean): Buffer[] {
  const pieces = units.flatMap((unit) => unit.pieces);
  let length = 0;
  for (const unit of units) length += unit.length;
  const head = delimiter(ITEM, source.encoding);
  putU32(head, 4, open ? UNDEFINED_LENGTH : length, source.encoding.bigEndian);
  if (open) pieces.push(delimiter(ITEM_DELIMITER, source.encoding));
  return [head, ...pieces];
}

function sequence(source: Source, tag: number, items: readonly Unit[][], open: boolean): Unit {
  const pieces = items.flatMap((units) => itemPieces(source, units, open));
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const head = elementHeader(tag, 'SQ', open ? UNDEFINED_LENGTH : length, source.encoding);
  if (open) pieces.push(delimiter(SEQUENCE_DELIMITER, source.encoding));
  return made(tag, [head, ...pieces]);
}

/** Group lengths of edited groups are made true again, where there are any (PS3.5 §7.2). */
function fixGroupLengths(source: Source, units: Unit[], edits: EditLevel): Unit[] {
  if (!units.some((unit) => (unit.tag & 0xffff) === 0)) return units;
  const groups = new Set(edits.map((node) => node.tag >>> 16));
  for (const unit of units) if (unit.changed) groups.add(unit.tag >>> 16);
  return units.map((unit) => {
    const group = unit.tag >>> 16;
    if ((unit.tag & 0xffff) !== 0 || !groups.has(group)) return unit;
    let length = 0;
    for (const other of units) {
      if (other.tag >>> 16 === group && other !== unit) length += other.length;
    }
    const value = Buffer.alloc(4);
    putU32(value, 0, length, source.encoding.bigEndian);
    return made(unit.tag, [elementHeader(unit.tag, 'UL', 4, source.encoding), value]);
  });
}

/**
 * A value given with its VR, or as bad, is written as it is, also where the standard forbids it; so is
 * the number of a place that a later value fills (`edit-shape.ts`).
 */
function valueContext(source: Source, node: EditNode & { readonly kind: 'set' }): ValueContext {
  const { encoding, charset } = source;
  const asIs = node.vr !== null || node.bad === true || typeof node.value === 'bigint';
  return { bigEndian: encoding.bigEndian, charset, lenient: asIs || source.lenient };
}

function delimiter(tag: number, encoding: Encoding): Buffer {
  const bytes = Buffer.alloc(8);
  putU16(bytes, 0, tag >>> 16, encoding.bigEndian);
  putU16(bytes, 2, tag & 0xffff, encoding.bigEndian);
  return bytes;
}
