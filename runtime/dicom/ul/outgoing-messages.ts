// Messages that the association makes itself: responses, and C-CANCEL.
import { encodeCommand } from '../dimse/command.ts';
import { CommandField, Element, NO_DATA_SET } from '../dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import type { Pending } from '../dimse/pending.ts';
import { encodeResponse, encodeStoreResponse } from '../dimse/request.ts';
import { toOutgoing } from './frame.ts';
import type { Outgoing } from './outgoing.ts';

export function responseMessage(
  request: IncomingRequest,
  fields: ResponseFields,
  maxPdu: number,
): Outgoing {
  const command = encodeResponse(request, fields);
  return toOutgoing(request.contextId, maxPdu, command, fields.dataset ?? null);
}

export function storeResponse(request: IncomingRequest, status: number, maxPdu: number): Outgoing {
  return toOutgoing(request.contextId, maxPdu, encodeStoreResponse(request, status), null);
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
