// DIMSE status codes (PS3.7 Annex C, PS3.4 Annexes B, C, K, N) and their classes. What they mean is in
// status-words.ts.

export { statusClass } from '../../../api/abi.ts';

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

/** Four upper-case hex digits, the form of the `status` tag. */
export const statusHex = (status: number): string =>
  status.toString(16).toUpperCase().padStart(4, '0');

/** More responses follow: pending, or pending without some optional keys (PS3.4 C.4.1.1.4). */
export function isPending(status: number): boolean {
  return status === Status.PENDING || status === Status.PENDING_WARNING;
}
