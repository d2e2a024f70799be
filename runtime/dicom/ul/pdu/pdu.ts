// The PDUs as values (PS3.8 §9.3).
import type {
  AsyncOps,
  CommonExtendedNegotiation,
  ExtendedNegotiation,
  RoleSelection,
  UserIdentity,
} from '../associate-request.ts';

/** User information common to A-ASSOCIATE-RQ and -AC (PS3.8 §9.3.2.3, PS3.7 Annex D). */
export interface UserInformation {
  /** Largest P-DATA-TF its sender takes; 0 = unlimited; null when the item is absent. */
  readonly maxPdu: number | null;
  readonly implementationClassUid: string;
  readonly implementationVersion: string;
  readonly asyncOps: AsyncOps | null;
  readonly roles: readonly RoleSelection[];
  readonly extended: readonly ExtendedNegotiation[];
  readonly commonExtended: readonly CommonExtendedNegotiation[];
}

export interface ProposedContextItem {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

export interface AssociateRq {
  readonly kind: 'A-ASSOCIATE-RQ';
  readonly protocolVersion: number;
  readonly calledAET: string;
  readonly callingAET: string;
  readonly applicationContext: string;
  readonly contexts: readonly ProposedContextItem[];
  readonly user: UserInformation;
  readonly userIdentity: UserIdentity | null;
}

export interface AnsweredContextItem {
  readonly id: number;
  readonly result: number;
  readonly transferSyntax: string;
}

export interface AssociateAc {
  readonly kind: 'A-ASSOCIATE-AC';
  readonly protocolVersion: number;
  readonly calledAET: string;
  readonly callingAET: string;
  readonly applicationContext: string;
  readonly contexts: readonly AnsweredContextItem[];
  readonly user: UserInformation;
  /** Server response (PS3.7 D.3.3.7.2), null when absent. */
  readonly userIdentityResponse: Uint8Array | null;
}

export interface AssociateRj {
  readonly kind: 'A-ASSOCIATE-RJ';
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

export interface ReleaseRq {
  readonly kind: 'A-RELEASE-RQ';
}

export interface ReleaseRp {
  readonly kind: 'A-RELEASE-RP';
}

export interface Abort {
  readonly kind: 'A-ABORT';
  readonly source: number;
  readonly reason: number;
}

/** Every PDU but P-DATA-TF, which is streamed and never becomes a value. */
export type Pdu = AssociateRq | AssociateAc | AssociateRj | ReleaseRq | ReleaseRp | Abort;
