// Opens an association as requestor: one call, one typed outcome.
import type { Socket } from 'node:net';
import {
  type Aborted,
  DicomError,
  type Failure,
  type ProtocolFailure,
  type Rejected,
  type TimeoutFailure,
  type TransportFailure,
} from '../errors.ts';
import type { Trace } from '../trace.ts';
import { type AssociateRequest, DEFAULT_TIMEOUTS, type Timeouts } from './associate-request.ts';
import type { Association } from './association.ts';
import { AbortReason, AbortSource, DEFAULT_MAX_PDU } from './constants.ts';
import { Endpoint, type EndpointHooks } from './endpoint.ts';
import { SMALLEST_MAX_PDU } from './pdu/frame.ts';
import { windowOf } from './negotiate.ts';
import { associateRqOf, contextsOf } from './pdu/pdu-memo.ts';
import type { AssociateAc, AssociateRj, AssociateRq } from './pdu/pdu.ts';
import { Transport, type TransportUser } from './socket/transport.ts';

/** ms with fractions; 0 for a phase that was not reached or does not apply. */
export interface AssociateTimes {
  /** TCP connection. */
  readonly connectMs: number;
  /** TLS handshake. */
  readonly tlsMs: number;
  /** A-ASSOCIATE-RQ → AC or RJ. */
  readonly associateMs: number;
}

/** Opened: the association, and what the peer said beside its contexts. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly association: Association;
  /** The A-ASSOCIATE-AC: implementation, roles, extended negotiation, user identity response. */
  readonly answer: AssociateAc;
}

export type AssociateOutcome = AssociateTimes &
  (Accepted | Rejected | Aborted | TransportFailure | TimeoutFailure | ProtocolFailure);

/** A request under way. */
export interface Associating {
  /** Gives up: no outcome is reported any more. */
  abort(): void;
}

function timeoutsOf({ timeouts }: AssociateRequest): Timeouts {
  return timeouts === undefined ? DEFAULT_TIMEOUTS : { ...DEFAULT_TIMEOUTS, ...timeouts };
}

/** Towards a peer that does not state a maximum length. */
const UNSTATED_MAX_PDU = 16_384;

class Opening implements Associating, TransportUser, EndpointHooks {
  readonly #rq: AssociateRq;
  readonly #maxPdu: number;
  readonly #timeouts: Timeouts;
  readonly #trace: Trace | null;
  readonly #transport: Transport;
  #done: ((outcome: AssociateOutcome) => void) | null;
  #endpoint: Endpoint | null = null;
  #sentAt = 0;

  constructor(request: AssociateRequest, done: (outcome: AssociateOutcome) => void) {
    this.#rq = associateRqOf(request);
    this.#done = done;
    this.#trace = request.trace ?? null;
    this.#maxPdu = request.maxPdu ?? DEFAULT_MAX_PDU;
    this.#timeouts = timeoutsOf(request);
    try {
      this.#transport = new Transport(request, this.#timeouts, this);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new DicomError(
        'ASSOC_ARGUMENT',
        `cannot connect to ${request.host}:${request.port}: ${message}`,
        { cause },
      );
    }
  }

  abort(): void {
    this.#done = null;
    if (this.#endpoint === null) this.#transport.abort();
    else this.#endpoint.abort();
  }

  onConnected(socket: Socket): void {
    const endpoint = new Endpoint('requestor', socket, this, this.#timeouts);
    this.#endpoint = endpoint;
    endpoint.trace = this.#trace;
    endpoint.limitPdu(this.#maxPdu);
    this.#sentAt = performance.now();
    endpoint.associate(this.#rq);
  }

  onBytes(buffer: Buffer, end: number): void {
    this.#endpoint?.receive(buffer, 0, end);
  }

  onFailed(failure: TransportFailure | TimeoutFailure): void {
    this.#settle(failure, 0);
  }

  onAnswer(endpoint: Endpoint, answer: AssociateAc | AssociateRj | Failure): void {
    const associateMs = performance.now() - this.#sentAt;
    switch (answer.kind) {
      case 'A-ASSOCIATE-AC':
        this.#onAccepted(endpoint, answer, associateMs);
        break;
      case 'A-ASSOCIATE-RJ': {
        const { result, source, reason } = answer;
        this.#settle({ kind: 'rejected', result, source, reason }, associateMs);
        break;
      }
      case 'released':
      case 'injected':
        this.#settle({ kind: 'aborted', source: 0, reason: 0, local: true }, associateMs);
        break;
      default:
        this.#settle(answer, associateMs);
    }
  }

  #onAccepted(endpoint: Endpoint, answer: AssociateAc, associateMs: number): void {
    const maxPdu = answer.user.maxPdu ?? UNSTATED_MAX_PDU;
    if (maxPdu > 0 && maxPdu < SMALLEST_MAX_PDU) {
      // `onEnded` reports it: the association was not established yet.
      const why = { kind: 'protocol' as const, code: 'PROTO_MAX_PDU', offset: 0, window: '' };
      const message = `the peer takes P-DATA-TF of at most ${maxPdu} bytes, too few for any data`;
      const reason = AbortReason.INVALID_PARAMETER;
      endpoint.abortWith(
        { ...why, message, clause: 'PS3.8 D.1' },
        AbortSource.SERVICE_USER,
        reason,
      );
      return;
    }
    endpoint.establish({
      contexts: contextsOf(this.#rq, answer),
      maxPdu,
      window: windowOf('requestor', this.#rq.user.asyncOps, answer.user.asyncOps),
    });
    const done = this.#done;
    this.#done = null;
    const { connectMs, tlsMs } = this.#transport;
    const kind = 'accepted';
    done?.({ kind, association: endpoint, answer, connectMs, tlsMs, associateMs });
  }

  #settle(
    outcome: Rejected | Aborted | TransportFailure | TimeoutFailure | ProtocolFailure,
    associateMs: number,
  ): void {
    const done = this.#done;
    this.#done = null;
    const { connectMs, tlsMs } = this.#transport;
    done?.({ ...outcome, connectMs, tlsMs, associateMs });
  }
}

/**
 * Opens an association. `done` is called once, never synchronously.
 * @throws DicomError `ASSOC_ARGUMENT` for a request that cannot be encoded (AE title over 16
 * characters, more than 128 contexts, …).
 */
export function associate(
  request: AssociateRequest,
  done: (outcome: AssociateOutcome) => void,
): Associating {
  return new Opening(request, done);
}
