// Messages that the association makes itself: responses, and C-CANCEL.
import { encodeCommand, findElement } from '../dimse/command.ts';
import { CommandField, Element, NO_DATA_SET, RESPONSE_BIT } from '../dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import type { Pending } from '../dimse/pending.ts';
import { encodeResponse, encodeStoreResponse } from '../dimse/request.ts';
import { PDV_COMMAND, PDV_LAST, UID_MAX_BYTES } from './constants.ts';
import { DATA_HEADER_BYTES, fragmentBytes, toOutgoing, writeDataHeader } from './pdu/frame.ts';
import type { Outgoing } from './outgoing.ts';

const ELEMENT_HEADER_BYTES = 8; // PS3.5 §7.1.3
const GROUP_LENGTH_BYTES = ELEMENT_HEADER_BYTES + 4;
/** Group length, four US elements, and the headers of two UIDs. */
const STORE_RESPONSE_FIXED_BYTES =
  GROUP_LENGTH_BYTES + 4 * (ELEMENT_HEADER_BYTES + 2) + 2 * ELEMENT_HEADER_BYTES;

export function responseMessage(
  request: IncomingRequest,
  fields: ResponseFields,
  maxPdu: number,
): Outgoing {
  const command = encodeResponse(request, fields);
  return toOutgoing(request.contextId, maxPdu, command, fields.dataset ?? null);
}

/**
 * C-STORE-RSP: the one response that comes thousands of times a second, so it is written straight
 * into its P-DATA-TF, with the UIDs copied as they stand in the request.
 */
export function storeResponse(request: IncomingRequest, status: number, maxPdu: number): Outgoing {
  const { command } = request;
  const sopClass = findElement(command, 0, command.length, Element.AFFECTED_SOP_CLASS);
  const sopInstance = findElement(command, 0, command.length, Element.AFFECTED_SOP_INSTANCE);
  const classBytes = sopClass < 0 ? 0 : command.readUInt32LE(sopClass - 4);
  const instanceBytes = sopInstance < 0 ? 0 : command.readUInt32LE(sopInstance - 4);
  const bytes = STORE_RESPONSE_FIXED_BYTES + classBytes + instanceBytes;
  const usual = sopClass > 0 && classBytes <= UID_MAX_BYTES && sopInstance > 0;
  if (!usual || instanceBytes > UID_MAX_BYTES || bytes > fragmentBytes(maxPdu)) {
    return toOutgoing(request.contextId, maxPdu, encodeStoreResponse(request, status), null);
  }
  const head = Buffer.allocUnsafe(DATA_HEADER_BYTES + bytes);
  const pdv = { contextId: request.contextId, control: PDV_COMMAND | PDV_LAST };
  let at = writeDataHeader(head, 0, bytes, pdv);
  at = putElement(head, at, Element.GROUP_LENGTH, 4);
  head.writeUInt32LE(bytes - GROUP_LENGTH_BYTES, at - 4);
  at = putElement(head, at, Element.AFFECTED_SOP_CLASS, classBytes);
  command.copy(head, at - classBytes, sopClass, sopClass + classBytes);
  at = putUint16(head, at, Element.COMMAND_FIELD, CommandField.C_STORE_RQ | RESPONSE_BIT);
  at = putUint16(head, at, Element.MESSAGE_ID_RESPONDED_TO, request.messageId);
  at = putUint16(head, at, Element.DATA_SET_TYPE, NO_DATA_SET);
  at = putUint16(head, at, Element.STATUS, status);
  at = putElement(head, at, Element.AFFECTED_SOP_INSTANCE, instanceBytes);
  command.copy(head, at - instanceBytes, sopInstance, sopInstance + instanceBytes);
  const commandField = CommandField.C_STORE_RQ | RESPONSE_BIT;
  return { head, messageIdOffset: 0, commandField, body: null, bytes: head.length, written };
}

/** Header of an element of group 0000; returns where the next one begins. */
function putElement(out: Buffer, at: number, element: number, bytes: number): number {
  out.writeUInt32LE(element * 0x10000, at);
  out.writeUInt32LE(bytes, at + 4);
  return at + ELEMENT_HEADER_BYTES + bytes;
}

function putUint16(out: Buffer, at: number, element: number, value: number): number {
  const next = putElement(out, at, element, 2);
  out.writeUInt16LE(value, next - 2);
  return next;
}

function written(): void {
  // The buffer is the message's own.
}

/** PS3.7 §9.3.2.3: no message ID of its own, and no response. */
export function cancelMessage(pending: Pending, maxPdu: number): Outgoing {
  const command = encodeCommand({
    [Element.COMMAND_FIELD]: CommandField.C_CANCEL_RQ,
    [Element.MESSAGE_ID_RESPONDED_TO]: pending.messageId,
    [Element.DATA_SET_TYPE]: NO_DATA_SET,
  });
  return toOutgoing(pending.contextId, maxPdu, command, null);
}
