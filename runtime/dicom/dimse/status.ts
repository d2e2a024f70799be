// DIMSE status codes (PS3.7 Annex C, PS3.4 Annexes B, C, K, N): classes and names.

export const Status = {
  SUCCESS: 0x0000,
  CANCEL: 0xfe00,
  PENDING: 0xff00,
  PENDING_WARNING: 0xff01,
  ATTRIBUTE_LIST_ERROR: 0x0107,
  SOP_CLASS_NOT_SUPPORTED: 0x0122,
  CLASS_INSTANCE_CONFLICT: 0x0119,
  DUPLICATE_SOP_INSTANCE: 0x0111,
  DUPLICATE_INVOCATION: 0x0210,
  INVALID_ARGUMENT_VALUE: 0x0115,
  INVALID_ATTRIBUTE_VALUE: 0x0106,
  INVALID_OBJECT_INSTANCE: 0x0117,
  MISSING_ATTRIBUTE: 0x0120,
  MISSING_ATTRIBUTE_VALUE: 0x0121,
  MISTYPED_ARGUMENT: 0x0212,
  NO_SUCH_ACTION: 0x0123,
  NO_SUCH_ARGUMENT: 0x0114,
  NO_SUCH_ATTRIBUTE: 0x0105,
  NO_SUCH_EVENT_TYPE: 0x0113,
  NO_SUCH_SOP_INSTANCE: 0x0112,
  NO_SUCH_SOP_CLASS: 0x0118,
  NOT_AUTHORIZED: 0x0124,
  PROCESSING_FAILURE: 0x0110,
  RESOURCE_LIMITATION: 0x0213,
  UNRECOGNIZED_OPERATION: 0x0211,
  OUT_OF_RESOURCES: 0xa700,
  OUT_OF_RESOURCES_MATCHES: 0xa701,
  OUT_OF_RESOURCES_SUB_OPERATIONS: 0xa702,
  MOVE_DESTINATION_UNKNOWN: 0xa801,
  DATA_SET_MISMATCH: 0xa900,
  CANNOT_UNDERSTAND: 0xc000,
  SUB_OPERATIONS_FAILED: 0xb000,
} as const;

/** Classes of PS3.7 Annex C. */
export type StatusClass = 'success' | 'pending' | 'warning' | 'failure' | 'cancelled';

/** Class of a status (PS3.7 Table C-1); 0x0001, 0x0107, 0x0116 and Bxxx are warnings. */
export function statusClass(status: number): StatusClass {
  if (status === Status.SUCCESS) return 'success';
  if (status === Status.PENDING || status === Status.PENDING_WARNING) return 'pending';
  if (status === Status.CANCEL) return 'cancelled';
  const warning = status === 0x0001 || status === 0x0107 || status === 0x0116;
  return warning || status >> 12 === 0xb ? 'warning' : 'failure';
}

/** Names of statuses, in the standard's words. */
export const STATUS_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [0x0000, 'success'],
  [0x0105, 'no such attribute'],
  [0x0106, 'invalid attribute value'],
  [0x0107, 'attribute list error'],
  [0x0110, 'processing failure'],
  [0x0111, 'duplicate SOP instance'],
  [0x0112, 'no such SOP instance'],
  [0x0113, 'no such event type'],
  [0x0114, 'no such argument'],
  [0x0115, 'invalid argument value'],
  [0x0116, 'attribute value out of range'],
  [0x0117, 'invalid object instance'],
  [0x0118, 'no such SOP class'],
  [0x0119, 'class-instance conflict'],
  [0x0120, 'missing attribute'],
  [0x0121, 'missing attribute value'],
  [0x0122, 'SOP class not supported'],
  [0x0123, 'no such action'],
  [0x0124, 'not authorized'],
  [0x0131, 'failed: procedure step may no longer be updated'],
  [0x0210, 'duplicate invocation'],
  [0x0211, 'unrecognized operation'],
  [0x0212, 'mistyped argument'],
  [0x0213, 'resource limitation'],
  [0xa700, 'out of resources'],
  [0xa701, 'out of resources: unable to calculate number of matches'],
  [0xa702, 'out of resources: unable to perform sub-operations'],
  [0xa801, 'move destination unknown'],
  [0xa900, 'data set does not match SOP class'],
  [0xb000, 'coercion of data elements, or sub-operations with failures or warnings'],
  [0xb006, 'elements discarded'],
  [0xb007, 'data set does not match SOP class (warning)'],
  [0xc000, 'cannot understand, or unable to process'],
  [0xfe00, 'cancelled'],
  [0xff00, 'pending'],
  [0xff01, 'pending, optional keys not supported'],
]);

/** What to try about a status; those of a range (A7xx, A9xx, Cxxx) by its head. */
export const STATUS_HINTS: ReadonlyMap<number, string> = new Map<number, string>([
  [
    0x0106,
    'the peer refuses the value of an attribute: its log names it, `dicomrun dump` shows it',
  ],
  [0x0110, "look into the peer's log at this time; often a full disk or its database"],
  [0x0111, 'the instance is there already: send fresh ones, without asIs()'],
  [0x0112, 'the peer does not know that instance: create or store it first'],
  [0x0117, 'the SOP Instance UID is malformed'],
  [0x0118, 'the peer does not support that SOP class'],
  [0x0119, 'the SOP Instance UID belongs to another SOP class there'],
  [0x0120, "give the attribute that the peer's error comment names"],
  [0x0122, 'the peer does not support that SOP class'],
  [0x0124, 'the peer does not allow this to our AE title, or without user identity'],
  [0x0210, 'a message ID was used twice at a time'],
  [0x0211, 'the peer does not know that operation on this SOP class'],
  [0x0213, 'the peer is at its limit: fewer VUs, or a slower pace'],
  [0xa700, 'the peer is out of resources: its disk, its database, or too much at a time'],
  [0xa701, 'the query matches too much: more specific keys'],
  [0xa702, 'the peer cannot reach the destination, or is out of resources'],
  [0xa801, 'register the destination AE title, with its address, at the peer'],
  [0xa900, 'the data set is not what its SOP class says: `dicomrun dump` shows it'],
  [0xb000, "the peer changed elements on arrival: its log, or the receiver's differences"],
  [0xc000, 'the peer cannot parse the data set: `dicomrun dump` it; look into its log'],
  [0xfe00, 'cancelled, by the script or by --limit'],
]);

/** What to try about a status, null where nothing general can be said. */
export function statusHint(status: number): string | null {
  const range = status >> 12 === 0xc ? 0xc000 : status & 0xff00;
  const ranged = range === 0xa700 || range === 0xa900 || range === 0xc000;
  return STATUS_HINTS.get(status) ?? (ranged ? STATUS_HINTS.get(range) : undefined) ?? null;
}

/** A status in the standard's words; ranges (A7xx, A9xx, Bxxx, Cxxx) by their head. */
export function statusName(status: number): string {
  const exact = STATUS_NAMES.get(status);
  if (exact !== undefined) return exact;
  const head = status & 0xff00;
  if (head === 0xa700 || head === 0xa900) return STATUS_NAMES.get(head) ?? '';
  if (status >> 12 === 0xc) return 'cannot understand, or unable to process';
  if (status >> 12 === 0xb) return 'warning';
  return statusClass(status);
}

/** Four upper-case hex digits, the form of the `status` tag. */
export const statusHex = (status: number): string =>
  status.toString(16).toUpperCase().padStart(4, '0');
