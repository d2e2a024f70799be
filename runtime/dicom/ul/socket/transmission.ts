// One message that does not go out in a single write: large bodies in slices that wait for the
// socket, and messages with a fault in them. Memory stays bounded, and it can end anywhere.
import type { Pending } from '../../dimse/pending.ts';
import type { Outgoing } from '../outgoing.ts';
import { PduTracker } from '../pdu/pdu-tracker.ts';
import {
  DEFAULT_PAUSE_MS,
  type FaultKind,
  type FaultStop,
  type SendFault,
  faultStops,
} from '../send-fault.ts';
import type { TimerWheel, WheelEntry } from '../timer-wheel.ts';

/** How much of a message a socket is given at a time. */
export interface Slices {
  /** Most bytes of one. */
  readonly bytes: number;
  /** No new one while more than this waits in the socket. */
  readonly lowWater: number;
}

export const PLAIN_SLICES: Slices = { bytes: 4_194_304, lowWater: 2_097_152 };
/**
 * TLS encrypts all that it is given before any of it leaves: of little at a time the peer decrypts one
 * while the next is encrypted, and nothing is out of the processor's cache by the time it is copied.
 * Eight records: what Node hands to the kernel in one write.
 */
export const TLS_SLICES: Slices = { bytes: 131_072, lowWater: 0 };

const TRICKLE_MS = 20;

/** The socket, as far as a transmission sees it. */
export interface Pipe {
  readonly slices: Slices;
  /** Bytes accepted and not yet taken by the kernel. */
  readonly waiting: number;
  /** True when the pieces are needed no more. */
  write(pieces: readonly Buffer[]): boolean;
}

export interface TransmissionUser {
  /** Everything was handed to the pipe. */
  onSent(transmission: Transmission): void;
  /** A fault that ends the association is due. */
  onFault(transmission: Transmission, kind: FaultKind): void;
  /** The body could not be read. */
  onSourceError(transmission: Transmission, error: unknown): void;
}

export class Transmission implements WheelEntry {
  dueAt = 0;
  previous: WheelEntry | null = null;
  next: WheelEntry | null = null;
  slot = -1;
  readonly message: Outgoing;
  readonly pending: Pending | null;
  /** Bytes handed to the pipe. */
  sent = 0;
  /** The bytes of the head are free again. */
  headTaken = false;
  readonly #fault: SendFault | undefined;
  readonly #stops: FaultStop[];
  readonly #pipe: Pipe;
  readonly #user: TransmissionUser;
  readonly #wheel: TimerWheel;
  readonly #tracker = new PduTracker();
  #pieces: Buffer[];
  #headOut = false;
  #drained: boolean;
  #reading = false;
  #over = false;
  #resumeAt = 0;
  #atBoundary: (() => void) | null = null;

  constructor(
    message: Outgoing,
    pending: Pending | null,
    fault: SendFault | undefined,
    world: { pipe: Pipe; user: TransmissionUser; wheel: TimerWheel },
  ) {
    this.message = message;
    this.pending = pending;
    this.#fault = fault;
    this.#stops = fault === undefined ? [] : faultStops(fault, message.bytes);
    this.#pipe = world.pipe;
    this.#user = world.user;
    this.#wheel = world.wheel;
    this.#pieces = firstPieces(message);
    this.#drained = message.body === null;
  }

  /** Goes on as far as the socket, the source and the fault allow. Called again on every flush. */
  pump(): void {
    while (!this.#over && !this.#reading && this.#pipe.waiting <= this.#pipe.slices.lowWater) {
      if (this.#atBoundary !== null && this.#tracker.toBoundary === 0) {
        this.end();
        this.#atBoundary();
        return;
      }
      if (this.#atBoundary === null && this.#stopIsDue()) {
        if (!this.#runStop()) return;
        continue;
      }
      const allowed = this.#allowed();
      if (allowed <= 0) return;
      if (!this.#refill()) return;
      this.#write(allowed);
      // Not left to the next tick of a trickle: the reply may be here by then.
      if (
        this.sent >= this.message.bytes &&
        this.#stops.length === 0 &&
        this.#atBoundary === null
      ) {
        this.#finish();
        return;
      }
    }
  }

  /** Ends it at the next PDU boundary, then calls `then` (at once when it is on one). */
  finishPdu(then: () => void): void {
    this.#atBoundary = then;
    this.#wheel.remove(this);
    this.#resumeAt = 0;
    this.pump();
  }

  /** It only goes on to the next PDU boundary. */
  get finishing(): boolean {
    return this.#atBoundary !== null;
  }

  /** Nothing goes out now because its fault says so, not because the peer does not take it. */
  get heldBack(): boolean {
    return performance.now() < this.#resumeAt && this.#pipe.waiting === 0;
  }

  /** Forgets it: the association is over. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#wheel.remove(this);
    this.#pieces = [];
    if (!this.#headOut) {
      this.#headOut = true;
      this.message.written(false);
    }
    this.message.body?.close();
  }

  onDue(): void {
    this.pump();
  }

  #stopIsDue(): boolean {
    const stop = this.#stops[0];
    if (stop === undefined || this.sent < stop.at) return false;
    return stop.kind !== 'abortAfter' || this.#tracker.toBoundary === 0;
  }

  /** False when the transmission may not go on now. */
  #runStop(): boolean {
    // What was sent up to here has to leave first, or the fault would come too early.
    if (this.#pipe.waiting > 0) return false;
    const stop = this.#stops.shift();
    if (stop === undefined) return true;
    if (stop.kind === 'pauseAfter') {
      const ms = this.#fault?.pauseMs ?? DEFAULT_PAUSE_MS;
      this.#resumeAt = performance.now() + ms;
      this.#wheel.set(this, ms);
      return false;
    }
    this.end();
    this.#user.onFault(this, stop.kind);
    return false;
  }

  /** How many bytes may go now; 0 = none, and the wheel or a flush calls again. */
  #allowed(): number {
    if (this.#atBoundary !== null) return this.#tracker.toBoundary;
    const now = performance.now();
    if (now < this.#resumeAt) return 0;
    let allowed = this.#pipe.slices.bytes;
    const rate = this.#fault?.bytesPerSecond ?? 0;
    if (rate > 0) {
      const perTick = Math.max(1, Math.round((rate * TRICKLE_MS) / 1000));
      const ms = (perTick / rate) * 1000;
      this.#resumeAt = now + ms;
      this.#wheel.set(this, ms);
      allowed = Math.min(allowed, perTick);
    }
    const stop = this.#stops[0];
    if (stop === undefined) return allowed;
    const left = stop.at - this.sent;
    return Math.min(allowed, left > 0 ? left : this.#tracker.toBoundary);
  }

  /** Makes sure there is something to write; false while the source is read, or at the end. */
  #refill(): boolean {
    while (this.#pieces.length === 0) {
      if (this.#drained) return this.#finish();
      const more = this.message.body?.next() ?? null;
      if (more instanceof Promise) {
        this.#reading = true;
        more.then(
          (pieces) => this.#onRead(pieces),
          (error: unknown) => {
            if (!this.#over) this.#user.onSourceError(this, error);
          },
        );
        return false;
      }
      if (more === null) this.#drained = true;
      else this.#pieces = [...more];
    }
    return true;
  }

  #onRead(pieces: readonly Buffer[] | null): void {
    this.#reading = false;
    if (this.#over) return;
    if (pieces === null) this.#drained = true;
    else this.#pieces = [...pieces];
    this.pump();
  }

  #finish(): boolean {
    if (this.#stops.length > 0) {
      // '100%', or beyond the end: after the last byte.
      this.#stops.splice(
        0,
        this.#stops.length,
        ...this.#stops.map((stop) => ({ ...stop, at: this.sent })),
      );
      return this.#runStop();
    }
    this.end();
    this.#user.onSent(this);
    return false;
  }

  #write(allowed: number): void {
    const out: Buffer[] = [];
    let bytes = 0;
    while (bytes < allowed) {
      const piece = this.#pieces[0];
      if (piece === undefined) break;
      const take = Math.min(piece.length, allowed - bytes);
      if (take === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(take);
      const part = take === piece.length ? piece : piece.subarray(0, take);
      this.#tracker.advance(part);
      out.push(part);
      bytes += take;
    }
    if (this.sent === 0 && this.pending !== null) this.pending.sendStart = performance.now();
    this.sent += bytes;
    const taken = this.#pipe.write(out);
    if (!this.#headOut && this.sent >= this.message.head.length) {
      this.#headOut = true;
      this.headTaken = taken;
      this.message.written(taken);
    }
  }
}

/** What goes out first: in one write, where all of it is in memory. */
function firstPieces({ head, body }: Outgoing): Buffer[] {
  const first = body?.inMemory === true ? body.next() : null;
  return Array.isArray(first) ? [head, ...(first as readonly Buffer[])] : [head];
}
