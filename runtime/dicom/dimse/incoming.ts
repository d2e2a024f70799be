// A request that arrives on an association. The same for the acceptor's role and for the requestor's
// (C-STORE sub-operations of C-GET, N-EVENT-REPORT).

/** Returned by `RequestHandler.onStoreEnd`: the status follows by `Association.respond`. */
export const REPLY_LATER = -1;

/** A request command set. Its bytes are its own: it may be kept. */
export interface IncomingRequest {
  readonly contextId: number;
  /** (0000,0110) */
  readonly messageId: number;
  /** (0000,0100) */
  readonly commandField: number;
  readonly hasDataset: boolean;
  /** Implicit VR Little Endian. */
  readonly command: Buffer;
  /** `performance.now()` of its first byte, and of its last (0 while the data set arrives). */
  readonly firstByte: number;
  readonly lastByte: number;
  /**
   * A fault on its response, heeded by whoever answers later: ms to wait first, Infinity = no
   * response at all.
   */
  holdMs?: number;
  /** Affected (0000,0002) or requested (0000,0003) SOP class UID. */
  sopClass(): string;
  /** Affected (0000,1000) or requested (0000,1001) SOP instance UID. */
  sopInstance(): string;
  /** A US element of the command set by element number, -1 when absent. */
  uint16(element: number): number;
  /** A text element of the command set by element number, trimmed; '' when absent. */
  text(element: number): string;
}

/** What a response carries beyond its status. */
export interface ResponseFields {
  readonly status: number;
  /** An encoded data set in the context's transfer syntax. */
  readonly dataset?: Buffer | null;
  /** (0000,0902): of a longer text the first 64 characters go, of each that is not ASCII a space. */
  readonly errorComment?: string;
  /** Sub-operation counters of C-MOVE and C-GET. */
  readonly remaining?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly warning?: number;
  /** (0000,1000), when it differs from the request's (N-CREATE). */
  readonly sopInstance?: string;
  /** (0000,1002) of N-EVENT-REPORT, (0000,1008) of N-ACTION: taken from the request by default. */
  readonly eventTypeId?: number;
  readonly actionTypeId?: number;
}
