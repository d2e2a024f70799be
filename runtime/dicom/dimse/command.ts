// Command sets, always Implicit VR Little Endian (PS3.7 §6.3.1), written and read flat: no data set
// object in between.
import { Element } from './elements.ts';

/** By element number: US as number, UI/AE/LO as string, AT as list of 32-bit tags. */
export type CommandValues = Readonly<
  Record<number, number | string | readonly number[] | undefined>
>;

const ELEMENT_HEADER_BYTES = 8; // PS3.5 §7.1.3: tag and 4-byte length
const GROUP_LENGTH_BYTES = ELEMENT_HEADER_BYTES + 4;
const US_BYTES = 2;
const AT_BYTES = 4;
const BLANK_PADDED: ReadonlySet<number> = new Set([
  Element.MOVE_DESTINATION,
  Element.MOVE_ORIGINATOR,
  Element.ERROR_COMMENT,
]);

function valueBytes(value: number | string | readonly number[]): number {
  if (typeof value === 'number') return US_BYTES;
  if (typeof value === 'string') return value.length + (value.length & 1);
  return value.length * AT_BYTES;
}

function writeValue(
  out: Buffer,
  at: number,
  element: number,
  value: number | string | readonly number[],
): void {
  if (typeof value === 'number') {
    out.writeUInt16LE(value, at);
  } else if (typeof value === 'string') {
    out.write(value, at, 'latin1');
    if (value.length & 1) out[at + value.length] = BLANK_PADDED.has(element) ? 0x20 : 0;
  } else {
    value.forEach((tag, index) => {
      out.writeUInt16LE(tag >>> 16, at + index * AT_BYTES);
      out.writeUInt16LE(tag & 0xffff, at + index * AT_BYTES + 2);
    });
  }
}

/** Encodes a command set, group length included. Elements come out in ascending order. */
export function encodeCommand(values: CommandValues): Buffer {
  let length = GROUP_LENGTH_BYTES;
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) length += ELEMENT_HEADER_BYTES + valueBytes(value);
  }
  const out = Buffer.allocUnsafe(length);
  out.writeUInt32LE(Element.GROUP_LENGTH, 0);
  out.writeUInt32LE(4, 4);
  out.writeUInt32LE(length - GROUP_LENGTH_BYTES, ELEMENT_HEADER_BYTES);
  let at = GROUP_LENGTH_BYTES;
  // Integer keys of an object enumerate in ascending order.
  for (const key in values) {
    const value = values[key];
    if (value === undefined) continue;
    const element = Number(key);
    const bytes = valueBytes(value);
    out.writeUInt16LE(0, at);
    out.writeUInt16LE(element, at + 2);
    out.writeUInt32LE(bytes, at + 4);
    writeValue(out, at + ELEMENT_HEADER_BYTES, element, value);
    at += ELEMENT_HEADER_BYTES + bytes;
  }
  return out;
}

/** Where the value of an element starts, -1 when it is absent. */
export function findElement(buffer: Buffer, start: number, end: number, element: number): number {
  let at = start;
  while (at + ELEMENT_HEADER_BYTES <= end) {
    const current = buffer.readUInt16LE(at + 2);
    if (current === element && buffer.readUInt16LE(at) === 0) return at + ELEMENT_HEADER_BYTES;
    at += ELEMENT_HEADER_BYTES + buffer.readUInt32LE(at + 4);
  }
  return -1;
}

/** The elements that are there, group length left out, in their order. */
export function elementsIn(buffer: Buffer, start: number, end: number): number[] {
  const found: number[] = [];
  let at = start;
  while (at + ELEMENT_HEADER_BYTES <= end) {
    const element = buffer.readUInt16LE(at + 2);
    if (element !== Element.GROUP_LENGTH && buffer.readUInt16LE(at) === 0) found.push(element);
    at += ELEMENT_HEADER_BYTES + buffer.readUInt32LE(at + 4);
  }
  return found;
}

/** A US element, -1 when absent or of another length. */
export function readUint16(buffer: Buffer, start: number, end: number, element: number): number {
  const at = findElement(buffer, start, end, element);
  if (at < 0 || at + US_BYTES > end || buffer.readUInt32LE(at - 4) !== US_BYTES) return -1;
  return buffer.readUInt16LE(at);
}

/** A text or UID element without its padding, '' when absent. */
export function readText(buffer: Buffer, start: number, end: number, element: number): string {
  const at = findElement(buffer, start, end, element);
  if (at < 0) return '';
  let stop = Math.min(end, at + buffer.readUInt32LE(at - 4));
  while (stop > at && (buffer[stop - 1] === 0 || buffer[stop - 1] === 0x20)) stop -= 1;
  return buffer.toString('latin1', at, stop);
}

/** @internal An AT element as 32-bit tags. */
export function readTags(buffer: Buffer, start: number, end: number, element: number): number[] {
  const at = findElement(buffer, start, end, element);
  if (at < 0) return [];
  const stop = Math.min(end, at + buffer.readUInt32LE(at - 4));
  const tags: number[] = [];
  for (let i = at; i + AT_BYTES <= stop; i += AT_BYTES) {
    tags.push(buffer.readUInt16LE(i) * 0x10000 + buffer.readUInt16LE(i + 2));
  }
  return tags;
}

/** What routing a message needs of its command set; -1 = absent. */
export interface CommandScan {
  commandField: number;
  messageId: number;
  respondedTo: number;
  dataSetType: number;
  status: number;
}

/**
 * Reads it in one pass. False when the bytes are no command set.
 *
 * Elements of another group do not belong there (PS3.7 §6.3.1) and are passed over after those that do:
 * Orthanc ends a C-GET of which something failed with the Failed SOP Instance UID List (0008,0058) in
 * the command, and what it says of the operation is good all the same.
 */
export function scanCommand(buffer: Buffer, start: number, end: number, out: CommandScan): boolean {
  out.commandField = -1;
  out.messageId = -1;
  out.respondedTo = -1;
  out.dataSetType = -1;
  out.status = -1;
  let at = start;
  while (at + ELEMENT_HEADER_BYTES <= end) {
    const length = buffer.readUInt32LE(at + 4);
    const next = at + ELEMENT_HEADER_BYTES + length;
    if (next > end) return false;
    if (buffer.readUInt16LE(at) === 0) {
      if (length === US_BYTES) scanElement(buffer, at, out);
    } else if (out.commandField < 0) {
      return false;
    }
    at = next;
  }
  return at === end && out.commandField >= 0;
}

function scanElement(buffer: Buffer, at: number, out: CommandScan): void {
  const value = buffer.readUInt16LE(at + ELEMENT_HEADER_BYTES);
  switch (buffer.readUInt16LE(at + 2)) {
    case Element.COMMAND_FIELD:
      out.commandField = value;
      break;
    case Element.MESSAGE_ID:
      out.messageId = value;
      break;
    case Element.MESSAGE_ID_RESPONDED_TO:
      out.respondedTo = value;
      break;
    case Element.DATA_SET_TYPE:
      out.dataSetType = value;
      break;
    case Element.STATUS:
      out.status = value;
      break;
  }
}
