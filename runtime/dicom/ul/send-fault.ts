// A fault that the sender commits on purpose while one message goes out.
import { DicomError } from '../errors.ts';

/** Bytes of the message on the wire, or a share of it such as `'50%'`. */
export type FaultPoint = number | string;

export interface SendFault {
  /** A-ABORT (source 0) at the first PDU boundary after that much. */
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

export type FaultKind = 'abortAfter' | 'destroyAfter' | 'closeAfter' | 'pauseAfter';

/** One thing to do when `at` bytes of the message have been sent. */
export interface FaultStop {
  readonly at: number;
  readonly kind: FaultKind;
}

const KINDS: readonly FaultKind[] = ['pauseAfter', 'abortAfter', 'closeAfter', 'destroyAfter'];
export const DEFAULT_PAUSE_MS = 120_000;

/**
 * Bytes that a point means in a message of `total` bytes.
 * @throws DicomError `FAULT_ARGUMENT`
 */
export function faultOffset(point: FaultPoint, total: number): number {
  const share = typeof point === 'string' ? /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(point.trim()) : null;
  const value = share === null ? Number(point) : Number(share[1]);
  if (!Number.isFinite(value) || value < 0 || (typeof point === 'string' && share === null)) {
    throw new DicomError(
      'FAULT_ARGUMENT',
      `fault point must be bytes or a percentage, got "${point}"`,
      {
        hint: `use a number of bytes such as 4096, or a share such as '50%'`,
      },
    );
  }
  const bytes = share?.[2] === '%' ? Math.round((value / 100) * total) : Math.floor(value);
  return Math.min(bytes, total);
}

/** The stops of a fault, in order of their place in the message. */
export function faultStops(fault: SendFault, total: number): FaultStop[] {
  const stops: FaultStop[] = [];
  for (const kind of KINDS) {
    const point = fault[kind];
    if (point !== undefined) stops.push({ at: faultOffset(point, total), kind });
  }
  return stops.sort((a, b) => a.at - b.at);
}
