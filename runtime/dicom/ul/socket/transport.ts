// Connects a TCP or TLS socket by a deadline per phase, and says what went wrong in its phase.
import { type Socket, connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TimeoutFailure, TransportFailure } from '../../errors.ts';
import type { AssociateRequest, Timeouts, TlsOptions } from '../associate-request.ts';
import { transportFailure } from '../failures.ts';
import { receiveBuffer, wheel } from '../thread.ts';
import type { WheelEntry } from '../timer-wheel.ts';
import { readShared } from './shared-read.ts';
import { requestorTls } from './tls.ts';

export interface TransportUser {
  onConnected(socket: Socket): void;
  onBytes(buffer: Buffer, end: number): void;
  onFailed(failure: TransportFailure | TimeoutFailure): void;
}

export class Transport implements WheelEntry {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  /** TCP connection and TLS handshake, in ms. */
  connectMs = 0;
  tlsMs = 0;
  #socket: Socket;
  readonly #user: TransportUser;
  readonly #timeouts: Timeouts;
  #phase: 'connect' | 'tls' = 'connect';
  #startedAt = performance.now();
  #over = false;
  readonly #onread = {
    buffer: receiveBuffer,
    callback: (bytes: number): boolean => {
      this.#user.onBytes(receiveBuffer, bytes);
      return true;
    },
  };

  /** Starts connecting. Throws what Node throws for a host or port that cannot be. */
  constructor(request: AssociateRequest, timeouts: Timeouts, user: TransportUser) {
    this.#user = user;
    this.#timeouts = timeouts;
    this.#socket = this.#open(request);
    this.#socket.once('connect', () => this.#onTcp(request));
    this.#socket.once('error', this.#onError);
    this.#socket.once('close', this.#onClose);
    if (timeouts.connectMs > 0) wheel.set(this, timeouts.connectMs);
  }

  /** Gives up. */
  abort(): void {
    if (this.#over) return;
    this.#settle();
    this.#socket.on('error', () => {
      // Nobody waits for this connection any more.
    });
    this.#socket.destroy();
  }

  onDue(): void {
    const phase = this.#phase;
    const ms = phase === 'tls' ? this.#timeouts.tlsMs : this.#timeouts.connectMs;
    this.#measure();
    this.abort();
    this.#user.onFailed({ kind: 'timeout', phase, ms });
  }

  #open(request: AssociateRequest): Socket {
    const { host, port, sourceAddress } = request;
    const from = sourceAddress === undefined ? {} : { localAddress: sourceAddress };
    const where = { host, port, noDelay: true, ...from };
    return connectTcp(request.tls ? where : { ...where, onread: this.#onread });
  }

  #onTcp(request: AssociateRequest): void {
    if (!request.tls) {
      this.#connected();
      return;
    }
    this.#measure();
    this.#phase = 'tls';
    this.#startedAt = performance.now();
    if (this.#timeouts.tlsMs > 0) wheel.set(this, this.#timeouts.tlsMs);
    else wheel.remove(this);
    this.#secure(request.host, request.tls);
  }

  /** The TLS socket takes the place of the plain one that it wraps. */
  #secure(host: string, tls: TlsOptions): void {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const inner = this.#socket;
    inner.removeListener('error', this.#onError);
    inner.removeListener('close', this.#onClose);
    const options = { ...servername, ...requestorTls(tls), socket: inner, host };
    const socket = connectTls(options, () => this.#connected());
    socket.once('error', this.#onError);
    socket.once('close', this.#onClose);
    // `onread` has no effect on a socket that wraps another one.
    readShared(socket, (buffer, end) => {
      this.#user.onBytes(buffer, end);
      return true;
    });
    this.#socket = socket;
  }

  #connected(): void {
    if (this.#over) return;
    this.#measure();
    this.#settle();
    this.#user.onConnected(this.#socket);
  }

  #measure(): void {
    const ms = performance.now() - this.#startedAt;
    if (this.#phase === 'tls') this.tlsMs = ms;
    else this.connectMs = ms;
  }

  #settle(): void {
    this.#over = true;
    wheel.remove(this);
    this.#socket.removeListener('error', this.#onError);
    this.#socket.removeListener('close', this.#onClose);
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#over) return;
    this.#measure();
    this.abort();
    this.#user.onFailed(transportFailure(error, this.#phase));
  };

  readonly #onClose = (): void => {
    this.#onError(Object.assign(new Error('the peer closed the connection'), { code: 'CLOSED' }));
  };
}
