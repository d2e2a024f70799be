// What can go wrong on an association, as data, and how it is told to a person in the standard's
// words (PS3.8 Tables 9-21 and 9-26). The wire throws only for wrong arguments.

/** Where in the life of an association something happened. */
export type Phase = 'connect' | 'tls' | 'associate' | 'request' | 'response' | 'release' | 'idle';

/** A-ASSOCIATE-RJ (PS3.8 §9.3.4); non-standard numbers are kept as they came. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

/** A-ABORT (PS3.8 §9.3.8), by the peer or, with `local`, by us. */
export interface Aborted {
  readonly kind: 'aborted';
  readonly source: number;
  readonly reason: number;
  readonly local: boolean;
}

/** The transport failed: refused, reset, closed without a word, TLS alert, name not found. */
export interface TransportFailure {
  readonly kind: 'transport';
  /** `TCP_ECONNREFUSED`, `TCP_CLOSED`, `DNS_ENOTFOUND`, `TLS_CERT_HAS_EXPIRED`, `TLS_NOT_TLS`, … */
  readonly code: string;
  readonly message: string;
  readonly phase: Phase;
}

export interface TimeoutFailure {
  readonly kind: 'timeout';
  readonly phase: Phase;
  /** The limit that was passed, in ms. */
  readonly ms: number;
}

/** The peer broke PS3.8 or PS3.7; we aborted (action AA-8). */
export interface ProtocolFailure {
  readonly kind: 'protocol';
  readonly code: string;
  readonly message: string;
  /** Offset in the bytes received on this association. */
  readonly offset: number;
  /** Up to 16 bytes around it, as hex. */
  readonly window: string;
  /** `PS3.8 §9.3.5.1` */
  readonly clause: string;
}

/** The association had been released (by either side) before the operation could finish. */
export interface Released {
  readonly kind: 'released';
  readonly local: boolean;
}

/** A fault that the sender was asked to commit ended the operation: it went as intended. */
export interface Injected {
  readonly kind: 'injected';
  readonly fault: string;
  /** Bytes of the message that were handed to the socket before it. */
  readonly afterBytes: number;
}

/** Why an operation got no answer. */
export type Failure =
  Aborted | TransportFailure | TimeoutFailure | ProtocolFailure | Released | Injected;

/** An error of the DICOM packages: stable `code`, message, remedy, clause. */
export class DicomError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** Clause of the standard. */
  readonly ref: string | undefined;

  constructor(
    code: string,
    message: string,
    more: { hint?: string; ref?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'DicomError';
    this.code = code;
    this.hint = more.hint;
    this.ref = more.ref;
  }
}
