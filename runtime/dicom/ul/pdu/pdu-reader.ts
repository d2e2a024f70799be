// Bytes in, PDUs and PDV fragments out (PS3.8 §9.3), in whatever pieces the transport delivers.
// Fragments are passed on as (buffer, start, end) and never stored; lengths are checked before
// anything is allocated; only headers and the small PDUs are ever copied.
import type { ProtocolFailure } from '../../errors.ts';
import {
  ASSOCIATE_MAX_BYTES,
  AbortReason,
  DEFAULT_MAX_PDU,
  FIXED_BODY_BYTES,
  PDU_HEADER_BYTES,
  PDV_HEADER_BYTES,
  PDV_OVERHEAD_BYTES,
  PduType,
  UNLIMITED_PDU,
} from '../constants.ts';
import { PduError } from './pdu-items.ts';
import { decodeAgain } from './pdu-memo.ts';
import type { Pdu } from './pdu.ts';

/** The PDV whose bytes are being delivered. */
export interface PdvHeader {
  readonly contextId: number;
  /** Message control header (PS3.8 Annex E.2). */
  readonly control: number;
  /** This piece ends the PDV. */
  readonly complete: boolean;
}

export interface PduSink {
  /** A P-DATA-TF begins; false when it may not come now, then nothing more is read. */
  onDataPdu(): boolean;
  /** A piece of a PDV; `pdv` is valid during the call only. */
  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void;
  onPdu(pdu: Pdu): void;
  /** The bytes are no valid PDU (event 19); nothing more is read. */
  onInvalid(failure: ProtocolFailure, abortReason: number): void;
}

const HEADER = 0;
const PDV_HEADER = 1;
const PDV_DATA = 2;
const BODY = 3;
const FIRST_BODY_ALLOCATION = 4096;
const WINDOW_BYTES = 16;
const NO_BYTES = Buffer.alloc(0);

export class PduReader implements PdvHeader {
  /** Largest P-DATA-TF body accepted; set when the association is negotiated. */
  maxPdu = DEFAULT_MAX_PDU;
  /** Bytes read before the current chunk. */
  received = 0;
  contextId = 0;
  control = 0;
  complete = false;
  readonly #sink: PduSink;
  #mode = HEADER;
  #stopped = false;
  #held = NO_BYTES;
  #heldBytes = 0;
  #pduLeft = 0;
  #pdvLeft = 0;
  #type = 0;
  #body = NO_BYTES;
  #bodyBytes = 0;
  #chunk: Buffer = NO_BYTES;
  #chunkStart = 0;
  #chunkEnd = 0;

  constructor(sink: PduSink) {
    this.#sink = sink;
  }

  /** True between two PDUs. */
  get idle(): boolean {
    return this.#mode === HEADER && this.#heldBytes === 0;
  }

  /** Reads nothing more: the association is over. */
  stop(): void {
    this.#stopped = true;
    this.#body = NO_BYTES;
  }

  /** Reads a chunk. What the sink gets of it is valid during the call only. */
  push(buffer: Buffer, start: number, end: number): void {
    let at = start;
    this.#chunk = buffer;
    this.#chunkStart = start;
    this.#chunkEnd = end;
    while (at < end && !this.#stopped) {
      if (this.#mode === PDV_DATA) at = this.#readData(buffer, at, end);
      else if (this.#mode === BODY) at = this.#readBody(buffer, at, end);
      else at = this.#readHeader(buffer, at, end);
    }
    this.received += end - start;
  }

  #readHeader(buffer: Buffer, at: number, end: number): number {
    if (this.#heldBytes === 0 && end - at >= PDU_HEADER_BYTES) {
      this.#onHeader(buffer, at, at);
      return at + PDU_HEADER_BYTES;
    }
    if (this.#held.length === 0) this.#held = Buffer.alloc(PDU_HEADER_BYTES);
    const next = Math.min(end, at + PDU_HEADER_BYTES - this.#heldBytes);
    buffer.copy(this.#held, this.#heldBytes, at, next);
    this.#heldBytes += next - at;
    if (this.#heldBytes === PDU_HEADER_BYTES) {
      this.#heldBytes = 0;
      this.#onHeader(this.#held, 0, next - PDU_HEADER_BYTES);
    }
    return next;
  }

  /** A 6-byte header of a PDU or PDV at `from`; it began at `at` of the current chunk. */
  #onHeader(buffer: Buffer, from: number, at: number): void {
    if (this.#mode === PDV_HEADER) {
      this.#onPdvHeader(buffer, from, at);
      return;
    }
    const length = buffer.readUInt32BE(from + 2);
    if (buffer[from] === PduType.P_DATA_TF) this.#onDataHeader(length, buffer, from, at);
    else this.#onOtherHeader(length, buffer, from, at);
  }

  #onDataHeader(length: number, buffer: Buffer, from: number, at: number): void {
    if (!this.#sink.onDataPdu()) {
      this.stop();
      return;
    }
    const limit = this.maxPdu === 0 ? UNLIMITED_PDU : this.maxPdu;
    if (length < PDV_HEADER_BYTES || length > limit) {
      const what = `P-DATA-TF of ${length} bytes (allowed ${PDV_HEADER_BYTES} to ${limit})`;
      this.#invalid(what, 'PS3.8 §9.3.5', buffer, from, at);
      return;
    }
    this.#pduLeft = length;
    this.#mode = PDV_HEADER;
  }

  #onOtherHeader(length: number, buffer: Buffer, from: number, at: number): void {
    const type = buffer.readUInt8(from);
    if (type < PduType.ASSOCIATE_RQ || type > PduType.ABORT) {
      const what = `PDU type 0x${type.toString(16).padStart(2, '0')} is unknown`;
      this.#invalid(what, 'PS3.8 §9.3.1', buffer, from, at, AbortReason.UNRECOGNIZED_PDU);
      return;
    }
    const limit = type <= PduType.ASSOCIATE_AC ? ASSOCIATE_MAX_BYTES : FIXED_BODY_BYTES;
    if (length > limit || length < FIXED_BODY_BYTES) {
      const what = `PDU type 0x0${type} of ${length} bytes (allowed ${FIXED_BODY_BYTES} to ${limit})`;
      this.#invalid(what, 'PS3.8 §9.3.1', buffer, from, at);
      return;
    }
    this.#type = type;
    this.#pduLeft = length;
    this.#mode = BODY;
  }

  #onPdvHeader(buffer: Buffer, from: number, at: number): void {
    const length = buffer.readUInt32BE(from);
    if (length < PDV_OVERHEAD_BYTES || length + 4 > this.#pduLeft) {
      const what = `PDV of ${length} bytes in the ${this.#pduLeft} bytes left of its PDU`;
      this.#invalid(what, 'PS3.8 §9.3.5.1', buffer, from, at);
      return;
    }
    this.contextId = buffer.readUInt8(from + 4);
    this.control = buffer.readUInt8(from + 5);
    this.#pdvLeft = length - PDV_OVERHEAD_BYTES;
    this.#pduLeft -= length + 4;
    if (this.#pduLeft > 0 && this.#pduLeft < PDV_HEADER_BYTES) {
      const what = `${this.#pduLeft} stray bytes after the last PDV of a P-DATA-TF`;
      this.#invalid(what, 'PS3.8 §9.3.5.1', buffer, from, at);
      return;
    }
    this.#mode = PDV_DATA;
    if (this.#pdvLeft === 0) this.#readData(buffer, from, from);
  }

  #readData(buffer: Buffer, at: number, end: number): number {
    const next = Math.min(end, at + this.#pdvLeft);
    this.#pdvLeft -= next - at;
    this.complete = this.#pdvLeft === 0;
    // Set before the call: the sink may look at `idle`.
    if (this.complete) this.#mode = this.#pduLeft === 0 ? HEADER : PDV_HEADER;
    this.#sink.onPdv(this, buffer, at, next);
    return next;
  }

  #readBody(buffer: Buffer, at: number, end: number): number {
    if (this.#bodyBytes === 0 && end - at >= this.#pduLeft) {
      this.#finishBody(buffer, at, at + this.#pduLeft);
      return at + this.#pduLeft;
    }
    return this.#gatherBody(buffer, at, end);
  }

  /** The body comes in pieces: they are kept until it is whole. */
  #gatherBody(buffer: Buffer, at: number, end: number): number {
    const next = Math.min(end, at + this.#pduLeft - this.#bodyBytes);
    const needed = this.#bodyBytes + next - at;
    if (needed > this.#body.length) {
      const atLeast = Math.max(needed, FIRST_BODY_ALLOCATION, 2 * this.#body.length);
      const larger = Buffer.alloc(Math.min(this.#pduLeft, atLeast));
      this.#body.copy(larger, 0, 0, this.#bodyBytes);
      this.#body = larger;
    }
    buffer.copy(this.#body, this.#bodyBytes, at, next);
    this.#bodyBytes = needed;
    if (needed === this.#pduLeft) {
      const body = this.#body;
      this.#body = NO_BYTES;
      this.#bodyBytes = 0;
      this.#finishBody(body, 0, needed, next - needed);
    }
    return next;
  }

  /** The whole body; it began at `at` of the current chunk. */
  #finishBody(buffer: Buffer, start: number, end: number, at = start): void {
    this.#mode = HEADER;
    let pdu: Pdu;
    try {
      pdu = decodeAgain(this.#type, buffer, start, end);
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      const { message, clause } = error;
      this.#invalid(message, clause, buffer.subarray(0, end), start + error.at, at + error.at);
      return;
    }
    this.#sink.onPdu(pdu);
  }

  // eslint-disable-next-line max-params -- where it happened, in the chunk and in the stream
  #invalid(
    message: string,
    clause: string,
    buffer: Buffer,
    from: number,
    at: number,
    reason: number = AbortReason.INVALID_PARAMETER,
  ): void {
    this.stop();
    this.#sink.onInvalid(this.failure({ message, clause }, buffer, from, at), reason);
  }

  /** A protocol error at `from` of `buffer`, which is `at` of the current chunk. */
  failure(
    what: { message: string; clause: string },
    buffer: Buffer,
    from: number,
    at: number,
  ): ProtocolFailure {
    // Behind the chunk the buffer holds what others sent before.
    const end = buffer === this.#chunk ? this.#chunkEnd : buffer.length;
    const shown = buffer.subarray(from, Math.min(end, from + WINDOW_BYTES));
    return {
      kind: 'protocol',
      code: 'PROTO_INVALID_PDU',
      offset: this.received + at - this.#chunkStart,
      window: shown.toString('hex'),
      ...what,
    };
  }
}
