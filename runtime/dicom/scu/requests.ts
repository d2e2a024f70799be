// Requests of the hot services as messages, made without a data set object.
import { encodeCommand } from '../dimse/command.ts';
import { CommandField, Element, NO_DATA_SET } from '../dimse/elements.ts';
import { SopClass } from '../dimse/uids.ts';
import { toOutgoing } from '../ul/pdu/frame.ts';
import type { Outgoing } from '../ul/outgoing.ts';
import { type MoveOriginator, storeCommand } from './store-command.ts';

export const VERIFICATION_SOP_CLASS = SopClass.VERIFICATION; // PS3.4 Annex A

const ECHO_COMMAND = encodeCommand({
  [Element.AFFECTED_SOP_CLASS]: VERIFICATION_SOP_CLASS,
  [Element.COMMAND_FIELD]: CommandField.C_ECHO_RQ,
  [Element.MESSAGE_ID]: 0,
  [Element.DATA_SET_TYPE]: NO_DATA_SET,
});

/** C-ECHO-RQ (PS3.7 §9.3.5.1). */
export function echoRequest(contextId: number, maxPdu: number): Outgoing {
  return toOutgoing(contextId, maxPdu, ECHO_COMMAND, null);
}

export interface StoreOf {
  readonly sopClass: string;
  readonly sopInstance: string;
  /** C-MOVE sub-operations say on whose behalf (PS3.7 §9.1.1.1.7). */
  readonly originator?: MoveOriginator;
}

/** C-STORE-RQ with a data set that is all in memory, in the context's transfer syntax. */
export function storeRequest(
  contextId: number,
  maxPdu: number,
  store: StoreOf,
  dataset: Buffer,
): Outgoing {
  const { bytes } = storeCommand(store.sopClass, store.sopInstance, store.originator);
  return toOutgoing(contextId, maxPdu, bytes, dataset);
}
