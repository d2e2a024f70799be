// Writes fields and items by the tables of `pdu-fields.ts`, one after the other into one buffer.
import { AE_TITLE_BYTES, ITEM_HEADER_BYTES, PDU_HEADER_BYTES } from '../constants.ts';
import { type Field, ITEM_LAYOUTS, type Layout } from './pdu-fields.ts';
import type { FieldValue, Node } from './pdu-items.ts';

const FIRST_BYTES = 4096;
/** Lengths of items are 16 bit (PS3.8 §9.3.1). */
const MOST_ITEM_BYTES = 0xffff;

const text = (value: FieldValue | undefined): string => (typeof value === 'string' ? value : '');
const octets = (value: FieldValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array();

/** Where the bytes are put together; it grows, and is used again for the next PDU. */
class Writer {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = 0;

  /** A whole PDU, in a buffer of its own. */
  pdu(layout: Layout, node: Node): Buffer {
    this.#at = 0;
    this.#number(node.type, 1);
    this.#zeros(PDU_HEADER_BYTES - 1);
    this.#node(layout, node);
    this.#buffer.writeUInt32BE(this.#at - PDU_HEADER_BYTES, 2);
    return Buffer.from(this.#buffer.subarray(0, this.#at));
  }

  /** The body of a PDU or item: fields, then items with their headers. */
  #node(layout: Layout, node: Node): void {
    for (const field of layout.fields) this.#field(field, node.values[field.name]);
    for (const item of node.items) this.#item(item);
  }

  #item(item: Node): void {
    const layout = ITEM_LAYOUTS[item.type];
    if (layout === undefined) throw new RangeError(`no layout for item type ${item.type}`);
    this.#number(item.type, 1);
    this.#zeros(ITEM_HEADER_BYTES - 1);
    const start = this.#at;
    this.#node(layout, item);
    const bytes = this.#at - start;
    if (bytes > MOST_ITEM_BYTES)
      throw new RangeError(
        `${layout.name} of ${bytes} bytes, at most ${MOST_ITEM_BYTES} (${layout.clause})`,
      );
    this.#buffer.writeUInt16BE(bytes, start - 2);
  }

  #field(field: Field, value: FieldValue | undefined): void {
    switch (field.codec) {
      case 'u8':
        return this.#number(value, 1);
      case 'u16':
        return this.#number(value, 2);
      case 'u32':
        return this.#number(value, 4);
      case 'skip':
        return this.#zeros(field.length ?? 0);
      case 'ae':
        return this.#latin1(text(value).padEnd(AE_TITLE_BYTES).slice(0, AE_TITLE_BYTES));
      case 'uid':
      case 'text':
        return this.#latin1(text(value));
      case 'bytes':
        return this.#bytes(octets(value));
      case 'uid16':
        return this.#behindLength(() => this.#latin1(text(value)));
      case 'bytes16':
        return this.#behindLength(() => this.#bytes(octets(value)));
      case 'uids16':
        return this.#behindLength(() => this.#uids(value));
    }
  }

  #uids(value: FieldValue | undefined): void {
    const list = Array.isArray(value) ? (value as readonly string[]) : [];
    for (const uid of list) this.#behindLength(() => this.#latin1(uid));
  }

  /** A 2-byte length, and what it counts. */
  #behindLength(write: () => void): void {
    const at = this.#reserve(2);
    write();
    this.#buffer.writeUInt16BE(this.#at - at - 2, at);
  }

  #number(value: FieldValue | undefined, bytes: number): void {
    const at = this.#reserve(bytes);
    this.#buffer.writeUIntBE(typeof value === 'number' ? value : 0, at, bytes);
  }

  #zeros(bytes: number): void {
    const at = this.#reserve(bytes);
    this.#buffer.fill(0, at, this.#at);
  }

  #latin1(value: string): void {
    const at = this.#reserve(value.length);
    this.#buffer.write(value, at, 'latin1');
  }

  #bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  /** Makes room for `bytes` more; returns where they go. */
  #reserve(bytes: number): number {
    const at = this.#at,
      buffer = this.#buffer;
    this.#at = at + bytes;
    if (this.#at > buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(this.#at, 2 * buffer.length));
      buffer.copy(this.#buffer, 0, 0, at);
    }
    return at;
  }
}

const writer = new Writer();

/**
 * A PDU with its header, in a buffer of its own.
 * @throws RangeError for an item longer than its length field can say.
 */
export const writePdu = (layout: Layout, node: Node): Buffer => writer.pdu(layout, node);
