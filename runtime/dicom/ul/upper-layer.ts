// PS3.8 on one connected socket: state machine, reader, and what the local user asks of them. It
// knows no DIMSE. P-DATA in the established state passes the machine by: that is DT-1 and DT-2.
import type { Socket } from 'node:net';
import type { Failure, Phase, ProtocolFailure } from '../errors.ts';
import type { Trace } from '../trace.ts';
import type { Confirmation, Indication, Port, Sendable } from './actions.ts';
import { AbortReason, AbortSource, APPLICATION_CONTEXT, PROTOCOL_VERSION } from './constants.ts';
import { transportFailure, unexpectedPdu } from './failures.ts';
import { Machine } from './machine.ts';
import { encodeAgain } from './pdu/pdu-memo.ts';
import { PduReader, type PduSink, type PdvHeader } from './pdu/pdu-reader.ts';
import type { Abort, AssociateAc, AssociateRj, AssociateRq, Pdu } from './pdu/pdu.ts';
import { Event, State } from './transitions.ts';
import type { WatchMode } from './socket/watch.ts';

export interface UpperUser {
  readonly trace?: Trace | null;
  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void;
  /** A P-DATA-TF begins. */
  onDataStart(): void;
  /** Acceptor: an A-ASSOCIATE-RQ to decide on. */
  onAssociateRq(rq: AssociateRq): void;
  /** Requestor: AC or RJ. */
  onAnswer(answer: AssociateAc | AssociateRj): void;
  /** The peer asks to release: answer with `respondRelease`. */
  onReleaseRq(): void;
  /** Our release was confirmed. */
  onReleased(): void;
  /** Abort, transport failure, protocol error, timeout. May come more than once. */
  onEnded(why: Failure): void;
  write(pdu: Buffer): void;
  /** One timeout at a time. */
  arm(mode: WatchMode, ms: number): void;
  phase(): Phase;
}

/** ARTIM (PS3.8 §9.1.5) once there is nothing more to say. */
const ARTIM_MS = 10_000;
/** A connection whose last bytes nobody takes is reset after that long. */
export const CLOSE_MS = 5_000;

const EVENT_OF: Readonly<Record<Pdu['kind'], number>> = {
  'A-ASSOCIATE-RQ': Event.ASSOCIATE_RQ,
  'A-ASSOCIATE-AC': Event.ASSOCIATE_AC,
  'A-ASSOCIATE-RJ': Event.ASSOCIATE_RJ,
  'A-RELEASE-RQ': Event.RELEASE_RQ,
  'A-RELEASE-RP': Event.RELEASE_RP,
  'A-ABORT': Event.ABORT,
};

export class UpperLayer implements Port, PduSink {
  readonly requestor: boolean;
  readonly reader: PduReader;
  readonly #machine: Machine;
  readonly #socket: Socket;
  readonly #user: UpperUser;
  /** How long a connection may stay without an A-ASSOCIATE-RQ. */
  readonly #associateMs: number;
  #rq: AssociateRq | null = null;
  #answer: AssociateAc | AssociateRj | null = null;
  #abortPdu: Abort = { kind: 'A-ABORT', source: 0, reason: 0 };
  #providerReason: number = AbortReason.NOT_SPECIFIED;
  /** Why an abort is about to be indicated, unless it is the PDU that came last. */
  #cause: Failure | null = null;
  #blamed: Pdu['kind'] | 'P-DATA-TF' = 'P-DATA-TF';
  #blamedState: number = State.IDLE;
  #blamedAt = 0;
  #socketError: NodeJS.ErrnoException | null = null;

  constructor(requestor: boolean, socket: Socket, user: UpperUser, associateMs: number) {
    this.requestor = requestor;
    this.#socket = socket;
    this.#user = user;
    this.#associateMs = associateMs;
    this.#machine = new Machine(this);
    this.reader = new PduReader(this);
    socket.on('error', (error) => {
      this.#socketError = error;
    });
    socket.on('end', () => this.#onTransportClosed());
    socket.on('close', () => this.#onTransportClosed());
  }

  get state(): number {
    return this.#machine.state;
  }

  // ------------------------------------------------------------------ primitives of the local user

  /** Requestor: the transport is connected. */
  associate(rq: AssociateRq): void {
    this.#rq = rq;
    this.#machine.step(Event.ASSOCIATE_REQUEST);
    this.#machine.step(Event.TRANSPORT_CONFIRM);
  }

  /** Acceptor: a connection came in. */
  listen(): void {
    this.#machine.step(Event.TRANSPORT_INDICATION);
  }

  /** False when it is too late to answer. */
  respondAssociate(answer: AssociateAc | AssociateRj): boolean {
    const accept = answer.kind === 'A-ASSOCIATE-AC';
    const event = accept ? Event.ASSOCIATE_RESPONSE_ACCEPT : Event.ASSOCIATE_RESPONSE_REJECT;
    if (!this.#machine.can(event)) return false;
    this.#answer = answer;
    return this.#machine.step(event);
  }

  requestRelease(): boolean {
    return this.#machine.step(Event.RELEASE_REQUEST);
  }

  respondRelease(): boolean {
    return this.#machine.step(Event.RELEASE_RESPONSE);
  }

  canAbort(): boolean {
    return this.#machine.can(Event.ABORT_REQUEST);
  }

  abort(source: number, reason: number): boolean {
    this.#abortPdu = { kind: 'A-ABORT', source, reason };
    return this.#machine.step(Event.ABORT_REQUEST);
  }

  canSendData(): boolean {
    return this.#machine.can(Event.DATA_REQUEST);
  }

  onArtim(): void {
    const waiting = this.#machine.state === State.AWAIT_ASSOCIATE_RQ;
    this.#machine.step(Event.ARTIM_EXPIRED);
    const ms = waiting ? this.#associateMs : ARTIM_MS;
    this.#user.onEnded({ kind: 'timeout', phase: waiting ? 'associate' : 'release', ms });
  }

  // ------------------------------------------------------------------ what the peer sends

  onDataPdu(): boolean {
    const { state } = this.#machine;
    this.#user.onDataStart();
    if (state === State.ESTABLISHED) return true;
    if (state !== State.AWAIT_RELEASE_RP) this.#blame('P-DATA-TF');
    this.#machine.step(Event.DATA_TF);
    return this.#machine.state === State.AWAIT_RELEASE_RP;
  }

  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void {
    this.#user.onPdv(pdv, buffer, start, end);
  }

  onPdu(pdu: Pdu): void {
    const { state } = this.#machine;
    this.#user.trace?.pdu('received', pdu);
    this.#blame(pdu.kind);
    if (pdu.kind === 'A-ABORT') {
      this.#cause = { kind: 'aborted', source: pdu.source, reason: pdu.reason, local: false };
    } else if (pdu.kind === 'A-ASSOCIATE-AC' || pdu.kind === 'A-ASSOCIATE-RJ') {
      if (state === State.AWAIT_ASSOCIATE_AC) this.#answer = pdu;
    } else if (pdu.kind === 'A-ASSOCIATE-RQ') {
      if (state === State.AWAIT_ASSOCIATE_RQ) this.#rq = pdu;
    }
    this.#machine.step(EVENT_OF[pdu.kind]);
    this.#afterStep(pdu);
  }

  onInvalid(failure: ProtocolFailure, abortReason: number): void {
    this.#cause = failure;
    this.#providerReason = abortReason;
    this.reader.stop();
    this.#machine.step(Event.INVALID_PDU);
    this.#user.onEnded(failure);
  }

  /** Indications that the user answers at once come when the new state holds. */
  #afterStep(pdu: Pdu): void {
    const { state } = this.#machine;
    if (pdu.kind === 'A-ASSOCIATE-RQ' && state === State.AWAIT_LOCAL_ASSOCIATE_RESPONSE) {
      this.#user.onAssociateRq(pdu);
    } else if (pdu.kind === 'A-ASSOCIATE-AC' && state === State.ESTABLISHED) {
      this.#user.onAnswer(pdu);
    } else if (this.#machine.can(Event.RELEASE_RESPONSE)) {
      if (pdu.kind === 'A-RELEASE-RQ' || pdu.kind === 'A-RELEASE-RP') this.#user.onReleaseRq();
    }
  }

  /** Should the machine abort now, then because of this PDU. */
  #blame(kind: Pdu['kind'] | 'P-DATA-TF'): void {
    this.#cause = null;
    this.#blamed = kind;
    this.#blamedState = this.#machine.state;
    this.#blamedAt = this.reader.received;
    this.#providerReason = AbortReason.UNEXPECTED_PDU;
  }

  #onTransportClosed(): void {
    if (this.#machine.state === State.IDLE) return;
    const why = transportFailure(this.#socketError, this.#user.phase());
    this.#cause = why;
    this.reader.stop();
    this.#machine.step(Event.TRANSPORT_CLOSED);
    this.#user.onEnded(why);
    this.close();
  }

  // ------------------------------------------------------------------ port of the state machine

  connect(): void {
    // AE-1: the socket is connected before the association begins; AE-2 follows at once.
  }

  send(pdu: Sendable): void {
    const value = this.#toSend(pdu);
    if (value === null || !this.#socket.writable) return;
    this.#user.trace?.pdu('sent', value);
    this.#user.write(encodeAgain(value));
  }

  #toSend(pdu: Sendable): Pdu | null {
    switch (pdu) {
      case 'A-ASSOCIATE-RQ':
        return this.#rq;
      case 'A-ASSOCIATE-AC':
      case 'A-ASSOCIATE-RJ':
        return this.#answer;
      case 'A-RELEASE-RQ':
      case 'A-RELEASE-RP':
        return { kind: pdu };
      case 'A-ABORT user':
        return this.#abortPdu;
      case 'A-ABORT provider': {
        const source = AbortSource.SERVICE_PROVIDER;
        return { kind: 'A-ABORT', source, reason: this.#providerReason };
      }
      case 'P-DATA-TF':
        // DT-1 and AR-7 are the outbox.
        return null;
    }
  }

  indicate(what: Indication): void {
    if (what !== 'A-ABORT' && what !== 'A-P-ABORT') return;
    this.reader.stop();
    const cause = this.#cause,
      blamed = this.#blamed,
      blamedState = this.#blamedState,
      blamedAt = this.#blamedAt;
    this.#user.onEnded(cause ?? unexpectedPdu(blamed, blamedState, blamedAt));
  }

  confirm(what: Confirmation): void {
    if (what === 'A-ASSOCIATE reject' && this.#answer !== null) this.#user.onAnswer(this.#answer);
    else if (what === 'A-RELEASE') this.#user.onReleased();
  }

  startArtim(): void {
    const waiting = this.#machine.state === State.IDLE;
    this.#user.arm('artim', waiting ? this.#associateMs : ARTIM_MS);
  }

  stopArtim(): void {
    this.#user.arm('none', 0);
  }

  close(): void {
    if (this.#socket.destroyed) return;
    // Nothing waits to be written: the FIN of close() is enough. TLS says goodbye first.
    if (this.#socket.writableLength === 0 && !('encrypted' in this.#socket)) {
      this.#user.arm('none', 0);
      this.#socket.destroy();
      return;
    }
    this.#user.arm('close', CLOSE_MS);
    this.#socket.destroySoon();
  }

  ignore(): void {
    // AA-6: the association is over, nothing is done with what still comes.
  }

  acceptable(): boolean {
    const rq = this.#rq;
    if (rq === null) return false;
    const version = (rq.protocolVersion & PROTOCOL_VERSION) !== 0;
    if (version && rq.applicationContext === APPLICATION_CONTEXT) return true;
    // PS3.8 Table 9-21: 2/2 protocol version, 1/2 application context name.
    this.#answer = { kind: 'A-ASSOCIATE-RJ', result: 1, source: version ? 1 : 2, reason: 2 };
    return false;
  }
}
