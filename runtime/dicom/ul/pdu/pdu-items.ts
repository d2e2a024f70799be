// Reads fields and items by the tables of `pdu-fields.ts`; knows no PDU.
import { AE_TITLE_BYTES, ITEM_HEADER_BYTES } from '../constants.ts';
import { type Field, ITEM_LAYOUTS, type Layout } from './pdu-fields.ts';

export type FieldValue = number | string | Uint8Array | readonly string[];

/** A PDU or item: its fields by name, and the items in it, in order. */
export interface Node {
  readonly type: number;
  readonly values: Readonly<Record<string, FieldValue>>;
  readonly items: readonly Node[];
}

/** Bytes that are no valid PDU; `at` counts from the start of the PDU's body. */
export class PduError extends Error {
  readonly at: number;
  readonly clause: string;

  constructor(message: string, at: number, clause: string) {
    super(message);
    this.name = 'PduError';
    this.at = at;
    this.clause = clause;
  }
}

/** Bytes `start` to `end` of a buffer. */
export interface Span {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

interface Cursor {
  readonly buffer: Buffer;
  at: number;
  readonly end: number;
}

const trimmed = (text: string): string => text.replace(/[\0 ]+$/, '').replace(/^ +/, '');

function take(cursor: Cursor, bytes: number, layout: Layout): number {
  const at = cursor.at;
  if (at + bytes > cursor.end) {
    const left = cursor.end - at;
    throw new PduError(
      `${layout.name} is too short: ${bytes} bytes wanted, ${left} left`,
      at,
      layout.clause,
    );
  }
  cursor.at = at + bytes;
  return at;
}

function readUid16(cursor: Cursor, layout: Layout): string {
  const length = cursor.buffer.readUInt16BE(take(cursor, 2, layout));
  const at = take(cursor, length, layout);
  return trimmed(cursor.buffer.toString('latin1', at, at + length));
}

function readUids(cursor: Cursor, layout: Layout): string[] {
  const length = cursor.buffer.readUInt16BE(take(cursor, 2, layout));
  const inner: Cursor = {
    buffer: cursor.buffer,
    at: cursor.at,
    end: take(cursor, length, layout) + length,
  };
  const uids: string[] = [];
  while (inner.at < inner.end) uids.push(readUid16(inner, layout));
  return uids;
}

function readField(cursor: Cursor, field: Field, layout: Layout): FieldValue {
  const { buffer } = cursor;
  switch (field.codec) {
    case 'u8':
      return buffer.readUInt8(take(cursor, 1, layout));
    case 'u16':
      return buffer.readUInt16BE(take(cursor, 2, layout));
    case 'u32':
      return buffer.readUInt32BE(take(cursor, 4, layout));
    case 'skip':
      return take(cursor, field.length ?? 0, layout);
    case 'ae': {
      const at = take(cursor, AE_TITLE_BYTES, layout);
      return trimmed(buffer.toString('latin1', at, at + AE_TITLE_BYTES));
    }
    case 'uid':
    case 'text': {
      const at = take(cursor, cursor.end - cursor.at, layout);
      return trimmed(buffer.toString('latin1', at, cursor.end));
    }
    case 'bytes':
      return Buffer.from(buffer.subarray(take(cursor, cursor.end - cursor.at, layout), cursor.end));
    case 'uid16':
      return readUid16(cursor, layout);
    case 'bytes16': {
      const length = buffer.readUInt16BE(take(cursor, 2, layout));
      const at = take(cursor, length, layout);
      return Buffer.from(buffer.subarray(at, at + length));
    }
    case 'uids16':
      return readUids(cursor, layout);
  }
}

/** Reads the body of a PDU or item. Items of unknown type are skipped (PS3.8 §9.3.1). */
export function readNode(type: number, layout: Layout, span: Span): Node {
  const { buffer, end } = span;
  const cursor: Cursor = { buffer, at: span.start, end };
  const values: Record<string, FieldValue> = {};
  for (const field of layout.fields) {
    const value = readField(cursor, field, layout);
    if (field.codec !== 'skip') values[field.name] = value;
  }
  const items: Node[] = [];
  while (layout.items === true && cursor.at < end) {
    const at = take(cursor, ITEM_HEADER_BYTES, layout);
    const itemType = buffer.readUInt8(at);
    const length = buffer.readUInt16BE(at + 2);
    const body = take(cursor, length, ITEM_LAYOUTS[itemType] ?? layout);
    const inner = ITEM_LAYOUTS[itemType];
    if (inner !== undefined)
      items.push(readNode(itemType, inner, { buffer, start: body, end: body + length }));
  }
  return { type, values, items };
}
