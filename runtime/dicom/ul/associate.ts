// Opens an association as requestor: one call, one typed outcome.
import type { ProtocolFailure, Rejected, Aborted, TransportFailure, TimeoutFailure } from '../errors.ts';
import type { AssociateRequest } from './associate-request.ts';
import type { Association } from './association.ts';

/** ms with fractions; 0 for a phase that was not reached or does not apply. */
export interface AssociateTimes {
  /** TCP connection. */
  readonly connectMs: number;
  /** TLS handshake. */
  readonly tlsMs: number;
  /** A-ASSOCIATE-RQ → AC or RJ. */
  readonly associateMs: number;
}

export type AssociateOutcome = AssociateTimes &
  (
    | { readonly kind: 'accepted'; readonly association: Association }
    | Rejected
    | Aborted
    | TransportFailure
    | TimeoutFailure
    | ProtocolFailure
  );

/** A request under way. */
export interface Associating {
  /** Gives up: no outcome is reported any more. */
  abort(): void;
}

/**
 * Opens an association. `done` is called once, never synchronously.
 * @throws DicomError `ASSOC_ARGUMENT` for a request that cannot be encoded (AE title over 16
 * characters, more than 128 contexts, …).
 */
export declare function associate(
  request: AssociateRequest,
  done: (outcome: AssociateOutcome) => void,
): Associating;
