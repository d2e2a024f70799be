// One association as its user sees it, either role (PS3.8 §7), and who answers the peer's requests.
// Hot path: no promise, no closure, no copy per message.
import type { Failure } from '../errors.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import type { Pending } from '../dimse/pending.ts';
import type { NegotiatedContext } from './associate-request.ts';
import type { Outgoing } from './outgoing.ts';
import type { SendFault } from './send-fault.ts';

export interface Association {
  readonly role: 'requestor' | 'acceptor';
  readonly calledAET: string;
  readonly callingAET: string;
  /** All proposed contexts with their results, in order of proposal. */
  readonly contexts: readonly NegotiatedContext[];
  /** Largest P-DATA-TF the peer takes; 0 = unlimited. */
  readonly maxPdu: number;
  /** How many requests we may have outstanding (PS3.7 D.3.3.3); 65,535 = unlimited. */
  readonly window: number;
  /** Requests sent or queued and not answered. */
  readonly outstanding: number;
  /** True until released, aborted or broken. */
  readonly open: boolean;
  /** Why it ended; null while it is open. */
  readonly closedBy: Failure | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Bytes that wait in this process for a peer that does not take them. */
  readonly backlog: number;
  /** While it is sending, the kernel has not taken all of what was given to {@link send}. */
  readonly outbox: { readonly sending: boolean };
  /** Answers requests of the peer; null refuses them (0x0211 unrecognized operation). */
  handler: RequestHandler | null;
  /** Called once when the association has ended, for whatever reason. */
  onClosed: ((association: Association, why: Failure) => void) | null;
  /** For the user of the association. */
  data: unknown;

  /** Accepted context ID for the pair (transfer syntax '' = any), 0 = none. */
  contextFor(sopClass: string, transferSyntax: string): number;
  context(id: number): NegotiatedContext | undefined;
  /**
   * Sends, or queues while the window is full. `pending` hears of it; on an association that is no
   * longer open `onFailure` is called at once. `head` belongs to the association until `written`.
   */
  send(message: Outgoing, pending: Pending, fault?: SendFault): void;
  /** Answers a request of the peer. */
  respond(request: IncomingRequest, fields: ResponseFields): void;
  /** C-CANCEL-RQ (PS3.7 §9.3.2.3) for a request whose responses are still coming. */
  cancel(pending: Pending): void;
  /** A-RELEASE; `done` gets the time RQ → RP in ms, or what went wrong. */
  release(done?: (ms: number, failure: Failure | null) => void): void;
  /** A-ABORT (source 0 service-user, 2 service-provider). */
  abort(source?: number, reason?: number): void;
  /** TCP reset, without a word. */
  destroy(): void;
  /** TCP FIN, without a word. */
  close(): void;
}

/** What answers the requests of one association. */
export interface RequestHandler {
  /** The command set of a C-STORE-RQ; its data set follows in pieces. */
  onStore?(association: Association, request: IncomingRequest): void;
  /** A piece of the data set, never accumulated by the wire; valid during the call only. */
  onStoreData?(
    association: Association,
    request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void;
  /** The data set is complete. Returns the status of the response, or `REPLY_LATER`. */
  onStoreEnd?(association: Association, request: IncomingRequest): number;
  /**
   * Whether the data set of any other request is wanted (default yes). One that will be refused
   * needs none: it is let go by, and `onRequest` gets null.
   */
  collects?(association: Association, request: IncomingRequest): boolean;
  /**
   * Any other request, with its whole data set (≤ 64 MiB, null when there is none): answer with
   * `association.respond(request, …)`, once or (pending) many times.
   */
  onRequest?(association: Association, request: IncomingRequest, dataset: Buffer | null): void;
  /** C-CANCEL-RQ for the request with this message ID. */
  onCancel?(association: Association, messageId: number): void;
}
