// One association on one connected socket, either role: what its user does with it, and DIMSE on top
// of the upper layer.
import type { Socket } from 'node:net';
import type { Room } from '../collected.ts';
import { Inbox } from '../dimse/inbox.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import { Outstanding } from '../dimse/outstanding.ts';
import type { Pending } from '../dimse/pending.ts';
import type { Failure, Phase } from '../errors.ts';
import type { Trace } from '../trace.ts';
import type { NegotiatedContext, Timeouts } from './associate-request.ts';
import type { Association, RequestHandler } from './association.ts';
import { AbortReason, AbortSource } from './constants.ts';
import { unanswered } from './failures.ts';
import { HandlerInbox } from './handler-inbox.ts';
import { type Agreed, findContext } from './negotiate.ts';
import { Outbox, type OutboxUser } from './socket/outbox.ts';
import { type Outgoing, traceSent } from './outgoing.ts';
import { cancelMessage, responseMessage, storeResponse } from './outgoing-messages.ts';
import type { AssociateAc, AssociateRj, AssociateRq } from './pdu/pdu.ts';
import type { FaultKind, SendFault } from './send-fault.ts';
import { resetSocket } from './socket/reset.ts';
import { wheel } from './thread.ts';
import { State } from './transitions.ts';
import type { PdvHeader } from './pdu/pdu-reader.ts';
import { CLOSE_MS, UpperLayer, type UpperUser } from './upper-layer.ts';
import { Watch, type WatchMode, type WatchUser } from './socket/watch.ts';

/** What the opener or the acceptor of the association hears. */
export interface EndpointHooks {
  /** Requestor: AC, RJ, or why there is neither. Once. */
  onAnswer?(endpoint: Endpoint, answer: AssociateAc | AssociateRj | Failure): void;
  /** Acceptor: an A-ASSOCIATE-RQ to decide on. */
  onAssociateRq?(endpoint: Endpoint, rq: AssociateRq): void;
  /** The peer asks to release; false leaves it unanswered. */
  onReleaseRq?(endpoint: Endpoint): boolean;
}

const CONTEXT_ID_OFFSET = 10; // PS3.8 §9.3.5.1: behind the PDU header and the PDV length

export class Endpoint implements Association, UpperUser, OutboxUser, WatchUser {
  readonly role: 'requestor' | 'acceptor';
  calledAET = '';
  callingAET = '';
  contexts: readonly NegotiatedContext[] = [];
  maxPdu = 0;
  window = 1;
  closedBy: Failure | null = null;
  handler: RequestHandler | null = null;
  onClosed: ((association: Association, why: Failure) => void) | null = null;
  data: unknown = undefined;
  trace: Trace | null = null;
  room: Room | null = null;
  readonly waiting = new Outstanding();
  /** `performance.now()` of the chunk that is being read, or was last. */
  chunkAt = 0;
  readonly outbox: Outbox;
  readonly upper: UpperLayer;
  readonly #inbox: Inbox;
  readonly #watch: Watch;
  readonly #socket: Socket;
  readonly #hooks: EndpointHooks;
  readonly #timeouts: Timeouts;
  #agreed = false;
  #releasing = false;
  #releaseAt = 0;
  #releaseDone: ((ms: number, failure: Failure | null) => void) | null = null;

  constructor(
    role: 'requestor' | 'acceptor',
    socket: Socket,
    hooks: EndpointHooks,
    timeouts: Timeouts,
  ) {
    this.role = role;
    this.#socket = socket;
    this.#hooks = hooks;
    this.#timeouts = timeouts;
    this.#inbox = new Inbox(new HandlerInbox(this));
    this.outbox = new Outbox(socket, this);
    this.#watch = new Watch(this, wheel, timeouts);
    this.upper = new UpperLayer(role === 'requestor', socket, this, timeouts.associateMs);
    socket.on('close', () => {
      this.#watch.arm('none', 0);
      this.outbox.kill();
    });
  }

  // ------------------------------------------------------------------ opening

  /** Requestor: the transport is connected, ask for the association. */
  associate(rq: AssociateRq): void {
    this.calledAET = rq.calledAET;
    this.callingAET = rq.callingAET;
    this.upper.associate(rq);
    this.#watch.arm('associate', this.#timeouts.associateMs);
  }

  /** Largest P-DATA-TF we take, as announced. */
  limitPdu(maxPdu: number): void {
    this.upper.reader.maxPdu = maxPdu;
  }

  /** Both sides have agreed: the association is established. */
  establish(agreed: Agreed): void {
    this.contexts = agreed.contexts;
    this.maxPdu = agreed.maxPdu;
    this.window = agreed.window;
    this.#agreed = true;
    this.#watch.established();
  }

  /** Bytes from the socket. */
  receive(buffer: Buffer, start: number, end: number): void {
    this.chunkAt = performance.now();
    const { reader } = this.upper;
    reader.push(buffer, start, end);
    if (this.#inbox.messageAt === 0 && !reader.idle) this.#inbox.messageAt = this.chunkAt;
  }

  // ------------------------------------------------------------------ the association's user

  get open(): boolean {
    return (
      this.closedBy === null &&
      this.#agreed &&
      !this.#releasing &&
      this.upper.state === State.ESTABLISHED
    );
  }

  get outstanding(): number {
    return this.waiting.count;
  }

  get bytesSent(): number {
    return this.outbox.bytes;
  }

  get backlog(): number {
    return this.outbox.waiting;
  }

  get bytesReceived(): number {
    return this.upper.reader.received;
  }

  contextFor(sopClass: string, transferSyntax: string): number {
    return findContext(this.contexts, sopClass, transferSyntax);
  }

  context(id: number): NegotiatedContext | undefined {
    return this.contexts.find((context) => context.id === id);
  }

  send(message: Outgoing, pending: Pending, fault?: SendFault): void {
    pending.messageId = 0;
    pending.commandField = message.commandField;
    pending.contextId = 0;
    pending.sendStart = 0;
    pending.sendEnd = 0;
    pending.firstByte = 0;
    pending.lastByte = 0;
    if (!this.open) {
      message.written(true);
      message.body?.close();
      pending.onFailure(this.closedBy ?? { kind: 'released', local: true });
      return;
    }
    const { outbox } = this;
    const now = fault === undefined && outbox.ready && outbox.isWhole(message);
    if (!now || !this.mayRequest()) {
      outbox.enqueue(message, pending, fault);
      return;
    }
    this.onStart(message, pending);
    outbox.writeMessage(message, pending);
  }

  respond(request: IncomingRequest, fields: ResponseFields): void {
    if (this.#canRespond()) this.#sendResponse(responseMessage(request, fields, this.maxPdu));
  }

  /** C-STORE-RSP. */
  reply(request: IncomingRequest, status: number): void {
    if (this.#canRespond()) this.#sendResponse(storeResponse(request, status, this.maxPdu));
  }

  cancel(pending: Pending): void {
    if (!this.open || this.waiting.get(pending.messageId) !== pending) return;
    this.#sendResponse(cancelMessage(pending, this.maxPdu));
  }

  release(done?: (ms: number, failure: Failure | null) => void): void {
    if (!this.open) {
      done?.(0, this.closedBy ?? { kind: 'released', local: true });
      return;
    }
    this.#releaseDone = done ?? null;
    this.#releasing = true;
    this.#releaseWhenDone();
  }

  abort(source: number = AbortSource.SERVICE_USER, reason = 0): void {
    this.abortWith({ kind: 'aborted', source, reason, local: true }, source, reason);
  }

  destroy(): void {
    this.reset({ kind: 'aborted', source: AbortSource.SERVICE_USER, reason: 0, local: true });
  }

  close(): void {
    this.onEnded({ kind: 'aborted', source: AbortSource.SERVICE_USER, reason: 0, local: true });
    this.upper.close();
  }

  // ------------------------------------------------------------------ endings

  /** Ends it for `why`, and tells the peer by A-ABORT at the next PDU boundary. */
  abortWith(why: Failure, source: number = AbortSource.SERVICE_USER, reason = 0): void {
    if (this.closedBy !== null) return;
    if (!this.upper.canAbort()) {
      this.onEnded(why);
      return;
    }
    this.upper.reader.stop();
    this.#watch.arm('close', CLOSE_MS);
    this.outbox.finishPdu(() => this.upper.abort(source, reason));
    this.onEnded(why);
  }

  /** TCP reset, for `why`. */
  reset(why: Failure): void {
    this.outbox.close();
    this.onEnded(why);
    resetSocket(this.#socket);
  }

  onEnded(why: Failure): void {
    if (this.closedBy !== null) return;
    this.closedBy = why;
    this.trace?.ended(why);
    this.#inbox.clear();
    const queued = this.outbox.close();
    const { bytesReceived } = this;
    for (const one of this.waiting.drain()) one.onFailure(unanswered(one, why, bytesReceived));
    for (const pending of queued) pending.onFailure(why);
    const done = this.#releaseDone;
    this.#releaseDone = null;
    done?.(0, why);
    if (!this.#agreed) this.#hooks.onAnswer?.(this, why);
    this.onClosed?.(this, why);
  }

  /** A-RELEASE-RQ goes out when nothing is outstanding or queued any more. */
  #releaseWhenDone(): void {
    if (!this.#releasing || this.#releaseAt > 0 || this.upper.state !== State.ESTABLISHED) return;
    if (this.waiting.count > 0 || !this.outbox.empty) return;
    this.#releaseAt = performance.now();
    this.#watch.arm('release', this.#timeouts.releaseMs);
    this.upper.requestRelease();
  }

  #canRespond(): boolean {
    return this.closedBy === null && this.upper.canSendData();
  }

  #sendResponse(message: Outgoing): void {
    if (this.trace !== null) traceSent(this.trace, message);
    if (this.outbox.ready && !this.outbox.hasResponses) this.outbox.writeMessage(message, null);
    else this.outbox.enqueue(message, null, undefined);
  }

  // ------------------------------------------------------------------ upper layer

  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void {
    this.#inbox.onPdv(pdv, buffer, start, end);
  }

  onDataStart(): void {
    if (this.#inbox.messageAt === 0) this.#inbox.messageAt = this.chunkAt;
  }

  onAssociateRq(rq: AssociateRq): void {
    this.calledAET = rq.calledAET;
    this.callingAET = rq.callingAET;
    this.#hooks.onAssociateRq?.(this, rq);
  }

  onAnswer(answer: AssociateAc | AssociateRj): void {
    this.#watch.arm('none', 0);
    this.#hooks.onAnswer?.(this, answer);
    if (answer.kind === 'A-ASSOCIATE-RJ') {
      this.#agreed = true;
      this.onEnded({ kind: 'released', local: false });
    }
  }

  onReleaseRq(): void {
    if (this.closedBy !== null || this.#hooks.onReleaseRq?.(this) === false) return;
    this.outbox.finishPdu(() => {
      this.upper.respondRelease();
      // The requestor in a collision still waits for the RP to its own RQ.
      if (this.upper.state === State.AWAIT_CLOSE) this.onEnded({ kind: 'released', local: false });
    });
  }

  onReleased(): void {
    const done = this.#releaseDone;
    this.#releaseDone = null;
    done?.(performance.now() - this.#releaseAt, null);
    if (this.upper.state !== State.COLLISION_ACCEPTOR_RP)
      this.onEnded({ kind: 'released', local: true });
  }

  write(pdu: Buffer): void {
    this.outbox.write([pdu]);
  }

  arm(mode: WatchMode, ms: number): void {
    this.#watch.arm(mode, ms);
  }

  phase(): Phase {
    if (!this.#agreed) return 'associate';
    if (this.#releasing) return 'release';
    if (this.waiting.count === 0) return 'idle';
    return this.outbox.sending ? 'request' : 'response';
  }

  // ------------------------------------------------------------------ outbox

  mayRequest(): boolean {
    return this.waiting.count < this.window;
  }

  onStart(message: Outgoing, pending: Pending): void {
    const id = this.waiting.add(pending);
    const { head, messageIdOffset } = message;
    head[messageIdOffset] = id & 0xff;
    head[messageIdOffset + 1] = id >> 8;
    pending.contextId = head[CONTEXT_ID_OFFSET] ?? 0;
    if (this.trace !== null) traceSent(this.trace, message);
    this.#watch.wake(pending.responseMs);
  }

  onDrained(): void {
    if (this.#releasing) this.#releaseWhenDone();
  }

  onFault(kind: FaultKind, afterBytes: number): void {
    const why: Failure = { kind: 'injected', fault: kind, afterBytes };
    if (kind === 'abortAfter') {
      this.abortWith(why);
    } else if (kind === 'destroyAfter') {
      this.reset(why);
    } else {
      this.onEnded(why);
      this.upper.close();
    }
  }

  onSourceError(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const why: Failure = { kind: 'transport', code: 'SOURCE_READ', message, phase: 'request' };
    // In the middle of a PDU there is no boundary to abort at.
    this.reset(why);
  }

  // ------------------------------------------------------------------ inbox

  /** The window may have room again. */
  onAnswered(): void {
    if (!this.outbox.empty) this.outbox.advance();
    else if (this.#releasing) this.#releaseWhenDone();
  }

  onProtocolError(message: string, clause: string, buffer: Buffer, at: number): void {
    const failure = this.upper.reader.failure({ message, clause }, buffer, at, at);
    this.upper.onInvalid({ ...failure, code: 'PROTO_MESSAGE' }, AbortReason.INVALID_PARAMETER);
  }

  // ------------------------------------------------------------------ timeouts

  get inboundAt(): number {
    return this.#inbox.requestAt;
  }

  onArtim(): void {
    this.upper.onArtim();
  }

  onTimeout(phase: Phase, ms: number): void {
    this.abortWith({ kind: 'timeout', phase, ms });
  }

  onCloseTimeout(): void {
    resetSocket(this.#socket);
  }
}
