// Everything an association sends, in order: one write a message, large ones as transmissions, a
// queue while the window is full or a transmission is under way.
import type { Socket } from 'node:net';
import type { Pending } from '../../dimse/pending.ts';
import type { Outgoing } from '../outgoing.ts';
import type { FaultKind, SendFault } from '../send-fault.ts';
import { wheel } from '../thread.ts';
import {
  type Pipe,
  PLAIN_SLICES,
  type Slices,
  TLS_SLICES,
  Transmission,
  type TransmissionUser,
} from './transmission.ts';
import { writeEncrypted, writeWhole } from './whole-write.ts';

/** Whole messages are written at once while less than this waits in the socket. */
const HIGH_WATER_BYTES = 8_388_608;

export interface OutboxUser {
  /** May one more request go out (window)? */
  mayRequest(): boolean;
  /** A queued request goes out now: give it its message ID. */
  onStart(message: Outgoing, pending: Pending): void;
  /** The queue is empty and nothing is under way. */
  onDrained(): void;
  onFault(kind: FaultKind, afterBytes: number): void;
  onSourceError(error: unknown): void;
}

interface Item {
  readonly message: Outgoing;
  readonly pending: Pending | null;
  readonly fault: SendFault | undefined;
}

interface Unflushed {
  readonly pending: Pending;
  /** Whose bytes are free then; null when they were before. */
  readonly message: Outgoing | null;
  /** The caller may have used the object again by then. */
  readonly messageId: number;
  /** Flushed when that many bytes have left. */
  readonly at: number;
}

export class Outbox implements Pipe, TransmissionUser {
  /** Bytes handed to the socket. */
  bytes = 0;
  readonly slices: Slices;
  readonly #socket: Socket;
  readonly #write: typeof writeWhole;
  /** TLS: what is written while nothing waits is encrypted, and free, at once. */
  readonly #encrypts: boolean;
  readonly #user: OutboxUser;
  #active: Transmission | null = null;
  #responses: Item[] | null = null;
  #requests: Item[] | null = null;
  #unflushed: Unflushed[] | null = null;
  readonly #flushed = (): void => this.#onFlushed();

  constructor(socket: Socket, user: OutboxUser) {
    this.#socket = socket;
    this.#encrypts = 'encrypted' in socket;
    this.slices = this.#encrypts ? TLS_SLICES : PLAIN_SLICES;
    this.#write = this.#encrypts ? writeEncrypted : writeWhole;
    this.#user = user;
  }

  /** A whole message may be written at once. */
  get ready(): boolean {
    return this.#active === null && this.#socket.writableLength < HIGH_WATER_BYTES;
  }

  /** It goes out in a single write. */
  isWhole({ head, body }: Outgoing): boolean {
    return body === null && head.length <= this.slices.bytes;
  }

  /** Nothing is under way and nothing queued. */
  get empty(): boolean {
    return this.#active === null && !this.#responses?.length && !this.#requests?.length;
  }

  /** Responses are queued: a new one has to wait behind them. */
  get hasResponses(): boolean {
    return this.#responses !== null && this.#responses.length > 0;
  }

  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** Something was handed to the socket that has not left yet. */
  get sending(): boolean {
    return this.#active !== null || this.#socket.writableLength > 0;
  }

  /** A pause on purpose is under way. */
  get heldBack(): boolean {
    return this.#active !== null && this.#active.heldBack;
  }

  /** Bytes that have not been sent to the network: shrinks while a slow peer takes them. */
  get backlog(): number {
    // Node's own idle timer reads the same counter: it sees a single write() leave bit by bit.
    const handle = (this.#socket as { _handle?: { writeQueueSize?: unknown } | null })._handle;
    const queued = handle?.writeQueueSize;
    return typeof queued === 'number' ? queued : this.#socket.writableLength;
  }

  /** The fast path: one message, one write. Only while {@link ready}. */
  writeMessage(message: Outgoing, pending: Pending | null): void {
    const socket = this.#socket;
    if (pending !== null) pending.sendStart = performance.now();
    this.bytes += message.head.length;
    const taken = this.#write(socket, message.head, this.#flushed);
    message.written(taken);
    if (pending === null) return;
    if (taken && socket.writableLength === 0) pending.sendEnd = performance.now();
    else this.#awaitFlush(pending, taken ? null : message);
  }

  write(pieces: readonly Buffer[]): boolean {
    const socket = this.#socket;
    const idle = socket.writableLength === 0;
    if (pieces.length > 1) socket.cork();
    pieces.forEach((piece, index) => {
      this.bytes += piece.length;
      if (index === pieces.length - 1) socket.write(piece, this.#flushed);
      else socket.write(piece);
    });
    if (pieces.length > 1) socket.uncork();
    return this.#encrypts ? idle : socket.writableLength === 0;
  }

  /** Sends when its turn comes; responses (no pending) go before requests. */
  enqueue(message: Outgoing, pending: Pending | null, fault: SendFault | undefined): void {
    const item = { message, pending, fault };
    if (pending === null) (this.#responses ??= []).push(item);
    else (this.#requests ??= []).push(item);
    this.advance();
  }

  /** Starts what may start now. */
  advance(): void {
    while (this.#active === null) {
      const item =
        this.#responses?.shift() ?? (this.#user.mayRequest() ? this.#requests?.shift() : null);
      if (item === undefined || item === null) break;
      this.#start(item);
    }
    if (this.empty) this.#user.onDrained();
  }

  /** Ends a message under way at its next PDU boundary, then calls; at once when there is none. */
  finishPdu(then: () => void): void {
    const active = this.#active;
    if (active === null) {
      then();
      return;
    }
    active.finishPdu(() => {
      this.#active = null;
      then();
    });
  }

  /** The association is over: what was queued comes back, never to be sent. */
  close(): Pending[] {
    if (this.#active?.finishing === false) this.kill();
    const items = [...(this.#responses ?? []), ...(this.#requests ?? [])];
    this.#responses = null;
    this.#requests = null;
    this.#unflushed = null;
    const pendings: Pending[] = [];
    for (const { message, pending } of items) {
      message.written(true);
      message.body?.close();
      if (pending !== null) pendings.push(pending);
    }
    return pendings;
  }

  /** The connection is gone: not even a PDU can be finished. */
  kill(): void {
    this.#active?.end();
    this.#active = null;
  }

  onSent(transmission: Transmission): void {
    const { pending, message, headTaken } = transmission;
    const all = this.#socket.writableLength === 0;
    if (all && pending !== null) pending.sendEnd = performance.now();
    if (all && !headTaken) message.left?.();
    if (!all && pending !== null) this.#awaitFlush(pending, headTaken ? null : message);
    this.#active = null;
    this.advance();
  }

  onFault(transmission: Transmission, kind: FaultKind): void {
    this.#active = null;
    this.#user.onFault(kind, transmission.sent);
  }

  onSourceError(transmission: Transmission, error: unknown): void {
    transmission.end();
    this.#active = null;
    this.#user.onSourceError(error);
  }

  #start(item: Item): void {
    const { message, pending, fault } = item;
    if (pending !== null) this.#user.onStart(message, pending);
    const whole = fault === undefined && this.isWhole(message);
    if (whole && this.#socket.writableLength < HIGH_WATER_BYTES) {
      this.writeMessage(message, pending);
      return;
    }
    this.#active = new Transmission(message, pending, fault, { pipe: this, user: this, wheel });
    this.#active.pump();
  }

  #awaitFlush(pending: Pending, message: Outgoing | null): void {
    const { messageId } = pending;
    (this.#unflushed ??= []).push({ pending, message, messageId, at: this.bytes });
  }

  #onFlushed(): void {
    const list = this.#unflushed;
    if (list !== null && list.length > 0) {
      const now = performance.now();
      const left = this.bytes - this.#socket.writableLength;
      let first = list[0];
      while (first !== undefined && first.at <= left) {
        if (first.pending.messageId === first.messageId) first.pending.sendEnd = now;
        first.message?.left?.();
        list.shift();
        first = list[0];
      }
    }
    this.#active?.pump();
  }
}
