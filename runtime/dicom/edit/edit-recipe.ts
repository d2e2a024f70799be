// A header compiled for edits of one shape: where its values are, and the lengths that follow from
// them, so that a send writes values and lengths and copies the rest.
import type { Charset } from '../element/charset.ts';
import { keywordOf, tagText } from '../element/dictionary.ts';
import type { EditShape, SlotValue } from './edit-shape.ts';
import { type EditLevel, EVERY_ITEM } from './edits.ts';
import {
  type ElementAt,
  findElement,
  indexDataset,
  type ItemAt,
  vrOfElement,
} from '../element/element-index.ts';
import { asciiText, encodeValue, padByte } from '../element/element-value.ts';
import { charsetAt, datasetCharset } from '../element/dataset-charset.ts';
import { encodingOf } from '../element/transfer-syntax.ts';

const SOP_INSTANCE_UID = 0x00080018;
const MAX_SHORT_LENGTH = 0xfffe;

/** One edited value of a header. */
interface ValueSlot {
  /** Index among the values of a send. */
  readonly value: number;
  readonly tag: number;
  readonly vr: string;
  readonly charset: Charset;
  readonly bigEndian: boolean;
  readonly offset: number;
  readonly length: number;
}

/** A length that values take part in. */
interface LengthField {
  readonly offset: number;
  readonly bytes: 2 | 4;
  readonly bigEndian: boolean;
  readonly length: number;
  /** Range of the slots inside: first, and first after. */
  readonly from: number;
  readonly to: number;
}

/** The values of one send, by slot: ASCII text as it is, anything else as bytes. */
export interface EncodedValues {
  readonly values: (string | Buffer)[];
  /** Lengths as encoded: even. */
  readonly lengths: number[];
}

/** A header for values of given lengths; the values are not in it yet. */
export interface RecipeHeader {
  readonly header: Buffer;
  /** [field, offset, length, …] of the identity. */
  readonly identity: readonly number[];
  /** [offset, length, …] of the values. */
  readonly values: readonly number[];
}

export class EditRecipe {
  /** Slot that gives the SOP Instance UID, -1 when the edits leave it. */
  readonly uidSlot: number;
  readonly #header: Buffer;
  readonly #slots: readonly ValueSlot[];
  readonly #fields: readonly LengthField[];
  readonly #identity: readonly number[];

  /**
   * @param header with the edits of the shape in it
   * @param identity [field, offset, length, …] of identity values that the edits leave alone
   * @throws RangeError where the elements are out of order or there twice, or a sequence says UN
   */
  constructor(
    header: Buffer,
    transferSyntax: string,
    shape: EditShape,
    identity: readonly number[],
  ) {
    const { elements } = indexDataset(header, encodingOf(transferSyntax), true);
    const finder = new SlotFinder(header);
    finder.level(shape.compiled.level, elements, datasetCharset(header, elements));
    this.#header = header;
    this.#identity = identity;
    this.#slots = finder.slots;
    this.#fields = finder.fields;
    const uid = findElement(elements, SOP_INSTANCE_UID);
    this.uidSlot = this.#slots.findIndex((slot) => slot.offset === uid?.valueOffset);
  }

  /** What the recipe keeps in memory, roughly. */
  get bytes(): number {
    return this.#header.length + 200 * (this.#slots.length + this.#fields.length);
  }

  /**
   * Encodes the values of a send into `to`; false where they do not fit this recipe (a length that
   * its field cannot say, a VR that follows from the value).
   *
   * @throws DataError `DATA_BAD_VALUE`
   */
  encode(values: readonly SlotValue[], to: EncodedValues): boolean {
    const slots = this.#slots;
    to.values.length = slots.length;
    to.lengths.length = slots.length;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const value = slot === undefined ? undefined : values[slot.value];
      if (slot === undefined || value === undefined) return false;
      if (slot.vr === 'US' && typeof value === 'number' && value < 0) return false;
      const text = asciiText(slot.vr, value, () => nameOf(slot.tag));
      const encoded = text ?? encodeValue(slot.vr, value, slot, nameOf(slot.tag));
      to.values[i] = encoded;
      to.lengths[i] = encoded.length + (encoded.length & 1);
    }
    return true;
  }

  /** Writes an encoded value where it belongs. */
  put(target: Buffer, at: number, slot: number, encoded: EncodedValues): void {
    const value = encoded.values[slot];
    if (value === undefined) return;
    if (typeof value !== 'string') {
      value.copy(target, at);
      return;
    }
    // why: for short texts a loop is quicker than a call into the engine's writers
    const { length } = value;
    if (length <= 64) for (let i = 0; i < length; i++) target[at + i] = value.charCodeAt(i);
    else target.write(value, at, 'latin1');
    if (length % 2 === 1) target[at + length] = padByte(this.#slots[slot]?.vr ?? '');
  }

  /** The header for values of these lengths; null where a length does not fit in its field. */
  build(lengths: readonly number[]): RecipeHeader | null {
    const slots = this.#slots;
    const shifts = this.#shifts(lengths);
    const header = Buffer.allocUnsafe(this.#header.length + (shifts[slots.length] ?? 0));
    const values: number[] = [];
    let from = 0;
    let at = 0;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot === undefined) continue;
      at += this.#header.copy(header, at, from, slot.offset);
      const length = lengths[i] ?? 0;
      values.push(at, length);
      at += length;
      from = slot.offset + slot.length;
    }
    this.#header.copy(header, at, from);
    for (const field of this.#fields) {
      const change = (shifts[field.to] ?? 0) - (shifts[field.from] ?? 0);
      const length = field.length + change;
      if (field.bytes === 2 && length > MAX_SHORT_LENGTH) return null;
      putLength(header, field, field.offset + this.#shiftAt(field.offset, shifts), length);
    }
    return { header, values, identity: this.#movedIdentity(shifts) };
  }

  /** By slot: how much longer the header is before its value. */
  #shifts(lengths: readonly number[]): number[] {
    const shifts = [0];
    let sum = 0;
    this.#slots.forEach((slot, i) => {
      sum += (lengths[i] ?? 0) - slot.length;
      shifts.push(sum);
    });
    return shifts;
  }

  #shiftAt(offset: number, shifts: readonly number[]): number {
    const slots = this.#slots;
    let i = 0;
    while (i < slots.length && (slots[i]?.offset ?? 0) < offset) i++;
    return shifts[i] ?? 0;
  }

  #movedIdentity(shifts: readonly number[]): number[] {
    const moved: number[] = [];
    for (let i = 0; i < this.#identity.length; i += 3) {
      const offset = this.#identity[i + 1] ?? 0;
      const shifted = offset + this.#shiftAt(offset, shifts);
      moved.push(this.#identity[i] ?? 0, shifted, this.#identity[i + 2] ?? 0);
    }
    return moved;
  }
}

function nameOf(tag: number): string {
  return `${keywordOf(tag)} (${tagText(tag)})`;
}

function putLength(header: Buffer, field: LengthField, at: number, length: number): void {
  if (field.bytes === 2) {
    if (field.bigEndian) header.writeUInt16BE(length, at);
    else header.writeUInt16LE(length, at);
  } else if (field.bigEndian) header.writeUInt32BE(length, at);
  else header.writeUInt32LE(length, at);
}

/** Finds the values of a shape in a header that has its edits, in order of offset. */
class SlotFinder {
  readonly slots: ValueSlot[] = [];
  readonly fields: LengthField[] = [];
  readonly #header: Buffer;

  constructor(header: Buffer) {
    this.#header = header;
  }

  level(edits: EditLevel, elements: readonly ElementAt[], charset: Charset): void {
    const groups = new Map<number, [from: number, to: number]>();
    for (const node of edits) {
      const found = elements.filter((one) => one.tag === node.tag);
      const [element] = found;
      const from = this.slots.length;
      if (element === undefined) continue;
      if (found.length > 1) throw new RangeError(`${nameOf(node.tag)}: there are several`);
      if (node.kind === 'set') {
        if (typeof node.value === 'bigint') this.#slot(element, Number(node.value), charset);
      } else if (node.kind === 'items') {
        this.#sequence(element, (at) => node.items[at], charset);
      } else if (node.kind === 'into') {
        this.#sequence(element, (at) => node.at.get(at) ?? node.at.get(EVERY_ITEM), charset);
      }
      const group = node.tag >>> 16;
      groups.set(group, [groups.get(group)?.[0] ?? from, this.slots.length]);
    }
    for (const [group, [from, to]] of groups) {
      const length = findElement(elements, group * 0x10000);
      if (length !== null) this.#groupLength(length, from, to);
    }
  }

  #slot(element: ElementAt, value: number, charset: Charset): void {
    const { tag, valueOffset, length, encoding } = element;
    const { bigEndian, explicit } = encoding;
    const last = this.slots[this.slots.length - 1];
    if (last !== undefined && last.offset > valueOffset) {
      throw new RangeError(`${nameOf(tag)}: elements are not in order of their tags`);
    }
    const vr = vrOfElement(element);
    const from = this.slots.length;
    this.slots.push({ value, tag, vr, charset, bigEndian, offset: valueOffset, length });
    const bytes = explicit && valueOffset - element.offset === 8 ? 2 : 4;
    this.#field({ offset: valueOffset - bytes, bytes, bigEndian, length }, from);
  }

  #sequence(
    element: ElementAt,
    editsOf: (item: number) => EditLevel | undefined,
    charset: Charset,
  ): void {
    const from = this.slots.length;
    element.items?.forEach((item, at) => {
      const edits = editsOf(at);
      if (edits !== undefined) this.#item(item, edits, charset);
    });
    if (element.undefinedLength) return;
    // why: the length of a sequence that says UN is in the encoding of the level around it
    if (element.vr === 'UN') throw new RangeError(`${nameOf(element.tag)}: is a sequence as UN`);
    this.#long(element, from);
  }

  #item(item: ItemAt, edits: EditLevel, charset: Charset): void {
    const from = this.slots.length;
    this.level(edits, item.elements, charsetAt(this.#header, item.elements, charset));
    const { bigEndian } = item.elements[0]?.encoding ?? { bigEndian: false };
    const { valueOffset, length } = item;
    if (!item.undefinedLength) {
      this.#field({ offset: valueOffset - 4, bytes: 4, bigEndian, length }, from);
    }
  }

  #long(element: ElementAt, from: number): void {
    const { valueOffset, length, encoding } = element;
    const { bigEndian } = encoding;
    this.#field({ offset: valueOffset - 4, bytes: 4, bigEndian, length }, from);
  }

  #groupLength(element: ElementAt, from: number, to: number): void {
    const { valueOffset, encoding } = element;
    const { bigEndian } = encoding;
    const length = bigEndian
      ? this.#header.readUInt32BE(valueOffset)
      : this.#header.readUInt32LE(valueOffset);
    this.fields.push({ offset: valueOffset, bytes: 4, bigEndian, length, from, to });
  }

  #field(field: Omit<LengthField, 'from' | 'to'>, from: number): void {
    const to = this.slots.length;
    if (to > from) this.fields.push({ ...field, from, to });
  }
}
