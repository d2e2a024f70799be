// One incoming connection: the decision on its A-ASSOCIATE-RQ, carried out.
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from '../implementation.ts';
import type { Socket } from 'node:net';
import type { Room } from '../collected.ts';
import type { AsyncOps, Timeouts } from '../ul/associate-request.ts';
import { APPLICATION_CONTEXT, DEFAULT_MAX_PDU, PROTOCOL_VERSION } from '../ul/constants.ts';
import { Endpoint, type EndpointHooks } from '../ul/endpoint.ts';
import { SMALLEST_MAX_PDU } from '../ul/pdu/frame.ts';
import { windowOf } from '../ul/negotiate.ts';
import { readShared } from '../ul/socket/shared-read.ts';
import type { AssociateAc, AssociateRq } from '../ul/pdu/pdu.ts';
import { nonsense } from './contexts.ts';
import { later } from './later.ts';
import type { AcceptDecision, AcceptorHandler, AssociateDecision } from './acceptor-types.ts';

/** What we offer when the requestor asks for a window and the decision does not say. */
const DEFAULT_WINDOW = 64;
const UNSTATED_MAX_PDU = 16_384;

function answeredOps(rq: AssociateRq, decision: AcceptDecision): AsyncOps | null {
  const asked = rq.user.asyncOps;
  if (asked === null) return null;
  const limit = (operations: number, allowed: number): number => {
    if (operations === 0) return allowed;
    return allowed === 0 ? operations : Math.min(operations, allowed);
  };
  const offer = decision.asyncOps ?? { invoked: DEFAULT_WINDOW, performed: DEFAULT_WINDOW };
  return {
    invoked: limit(asked.invoked, offer.invoked),
    performed: limit(asked.performed, offer.performed),
  };
}

function toAssociateAc(rq: AssociateRq, decision: AcceptDecision): AssociateAc {
  const proposed = new Map(rq.contexts.map((context) => [context.id, context]));
  const roles = rq.user.roles.length === 0 ? [] : (decision.roles ?? rq.user.roles);
  return {
    kind: 'A-ASSOCIATE-AC',
    protocolVersion: PROTOCOL_VERSION,
    calledAET: rq.calledAET,
    callingAET: rq.callingAET,
    applicationContext: APPLICATION_CONTEXT,
    contexts: decision.contexts.map(({ id, result, transferSyntax }) => ({
      id,
      result,
      // Not significant when refused, but the item has to be there (PS3.8 §9.3.3.2).
      transferSyntax: transferSyntax || (proposed.get(id)?.transferSyntaxes[0] ?? ''),
    })),
    user: {
      maxPdu: decision.maxPdu ?? DEFAULT_MAX_PDU,
      implementationClassUid: decision.implementationClassUid ?? IMPLEMENTATION_CLASS_UID,
      implementationVersion: decision.implementationVersion ?? IMPLEMENTATION_VERSION,
      asyncOps: answeredOps(rq, decision),
      roles,
      extended: decision.extended ?? [],
      commonExtended: [],
    },
    userIdentityResponse: identityResponse(rq, decision),
  };
}

function identityResponse(rq: AssociateRq, decision: AcceptDecision): Uint8Array | null {
  if (rq.userIdentity?.respond !== true) return null;
  const { userIdentityResponse } = decision;
  return userIdentityResponse === undefined ? new Uint8Array() : userIdentityResponse;
}

/** What all associations of a server share. */
export interface Surroundings {
  readonly timeouts: Timeouts;
  readonly open: () => number;
  readonly tls: boolean;
  readonly room: Room;
}

export class Acceptance implements EndpointHooks {
  readonly #endpoint: Endpoint;
  readonly #socket: Socket;
  readonly #handler: AcceptorHandler;
  readonly #around: Surroundings;

  constructor(socket: Socket, handler: AcceptorHandler, around: Surroundings) {
    this.#socket = socket;
    this.#handler = handler;
    this.#around = around;
    this.#endpoint = new Endpoint('acceptor', socket, this, around.timeouts);
    this.#endpoint.room = around.room;
  }

  start(): void {
    const endpoint = this.#endpoint;
    readShared(this.#socket, (buffer, end) => {
      endpoint.receive(buffer, 0, end);
      return true;
    });
    endpoint.upper.listen();
  }

  onAssociateRq(_endpoint: Endpoint, rq: AssociateRq): void {
    const refused = nonsense(rq);
    if (refused !== null) {
      this.#carryOut(rq, refused);
      return;
    }
    const decision = this.#handler.onAssociate({
      rq,
      remoteAddress: this.#socket.remoteAddress ?? '',
      remotePort: this.#socket.remotePort ?? 0,
      open: this.#around.open(),
      tls: this.#around.tls,
    });
    const delay = 'delayMs' in decision ? (decision.delayMs ?? 0) : 0;
    later(delay, () => this.#carryOut(rq, decision));
  }

  onReleaseRq(endpoint: Endpoint): boolean {
    return this.#handler.onRelease?.(endpoint) ?? true;
  }

  #carryOut(rq: AssociateRq, decision: AssociateDecision): void {
    const endpoint = this.#endpoint;
    switch (decision.kind) {
      case 'accept':
        this.#accept(rq, decision);
        break;
      case 'reject': {
        const { result, source, reason } = decision;
        endpoint.upper.respondAssociate({ kind: 'A-ASSOCIATE-RJ', result, source, reason });
        break;
      }
      case 'abort':
        endpoint.abort(decision.source, decision.reason);
        break;
      case 'reset':
        endpoint.destroy();
        break;
      case 'silence':
        break;
    }
  }

  #accept(rq: AssociateRq, decision: AcceptDecision): void {
    const endpoint = this.#endpoint,
      handler = this.#handler;
    const maxPdu = rq.user.maxPdu ?? UNSTATED_MAX_PDU;
    if (maxPdu > 0 && maxPdu < SMALLEST_MAX_PDU) {
      endpoint.abort();
      return;
    }
    const answer = toAssociateAc(rq, decision);
    endpoint.limitPdu(answer.user.maxPdu ?? DEFAULT_MAX_PDU);
    if (!endpoint.upper.respondAssociate(answer)) return;
    endpoint.handler = decision.handler ?? handler;
    endpoint.data = decision.data;
    endpoint.onClosed = (association, why) => handler.onClosed?.(association, why);
    endpoint.establish({
      contexts: decision.contexts,
      maxPdu,
      window: windowOf('acceptor', rq.user.asyncOps, answer.user.asyncOps),
    });
    handler.onOpened?.(endpoint);
  }
}
