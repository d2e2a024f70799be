// A request of the peer, and the command set of its response (PS3.7 §9.3, §10.3).
import { type CommandValues, encodeCommand, readText, readUint16 } from './command.ts';
import { CommandField, Element, HAS_DATA_SET, NO_DATA_SET, RESPONSE_BIT } from './elements.ts';
import type { IncomingRequest, ResponseFields } from './incoming.ts';

export class Request implements IncomingRequest {
  readonly contextId: number;
  readonly messageId: number;
  readonly commandField: number;
  readonly hasDataset: boolean;
  readonly command: Buffer;
  readonly firstByte: number;
  lastByte = 0;

  constructor(
    contextId: number,
    ids: { messageId: number; commandField: number; hasDataset: boolean },
    command: Buffer,
    firstByte: number,
  ) {
    this.contextId = contextId;
    this.messageId = ids.messageId;
    this.commandField = ids.commandField;
    this.hasDataset = ids.hasDataset;
    this.command = command;
    this.firstByte = firstByte;
  }

  sopClass(): string {
    const affected = this.text(Element.AFFECTED_SOP_CLASS);
    return affected === '' ? this.text(Element.REQUESTED_SOP_CLASS) : affected;
  }

  sopInstance(): string {
    const affected = this.text(Element.AFFECTED_SOP_INSTANCE);
    return affected === '' ? this.text(Element.REQUESTED_SOP_INSTANCE) : affected;
  }

  uint16(element: number): number {
    return readUint16(this.command, 0, this.command.length, element);
  }

  text(element: number): string {
    return readText(this.command, 0, this.command.length, element);
  }
}

const MAX_COMMENT = 64;
const present = (value: number): number | undefined => (value < 0 ? undefined : value);
const filled = (value: string): string | undefined => (value === '' ? undefined : value);

/** As an LO of the default repertoire (PS3.7 Annex C, PS3.5 Table 6.2-1), which may not hold a \. */
function commentOf(text: string): string {
  return text.replace(/[^\x20-\x5b\x5d-\x7e]/g, ' ').slice(0, MAX_COMMENT);
}

/** The response's command set; identifiers of the SOP class and instance come from the request. */
export function encodeResponse(request: IncomingRequest, fields: ResponseFields): Buffer {
  const isAction = request.commandField === CommandField.N_ACTION_RQ;
  const isEvent = request.commandField === CommandField.N_EVENT_REPORT_RQ;
  const values: CommandValues = {
    [Element.AFFECTED_SOP_CLASS]: filled(request.sopClass()),
    [Element.COMMAND_FIELD]: request.commandField | RESPONSE_BIT,
    [Element.MESSAGE_ID_RESPONDED_TO]: request.messageId,
    [Element.DATA_SET_TYPE]: (fields.dataset ?? null) === null ? NO_DATA_SET : HAS_DATA_SET,
    [Element.STATUS]: fields.status,
    [Element.ERROR_COMMENT]: filled(commentOf(fields.errorComment ?? '')),
    [Element.AFFECTED_SOP_INSTANCE]: filled(fields.sopInstance ?? request.sopInstance()),
    [Element.EVENT_TYPE_ID]:
      fields.eventTypeId ?? (isEvent ? present(request.uint16(Element.EVENT_TYPE_ID)) : undefined),
    [Element.ACTION_TYPE_ID]:
      fields.actionTypeId ??
      (isAction ? present(request.uint16(Element.ACTION_TYPE_ID)) : undefined),
    [Element.REMAINING]: fields.remaining,
    [Element.COMPLETED]: fields.completed,
    [Element.FAILED]: fields.failed,
    [Element.WARNING]: fields.warning,
  };
  return encodeCommand(values);
}

/** C-STORE-RSP without detours: the SOP class and instance are copied as they stand. */
export function encodeStoreResponse(request: IncomingRequest, status: number): Buffer {
  return encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: request.text(Element.AFFECTED_SOP_CLASS),
    [Element.COMMAND_FIELD]: CommandField.C_STORE_RQ | RESPONSE_BIT,
    [Element.MESSAGE_ID_RESPONDED_TO]: request.messageId,
    [Element.DATA_SET_TYPE]: NO_DATA_SET,
    [Element.STATUS]: status,
    [Element.AFFECTED_SOP_INSTANCE]: request.text(Element.AFFECTED_SOP_INSTANCE),
  });
}
