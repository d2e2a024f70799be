// What the acceptor's user decides and hears; behaviour is data wherever it can be.
import type { Failure, TransportFailure } from '../errors.ts';
import type {
  AsyncOps,
  ExtendedNegotiation,
  NegotiatedContext,
  RoleSelection,
  Timeouts,
  TlsOptions,
} from '../ul/associate-request.ts';
import type { Association, RequestHandler } from '../ul/association.ts';
import type { AssociateRq } from '../ul/pdu/pdu.ts';

/** An A-ASSOCIATE-RQ as it came, and from where. */
export interface AssociateIndication {
  readonly rq: AssociateRq;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Associations open on this server, this one not counted. */
  readonly open: number;
  readonly tls: boolean;
}

export interface AcceptDecision {
  readonly kind: 'accept';
  /** One per proposed context, by `negotiateContexts` or of your own making. */
  readonly contexts: readonly NegotiatedContext[];
  /** Largest P-DATA-TF we take (default 131,072). */
  readonly maxPdu?: number;
  /** Answer to a proposed asynchronous operations window (default: as proposed, at most 64). */
  readonly asyncOps?: AsyncOps;
  readonly roles?: readonly RoleSelection[];
  readonly extended?: readonly ExtendedNegotiation[];
  /**
   * Server response of user identity (PS3.7 D.3.3.7.2), when asked for. Default empty, which is
   * what a name or a password is answered with; null gives none.
   */
  readonly userIdentityResponse?: Uint8Array | null;
  readonly implementationClassUid?: string;
  readonly implementationVersion?: string;
  /** Wait before the AC goes out. */
  readonly delayMs?: number;
  /** Answers this association's requests instead of the server's handler. */
  readonly handler?: RequestHandler;
  /** Copied to `association.data`. */
  readonly data?: unknown;
}

/** Any result, source and reason, standard or not (PS3.8 Table 9-21). */
export interface RejectDecision {
  readonly kind: 'reject';
  readonly result: number;
  readonly source: number;
  readonly reason: number;
  readonly delayMs?: number;
}

export type AssociateDecision =
  | AcceptDecision
  | RejectDecision
  | { readonly kind: 'abort'; readonly source: number; readonly reason: number }
  /** TCP reset instead of an answer. */
  | { readonly kind: 'reset' }
  /** Never answers. */
  | { readonly kind: 'silence' };

export interface AcceptorHandler extends RequestHandler {
  onAssociate(indication: AssociateIndication): AssociateDecision;
  /** The AC is on its way. */
  onOpened?(association: Association): void;
  /** A-RELEASE-RQ came; false leaves it unanswered. */
  onRelease?(association: Association): boolean;
  /** The end of an opened association: released, aborted (source, reason), transport, timeout. */
  onClosed?(association: Association, why: Failure): void;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | null;
  readonly handler: AcceptorHandler;
  /** `associateMs` is the wait for the A-ASSOCIATE-RQ (ARTIM), `idleMs` for the next message. */
  readonly timeouts?: Partial<Timeouts>;
  /** A handshake failed: no TLS, no trust, no end. `from` is the address of who tried, '' when closed. */
  onTlsFailure?(failure: TransportFailure, from: string): void;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Associations and connections open now. */
  readonly connections: number;
  /** Stops listening, resets what is open, resolves when all is closed. */
  close(): Promise<void>;
}
