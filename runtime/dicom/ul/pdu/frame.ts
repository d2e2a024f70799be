// Messages framed into P-DATA-TF PDUs (PS3.8 §9.3.5, Annex E).
import { findElement, readUint16 } from '../../dimse/command.ts';
import { Element } from '../../dimse/elements.ts';
import {
  PDU_HEADER_BYTES,
  PDV_COMMAND,
  PDV_HEADER_BYTES,
  PDV_LAST,
  PDV_OVERHEAD_BYTES,
  PduType,
} from '../constants.ts';
import type { Outgoing } from '../outgoing.ts';

/** Header of a P-DATA-TF with one PDV. */
export const DATA_HEADER_BYTES = PDU_HEADER_BYTES + PDV_HEADER_BYTES;
/** Fragment size towards a peer without a limit. */
const UNLIMITED_FRAGMENT_BYTES = 1_048_576;
/** The smallest maximum length that holds a fragment: PDV header and two bytes. */
export const SMALLEST_MAX_PDU = PDV_HEADER_BYTES + 2;

/** Bytes of a message in one PDU of at most `maxPdu`: always even, DCMTK aborts on odd fragments. */
export function fragmentBytes(maxPdu: number): number {
  if (maxPdu === 0) return UNLIMITED_FRAGMENT_BYTES;
  // The smaller one first: bit operations would make a length from 2 GiB on negative.
  return Math.min(maxPdu - PDV_HEADER_BYTES, UNLIMITED_FRAGMENT_BYTES * 4) & ~1;
}

/** Length on the wire of `bytes` framed for `maxPdu`. */
export function framedBytes(bytes: number, maxPdu: number): number {
  const pdus = Math.max(1, Math.ceil(bytes / fragmentBytes(maxPdu)));
  return bytes + pdus * DATA_HEADER_BYTES;
}

/** Writes the header of a P-DATA-TF with one PDV of `bytes`; returns where its data goes. */
export function writeDataHeader(
  out: Buffer,
  at: number,
  bytes: number,
  pdv: { contextId: number; control: number },
): number {
  out[at] = PduType.P_DATA_TF;
  out[at + 1] = 0;
  out.writeUInt32BE(bytes + PDV_HEADER_BYTES, at + 2);
  out.writeUInt32BE(bytes + PDV_OVERHEAD_BYTES, at + PDU_HEADER_BYTES);
  out[at + PDU_HEADER_BYTES + 4] = pdv.contextId;
  out[at + PDU_HEADER_BYTES + 5] = pdv.control;
  return at + DATA_HEADER_BYTES;
}

function frameInto(
  out: Buffer,
  from: number,
  source: Buffer,
  to: { contextId: number; maxPdu: number; kind: number },
): number {
  const step = fragmentBytes(to.maxPdu);
  let at = from;
  for (let read = 0; read === 0 || read < source.length; read += step) {
    const bytes = Math.min(step, source.length - read);
    const last = read + bytes >= source.length ? PDV_LAST : 0;
    at = writeDataHeader(out, at, bytes, { contextId: to.contextId, control: to.kind | last });
    source.copy(out, at, read, read + bytes);
    at += bytes;
  }
  return at;
}

/** One message, command set and data set (null = none), framed contiguously. */
export function frameMessage(
  contextId: number,
  maxPdu: number,
  command: Buffer,
  dataset: Buffer | null,
): Buffer {
  const commandBytes = framedBytes(command.length, maxPdu);
  const total = commandBytes + (dataset === null ? 0 : framedBytes(dataset.length, maxPdu));
  const out = Buffer.allocUnsafe(total);
  const at = frameInto(out, 0, command, { contextId, maxPdu, kind: PDV_COMMAND });
  if (dataset !== null) frameInto(out, at, dataset, { contextId, maxPdu, kind: 0 });
  return out;
}

function keep(): void {
  // A message of its own buffer has nothing to take back.
}

/** Where a byte of the command set stands once it is framed. */
export function framedOffset(offset: number, maxPdu: number): number {
  return offset + (Math.floor(offset / fragmentBytes(maxPdu)) + 1) * DATA_HEADER_BYTES;
}

/** A message ready for `Association.send`, in a buffer of its own. */
export function toOutgoing(
  contextId: number,
  maxPdu: number,
  command: Buffer,
  dataset: Buffer | null,
): Outgoing {
  const head = frameMessage(contextId, maxPdu, command, dataset);
  const at = findElement(command, 0, command.length, Element.MESSAGE_ID);
  return {
    head,
    messageIdOffset: framedOffset(at, maxPdu),
    commandField: readUint16(command, 0, command.length, Element.COMMAND_FIELD),
    body: null,
    bytes: head.length,
    written: keep,
  };
}
