// An outstanding request and its replies (PS3.7 §6.3.1): objects that the caller owns and reuses, so
// that an operation costs no promise and no closure.
import type { Failure } from '../errors.ts';

/**
 * A response, one object per thread: valid during the call only, copy what you keep.
 */
export interface Reply {
  /** (0000,0900) */
  readonly status: number;
  /** True for 0xFF00 and 0xFF01: more responses follow. */
  readonly pending: boolean;
  /** (0000,0120) */
  readonly messageId: number;
  /** (0000,0100) of the response, e.g. 0x8001. */
  readonly commandField: number;
  readonly contextId: number;
  /** A data set came with it; its bytes went to {@link Pending.onData} before. */
  readonly hasDataset: boolean;
  /** The command set, Implicit VR Little Endian, in `command.subarray(start, end)`. */
  readonly command: Buffer;
  readonly start: number;
  readonly end: number;
  /** A US element of the command set by tag (group 0000 element), -1 when absent. */
  uint16(element: number): number;
  /** A text or UID element of the command set, trimmed; '' when absent. */
  text(element: number): string;
}

/**
 * The caller's side of one request. The association writes the fields and calls the methods; the
 * same object may be used again after the final reply or the failure.
 *
 * Times are `performance.now()` ms, stamped in the socket path; 0 = not yet.
 */
export interface Pending {
  /** (0000,0110) given by the association. */
  messageId: number;
  /** (0000,0100) of the request: what its response must answer. */
  commandField: number;
  /** Presentation context it was sent on. */
  contextId: number;
  /** First byte handed to the socket. */
  sendStart: number;
  /** Last byte taken by the kernel. */
  sendEnd: number;
  /** First byte of the first reply. */
  firstByte: number;
  /** Last byte of the latest reply. */
  lastByte: number;
  /** True where the service has pending responses: C-FIND, C-MOVE, C-GET (PS3.7 §9.1). */
  readonly mayPend?: boolean;
  /** Limit of its own in place of the association's response timeout, ms; 0 = never. */
  readonly responseMs?: number | undefined;
  /** A complete reply. Unless `reply.pending`, it is the last call. */
  onReply(reply: Reply): void;
  /** A piece of the data set of a reply, before its `onReply`; valid during the call only. */
  onData?(buffer: Buffer, start: number, end: number): void;
  /** No answer is possible any more; the last call. */
  onFailure(failure: Failure): void;
}

/** What an association writes of a request; whoever sends one extends it. */
export abstract class PendingRequest implements Pending {
  messageId = 0;
  commandField = 0;
  contextId = 0;
  sendStart = 0;
  sendEnd = 0;
  firstByte = 0;
  lastByte = 0;
  abstract onReply(reply: Reply): void;
  abstract onFailure(failure: Failure): void;
}
