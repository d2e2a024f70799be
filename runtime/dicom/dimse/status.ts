// DIMSE status codes (PS3.7 Annex C, PS3.4 Annexes B, C, K, N) and their classes. What they mean is in
// status-words.ts.

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

/** Four upper-case hex digits, the form of the `status` tag. */
export const statusHex = (status: number): string =>
  status.toString(16).toUpperCase().padStart(4, '0');
