// Connections without DICOM: bytes as a script gives them, for what no correct peer would send.
import { Answer } from '../../../api/bridge.ts';
import type { TimeoutFailure, TransportFailure } from '../../dicom/errors.ts';
import { connectRaw, rawBytes, type RawConnection, type RawUser } from '../../dicom/ul/raw.ts';
import type { CallRequest } from '../sandbox/calls.ts';
import { failureFault, peerText, type PeerName } from '../associations/faults.ts';
import { RingFault } from '../sandbox/host.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';
import { addressOf, type PeerRequest } from '../associations/peers.ts';
import { peerTls } from '../associations/tls.ts';
import type { ServiceParts } from './services.ts';
import { Deadline } from './deadline.ts';

/** Unread bytes kept of one connection; a peer that sends more without being read is reset. */
const MOST_UNREAD = 16 * 1024 ** 2;
const CLOSED_AFTER_MS = 5_000;

/** One connection: what came, and the call that waits. */
class RawLine implements RawUser {
  readonly slot: number;
  readonly #parts: WorkerParts;
  readonly #peer: PeerName;
  readonly #handle: number;
  readonly #onEnd: (line: RawLine) => void;
  readonly #deadline: Deadline;
  #connection: RawConnection | null = null;
  #opening: Operation | null;
  #reading: Operation | null = null;
  #sending: Operation | null = null;
  #closing: Operation | null = null;
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #limit = 0;
  #closed: TransportFailure | TimeoutFailure | 'orderly' | null = null;

  constructor(
    parts: WorkerParts,
    about: { readonly handle: number; readonly peer: PeerName; readonly operation: Operation },
    onEnd: (line: RawLine) => void,
  ) {
    this.#parts = parts;
    this.#handle = about.handle;
    this.#peer = about.peer;
    this.#opening = about.operation;
    this.slot = about.operation.slot;
    this.#onEnd = onEnd;
    this.#deadline = new Deadline(parts.timers, () => this.#late());
  }

  /** Gives up: the iteration was interrupted. */
  interrupt(operation: Operation): void {
    this.#opening = this.#reading = this.#sending = this.#closing = null;
    this.#deadline.clear();
    this.#connection?.reset();
    this.#parts.host.settle(operation, Answer.INTERRUPTED, 0, '');
  }

  onConnected(connection: RawConnection): void {
    this.#connection = connection;
    const opening = this.#opening;
    this.#opening = null;
    if (opening !== null) this.#parts.host.settleJson(opening, this.#handle);
  }

  onBytes(bytes: Buffer): void {
    this.#unread.push(Buffer.from(bytes));
    this.#unreadBytes += bytes.length;
    if (this.#reading !== null) this.#answerRead(this.#reading);
    else if (this.#unreadBytes > MOST_UNREAD) this.#connection?.reset();
  }

  onClosed(why: TransportFailure | TimeoutFailure | null): void {
    this.#closed = why ?? 'orderly';
    const opening = this.#opening,
      sending = this.#sending,
      closing = this.#closing;
    if (this.#reading !== null) this.#answerRead(this.#reading);
    for (const operation of [opening, sending]) {
      if (operation !== null) this.#fail(operation, why ?? CLOSED);
    }
    this.#deadline.clear();
    if (closing !== null) this.#parts.host.settleVoid(closing);
    this.#opening = this.#sending = this.#closing = null;
    if (opening !== null) this.#onEnd(this);
  }

  /** Why it ended, unless in order. */
  get #broken(): TransportFailure | TimeoutFailure | null {
    return this.#closed === 'orderly' ? null : this.#closed;
  }

  send(operation: Operation, bytes: Buffer, bytesPerSecond: number): void {
    if (this.#closed !== null || this.#connection === null) {
      this.#fail(operation, this.#broken ?? CLOSED);
      return;
    }
    this.#sending = operation;
    this.#connection.send(bytes, bytesPerSecond, () => {
      this.#sending = null;
      this.#parts.host.settleVoid(operation);
    });
  }

  /** The next bytes, '' at the end of the connection. */
  read(operation: Operation, timeoutMs: number): void {
    if (this.#unreadBytes > 0 || this.#closed !== null) {
      this.#answerRead(operation);
      return;
    }
    this.#reading = operation;
    this.#limit = timeoutMs;
    this.#deadline.set(timeoutMs);
  }

  #answerRead(operation: Operation): void {
    this.#reading = null;
    this.#deadline.clear();
    const bytes = Buffer.concat(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    if (bytes.length === 0 && this.#broken !== null) this.#fail(operation, this.#broken);
    else this.#parts.host.settleJson(operation, bytes.toString('hex'));
  }

  #late(): void {
    if (this.#closing !== null) {
      this.#connection?.reset();
      return;
    }
    const reading = this.#reading;
    this.#reading = null;
    if (reading === null) return;
    this.#parts.host.fail(reading, {
      code: 'TIMEOUT_RESPONSE',
      message: `${peerText(this.#peer)}: no bytes within ${this.#limit} ms (raw read)`,
      fields: { phase: 'response', ms: this.#limit },
    });
  }

  /** FIN or RST; answered when the socket is gone. */
  close(operation: Operation, reset: boolean): void {
    this.#onEnd(this);
    if (this.#closed !== null || this.#connection === null) {
      this.#parts.host.settleVoid(operation);
      return;
    }
    this.#closing = operation;
    if (reset) this.#connection.reset();
    else this.#connection.close();
    // A peer that never closes its side would hold the call for ever.
    this.#deadline.set(CLOSED_AFTER_MS);
  }

  #fail(operation: Operation, failure: TransportFailure | TimeoutFailure): void {
    this.#parts.host.fail(operation, failureFault(failure, this.#peer, 'raw'));
  }
}

const CLOSED: TransportFailure = {
  kind: 'transport',
  code: 'TCP_CLOSED',
  message: 'the connection is closed',
  phase: 'idle',
};

/** Raw connections of this worker. */
class Raws {
  readonly #parts: WorkerParts;
  readonly #lines = new Map<number, RawLine>();
  #handles = 0;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  connect(operation: Operation, request: PeerRequest): void {
    const parts = this.#parts,
      lines = this.#lines;
    const { tls, ...peer } = addressOf(request, parts.plan);
    const handle = this.#handles++;
    const line = new RawLine(parts, { handle, peer, operation }, () => lines.delete(handle));
    lines.set(handle, line);
    const { sourceAddress: source, timeouts } = request;
    const connection = connectRaw(
      {
        host: peer.host,
        port: peer.port,
        tls: peerTls(tls, parts.plan.folder),
        ...(typeof source === 'string' ? { sourceAddress: source } : {}),
        ...(timeouts === undefined ? {} : { timeouts }),
      },
      line,
    );
    operation.cancel = (): void => {
      line.interrupt(operation);
      connection.reset();
    };
  }

  /** The line of a call, which an interruption of the call resets. */
  of(operation: Operation, call: CallRequest): RawLine {
    const line = this.#lines.get(Number(call['handle']));
    if (line === undefined) {
      throw new RingFault({ code: 'SCRIPT_STATE', message: 'raw: the connection was closed' });
    }
    operation.cancel = (): void => line.interrupt(operation);
    return line;
  }
}

/** Registers `rawConnect`, `rawSend`, `rawRead` and `rawClose`. */
export function wireRaws({ parts, calls }: ServiceParts): void {
  const raws = new Raws(parts);
  calls.on('rawConnect', (operation, call) =>
    raws.connect(operation, (call['peer'] ?? {}) as PeerRequest),
  );
  calls.on('rawSend', (operation, call) => {
    const bytesPerSecond = Number(call['bytesPerSecond'] ?? 0);
    raws.of(operation, call).send(operation, rawBytes(String(call['hex'])), bytesPerSecond);
  });
  calls.on('rawRead', (operation, call) =>
    raws.of(operation, call).read(operation, Number(call['timeoutMs'])),
  );
  calls.on('rawClose', (operation, call) =>
    raws.of(operation, call).close(operation, call['reset'] === true),
  );
}
