// A message on its way out: bytes that are already P-DATA-TF PDUs, so that sending is one write.
import type { Trace } from '../trace.ts';
import { PDV_LAST } from './constants.ts';
import { DATA_HEADER_BYTES } from './pdu/frame.ts';

const PDV_LENGTH_OFFSET = 6; // PS3.8 §9.3.5: behind the PDU header
const CONTROL_OFFSET = 11; // PS3.8 §9.3.5.1

/**
 * One DIMSE message, framed for one accepted presentation context and the peer's maximum PDU length
 * (PS3.8 §9.3.5). Every PDV fragment has an even length: DCMTK aborts on odd ones.
 */
export interface Outgoing {
  /** PDUs of the command set and as much of the data set as is contiguous in memory. */
  readonly head: Buffer;
  /** Offset in `head` of the 2-byte little-endian Message ID (0000,0110); the association sets it. */
  readonly messageIdOffset: number;
  /** (0000,0100) of the message. */
  readonly commandField: number;
  /** The rest of a large data set, framed piece by piece; null for a message that is all in `head`. */
  readonly body: PayloadSource | null;
  /** Length of the whole message on the wire, in bytes. */
  readonly bytes: number;
  /**
   * Called once, when `head` was handed to the socket. `taken`: the kernel, or TLS, has all of it, so
   * the buffer may be patched for the next message; otherwise not before {@link left}.
   */
  written(taken: boolean): void;
  /** Called once all has been taken of what was not when it was written; never, where that fails. */
  left?(): void;
}

/** Tells a trace of a message on its way out: its command set is the first PDVs of the head. */
export function traceSent(trace: Trace, { head, bytes }: Outgoing): void {
  const pieces: Buffer[] = [];
  let last = false;
  for (let at = 0; !last && at + DATA_HEADER_BYTES <= head.length;) {
    const end = at + PDV_LENGTH_OFFSET + 4 + head.readUInt32BE(at + PDV_LENGTH_OFFSET);
    pieces.push(head.subarray(at + DATA_HEADER_BYTES, end));
    last = ((head[at + CONTROL_OFFSET] ?? 0) & PDV_LAST) !== 0;
    at = end;
  }
  trace.message('sent', Buffer.concat(pieces), bytes);
}

/** Framed pieces of a data set too large to hold in one buffer (zero-copy slices, file reads). */
export interface PayloadSource {
  /** It never takes time: the first of it goes out with the head. */
  readonly inMemory?: boolean;
  /**
   * The next ≤ 4 MiB of framed bytes, null after the last; a promise where a disk is read. Called
   * while at most 2 MiB of what it gave before are not yet flushed.
   */
  next(): readonly Buffer[] | null | Promise<readonly Buffer[] | null>;
  /** The transfer ended early: release what is held. */
  close(): void;
}
