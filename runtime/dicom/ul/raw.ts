// A connection without any protocol, for bytes of the script's own making.
import type { Socket } from 'node:net';
import type { TimeoutFailure, TransportFailure } from '../errors.ts';
import { type AssociateRequest, DEFAULT_TIMEOUTS, type Timeouts } from './associate-request.ts';
import { transportFailure } from './failures.ts';
import { resetSocket } from './socket/reset.ts';
import { wheel } from './thread.ts';
import type { WheelEntry } from './timer-wheel.ts';
import { Transport, type TransportUser } from './socket/transport.ts';

export type RawRequest = Pick<
  AssociateRequest,
  'host' | 'port' | 'tls' | 'sourceAddress' | 'timeouts'
>;

export interface RawUser {
  onConnected(connection: RawConnection): void;
  /** Bytes of the peer; valid during the call only. */
  onBytes(bytes: Buffer): void;
  /** The connection failed or ended; null = the peer closed it in order. Once. */
  onClosed(why: TransportFailure | TimeoutFailure | null): void;
}

const TRICKLE_MS = 20;

/** Hex with blanks, or bytes. */
export function rawBytes(data: string | Uint8Array): Buffer {
  if (typeof data !== 'string') return Buffer.from(data);
  const hex = data.replace(/\s+/g, '');
  if (hex.length % 2 !== 0 || !/^[\da-f]*$/i.test(hex)) {
    throw new RangeError(`raw data must be pairs of hex digits, got "${data.slice(0, 40)}"`);
  }
  return Buffer.from(hex, 'hex');
}

export class RawConnection implements TransportUser, WheelEntry {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  readonly #user: RawUser;
  readonly #transport: Transport;
  #socket: Socket | null = null;
  #socketError: NodeJS.ErrnoException | null = null;
  #over = false;
  #trickle: { bytes: Buffer; at: number; rate: number; done: () => void } | null = null;

  constructor(request: RawRequest, user: RawUser) {
    this.#user = user;
    const timeouts: Timeouts = { ...DEFAULT_TIMEOUTS, ...request.timeouts };
    const unused = { calledAET: '', callingAET: '', contexts: [] };
    this.#transport = new Transport({ ...request, ...unused }, timeouts, this);
  }

  /** Sends bytes as they are; `done` when all were handed to the kernel. */
  send(bytes: Buffer, bytesPerSecond: number, done: () => void): void {
    const socket = this.#socket;
    if (socket === null || this.#over) return;
    if (bytesPerSecond <= 0) {
      socket.write(bytes, () => done());
      return;
    }
    this.#trickle = { bytes, at: 0, rate: bytesPerSecond, done };
    this.onDue();
  }

  /** FIN. */
  close(): void {
    if (this.#socket === null) this.#transport.abort();
    else this.#socket.end();
  }

  /** RST. */
  reset(): void {
    if (this.#socket === null) this.#transport.abort();
    else resetSocket(this.#socket);
  }

  onConnected(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', (error) => {
      this.#socketError = error;
    });
    socket.on('close', () => {
      this.#finish(this.#socketError === null ? null : transportFailure(this.#socketError, 'idle'));
    });
    this.#user.onConnected(this);
  }

  onBytes(buffer: Buffer, end: number): void {
    this.#user.onBytes(buffer.subarray(0, end));
  }

  onFailed(failure: TransportFailure | TimeoutFailure): void {
    this.#finish(failure);
  }

  /** The next piece of a trickle. */
  onDue(): void {
    const trickle = this.#trickle,
      socket = this.#socket;
    if (trickle === null || socket === null || this.#over) return;
    const step = Math.max(1, Math.round((trickle.rate * TRICKLE_MS) / 1000));
    const end = Math.min(trickle.bytes.length, trickle.at + step);
    const last = end === trickle.bytes.length;
    socket.write(trickle.bytes.subarray(trickle.at, end), () => {
      if (last) trickle.done();
    });
    trickle.at = end;
    if (last) this.#trickle = null;
    else wheel.set(this, (step / trickle.rate) * 1000);
  }

  #finish(why: TransportFailure | TimeoutFailure | null): void {
    if (this.#over) return;
    this.#over = true;
    wheel.remove(this);
    this.#user.onClosed(why);
  }
}

/** Opens a TCP or TLS connection and leaves the rest to the caller. */
export function connectRaw(request: RawRequest, user: RawUser): RawConnection {
  return new RawConnection(request, user);
}
