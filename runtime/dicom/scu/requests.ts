// Requests of the hot services as messages, made without a data set object.
import { encodeCommand } from '../dimse/command.ts';
import { CommandField, Element, HAS_DATA_SET, NO_DATA_SET, Priority } from '../dimse/elements.ts';
import { toOutgoing } from '../ul/frame.ts';
import type { Outgoing } from '../ul/outgoing.ts';

export const VERIFICATION_SOP_CLASS = '1.2.840.10008.1.1'; // PS3.4 Annex A

/** C-ECHO-RQ (PS3.7 §9.3.5.1). */
export function echoRequest(contextId: number, maxPdu: number): Outgoing {
  const command = encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: VERIFICATION_SOP_CLASS,
    [Element.COMMAND_FIELD]: CommandField.C_ECHO_RQ,
    [Element.MESSAGE_ID]: 0,
    [Element.DATA_SET_TYPE]: NO_DATA_SET,
  });
  return toOutgoing(contextId, maxPdu, command, null);
}

export interface StoreCommand {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly priority?: number;
  /** C-MOVE sub-operations say on whose behalf (PS3.7 §9.1.1.1.7). */
  readonly moveOriginator?: string;
  readonly moveOriginatorMessageId?: number;
}

/** Command set of a C-STORE-RQ (PS3.7 §9.3.1.1); message ID 0 until it is sent. */
export function storeCommand(store: StoreCommand): Buffer {
  return encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: store.sopClass,
    [Element.COMMAND_FIELD]: CommandField.C_STORE_RQ,
    [Element.MESSAGE_ID]: 0,
    [Element.PRIORITY]: store.priority ?? Priority.MEDIUM,
    [Element.DATA_SET_TYPE]: HAS_DATA_SET,
    [Element.AFFECTED_SOP_INSTANCE]: store.sopInstance,
    [Element.MOVE_ORIGINATOR]: store.moveOriginator,
    [Element.MOVE_ORIGINATOR_MESSAGE_ID]: store.moveOriginatorMessageId,
  });
}

/** C-STORE-RQ with a data set that is all in memory, in the context's transfer syntax. */
export function storeRequest(
  contextId: number,
  maxPdu: number,
  store: StoreCommand,
  dataset: Buffer,
): Outgoing {
  return toOutgoing(contextId, maxPdu, storeCommand(store), dataset);
}
