// Pads odd value lengths of a data set (PS3.5 §7.1.1), for files that peers abort on.
import {
  type ElementAt,
  indexDataset,
  ITEM,
  SEQUENCE_DELIMITER,
  UNDEFINED_LENGTH,
} from './element-index.ts';
import { isTextVr } from './element-value.ts';
import { type Encoding, encodingOf } from './transfer-syntax.ts';

/** The data set with every odd value padded; enclosing lengths follow. */
export function padOddDataset(bytes: Buffer, transferSyntax: string): Buffer {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated)
    return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(0)]);
  const { elements } = indexDataset(bytes, encoding);
  return Buffer.concat(elements.flatMap((element) => padElement(bytes, element, encoding)));
}

function padElement(bytes: Buffer, element: ElementAt, outer: Encoding): Buffer[] {
  const { offset, valueOffset, length, end, items, undefinedLength } = element;
  if (items === null) {
    if (undefinedLength) return padFragments(bytes, element, outer);
    const whole = bytes.subarray(offset, end);
    if (length % 2 === 0) return [whole];
    const header = withLength(bytes.subarray(offset, valueOffset), length + 1, outer);
    const pad = isTextVr(element.vr) && element.vr !== 'UI' ? 0x20 : 0;
    return [header, bytes.subarray(valueOffset, end), Buffer.of(pad)];
  }
  const pieces: Buffer[] = [];
  for (const item of items) {
    const inner = item.elements.flatMap((one) => padElement(bytes, one, element.encoding));
    const head = bytes.subarray(item.offset, item.valueOffset);
    const size = sum(inner);
    pieces.push(item.undefinedLength ? head : withLength(head, size, element.encoding), ...inner);
    if (item.undefinedLength) pieces.push(bytes.subarray(item.end - 8, item.end));
  }
  const head = bytes.subarray(offset, valueOffset);
  if (undefinedLength) return [head, ...pieces, bytes.subarray(end - 8, end)];
  return [withLength(head, sum(pieces), outer), ...pieces];
}

/** Fragments of encapsulated pixel data (PS3.5 A.4): even lengths too. */
function padFragments(bytes: Buffer, element: ElementAt, encoding: Encoding): Buffer[] {
  const pieces = [bytes.subarray(element.offset, element.valueOffset)];
  let at = element.valueOffset;
  const last = element.valueOffset + element.length;
  while (at < last) {
    const length = bytes.readUInt32LE(at + 4);
    const head = bytes.subarray(at, at + 8);
    const odd = length % 2;
    pieces.push(odd === 0 ? head : withLength(head, length + 1, encoding));
    pieces.push(bytes.subarray(at + 8, at + 8 + length));
    if (odd === 1) pieces.push(Buffer.of(0));
    at += 8 + length;
  }
  pieces.push(bytes.subarray(last, element.end));
  return pieces;
}

function sum(pieces: readonly Buffer[]): number {
  return pieces.reduce((total, piece) => total + piece.length, 0);
}

/** A header with another length in its last field. */
function withLength(header: Buffer, length: number, encoding: Encoding): Buffer {
  const copy = Buffer.from(header);
  const { bigEndian } = encoding;
  const tag = bigEndian
    ? copy.readUInt16BE(0) * 0x10000 + copy.readUInt16BE(2)
    : copy.readUInt16LE(0) * 0x10000 + copy.readUInt16LE(2);
  const wide =
    copy.length === 12 || !encoding.explicit || tag === ITEM || tag === SEQUENCE_DELIMITER;
  const at = copy.length - (wide ? 4 : 2);
  if (wide && bigEndian) copy.writeUInt32BE(length % UNDEFINED_LENGTH, at);
  else if (wide) copy.writeUInt32LE(length % UNDEFINED_LENGTH, at);
  else if (bigEndian) copy.writeUInt16BE(length, at);
  else copy.writeUInt16LE(length, at);
  return copy;
}
