// A fault that the sender commits on purpose while one message goes out.

/** Bytes of the message on the wire, or a share of it such as `'50%'`. */
export type FaultPoint = number | string;

export interface SendFault {
  /** A-ABORT (source 0) after that much, on a PDU boundary or not. */
  readonly abortAfter?: FaultPoint;
  /** TCP reset. */
  readonly destroyAfter?: FaultPoint;
  /** TCP FIN, nothing more is sent. */
  readonly closeAfter?: FaultPoint;
  /** Stops for `pauseMs` (default 120,000), then goes on. */
  readonly pauseAfter?: FaultPoint;
  readonly pauseMs?: number;
  /** Trickle: at most that many bytes a second. */
  readonly bytesPerSecond?: number;
}
