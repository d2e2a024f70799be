// Command fields and the elements of a command set (PS3.7 Annex E): group 0000 throughout, so an
// element is named by its element number alone.

export const Element = {
  GROUP_LENGTH: 0x0000,
  AFFECTED_SOP_CLASS: 0x0002,
  REQUESTED_SOP_CLASS: 0x0003,
  COMMAND_FIELD: 0x0100,
  MESSAGE_ID: 0x0110,
  MESSAGE_ID_RESPONDED_TO: 0x0120,
  MOVE_DESTINATION: 0x0600,
  PRIORITY: 0x0700,
  DATA_SET_TYPE: 0x0800,
  STATUS: 0x0900,
  OFFENDING_ELEMENT: 0x0901,
  ERROR_COMMENT: 0x0902,
  ERROR_ID: 0x0903,
  AFFECTED_SOP_INSTANCE: 0x1000,
  REQUESTED_SOP_INSTANCE: 0x1001,
  EVENT_TYPE_ID: 0x1002,
  ATTRIBUTE_IDENTIFIER_LIST: 0x1005,
  ACTION_TYPE_ID: 0x1008,
  REMAINING: 0x1020,
  COMPLETED: 0x1021,
  FAILED: 0x1022,
  WARNING: 0x1023,
  MOVE_ORIGINATOR: 0x1030,
  MOVE_ORIGINATOR_MESSAGE_ID: 0x1031,
} as const;

/** (0000,0100), PS3.7 Table E.1-1. A response has {@link RESPONSE_BIT} set. */
export const CommandField = {
  C_STORE_RQ: 0x0001,
  C_GET_RQ: 0x0010,
  C_FIND_RQ: 0x0020,
  C_MOVE_RQ: 0x0021,
  C_ECHO_RQ: 0x0030,
  N_EVENT_REPORT_RQ: 0x0100,
  N_GET_RQ: 0x0110,
  N_SET_RQ: 0x0120,
  N_ACTION_RQ: 0x0130,
  N_CREATE_RQ: 0x0140,
  N_DELETE_RQ: 0x0150,
  C_CANCEL_RQ: 0x0fff,
} as const;

export const RESPONSE_BIT = 0x8000;
export const NO_DATA_SET = 0x0101; // PS3.7 Table E.1-1, (0000,0800)
export const HAS_DATA_SET = 0x0000; // any other value; DCMTK writes 0000 or 0001

const NAMES: ReadonlyMap<number, string> = new Map([
  [CommandField.C_STORE_RQ, 'C-STORE'],
  [CommandField.C_GET_RQ, 'C-GET'],
  [CommandField.C_FIND_RQ, 'C-FIND'],
  [CommandField.C_MOVE_RQ, 'C-MOVE'],
  [CommandField.C_ECHO_RQ, 'C-ECHO'],
  [CommandField.N_EVENT_REPORT_RQ, 'N-EVENT-REPORT'],
  [CommandField.N_GET_RQ, 'N-GET'],
  [CommandField.N_SET_RQ, 'N-SET'],
  [CommandField.N_ACTION_RQ, 'N-ACTION'],
  [CommandField.N_CREATE_RQ, 'N-CREATE'],
  [CommandField.N_DELETE_RQ, 'N-DELETE'],
  [CommandField.C_CANCEL_RQ, 'C-CANCEL'],
]);

/** Every service by name. */
export const SERVICE_NAMES: readonly string[] = [...NAMES.values()];

/** `C-STORE` for both C-STORE-RQ and C-STORE-RSP; the number in hex when it is none of them. */
export function serviceName(commandField: number): string {
  const known = NAMES.get(commandField & ~RESPONSE_BIT) ?? NAMES.get(commandField);
  return known ?? `command 0x${commandField.toString(16).padStart(4, '0')}`;
}
