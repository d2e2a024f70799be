// What a requestor asks for when it opens an association (PS3.8 §7.1, Annex D; PS3.7 Annex D).
import type { Trace } from '../trace.ts';

export interface ProposedContext {
  readonly abstractSyntax: string;
  /** At least one, in order of preference. */
  readonly transferSyntaxes: readonly string[];
  /** Odd, 1..255; default 1, 3, 5, … in order. */
  readonly id?: number;
}

/** A presentation context after negotiation. */
export interface NegotiatedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  /** The accepted transfer syntax; '' when not accepted. */
  readonly transferSyntax: string;
  /** 0 accepted, 1 user rejection, 2 no reason, 3 abstract syntax, 4 transfer syntaxes (Table 9-18). */
  readonly result: number;
  /**
   * The peer accepted it with this syntax, which was not proposed: its mistake, the context cannot be
   * used ('' = it named none; PS3.8 §9.3.3.2).
   */
  readonly unproposed?: string;
  /** Roles after negotiation, of the requestor; SCU only unless negotiated (PS3.7 D.3.3.4). */
  readonly scu: boolean;
  readonly scp: boolean;
}

/** PS3.7 D.3.3.4; as proposed by the requestor, or as answered. */
export interface RoleSelection {
  readonly sopClass: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

/** PS3.7 D.3.3.5; `info` is service-class application information, by the service's table. */
export interface ExtendedNegotiation {
  readonly sopClass: string;
  readonly info: Uint8Array;
}

/** PS3.7 D.3.3.6 */
export interface CommonExtendedNegotiation {
  readonly sopClass: string;
  readonly serviceClass: string;
  readonly relatedSopClasses: readonly string[];
}

/** PS3.7 D.3.3.7: 1 user, 2 user and password, 3 Kerberos, 4 SAML, 5 JWT. */
export interface UserIdentity {
  readonly type: number;
  readonly primary: string | Uint8Array;
  readonly secondary?: string | Uint8Array;
  /** Ask for a positive response. */
  readonly respond?: boolean;
}

/** PS3.7 D.3.3.3; 0 = unlimited. */
export interface AsyncOps {
  readonly invoked: number;
  readonly performed: number;
}

/** TLS of either role; PEM text or bytes. */
export interface TlsOptions {
  /** Trust these authorities (default: the system's). */
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  /** SNI; default the host when it is a name. */
  readonly servername?: string;
  /** Refuse a peer whose certificate does not verify (default true for a requestor). */
  readonly rejectUnauthorized?: boolean;
  /** Acceptor: ask for a client certificate. */
  readonly requestCert?: boolean;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
  /** PS3.15 B.9–B.11; sets versions and cipher suites unless they are given. */
  readonly profile?: 'bcp195' | 'bcp195-nd' | 'bcp195-extended';
}

/** All in ms; 0 = never. An upload longer than any of them is no timeout while bytes move. */
export interface Timeouts {
  /** TCP connection, name lookup included (default 10 s). */
  readonly connectMs: number;
  /** TLS handshake (default 10 s). */
  readonly tlsMs: number;
  /** A-ASSOCIATE-RQ sent → AC or RJ (default 30 s); an acceptor's wait for the RQ. */
  readonly associateMs: number;
  /** Last byte of the request → next response (default 60 s). */
  readonly responseMs: number;
  /** A-RELEASE-RQ → RP (default 10 s). */
  readonly releaseMs: number;
  /** Nothing outstanding and nothing received (default 0 = never). */
  readonly idleMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  tlsMs: 10_000,
  associateMs: 30_000,
  responseMs: 60_000,
  releaseMs: 10_000,
  idleMs: 0,
};

export interface AssociateRequest {
  readonly host: string;
  readonly port: number;
  /** 1–16 characters (PS3.8 §9.3.2). */
  readonly calledAET: string;
  readonly callingAET: string;
  /** 1–128 contexts, exactly as proposed. */
  readonly contexts: readonly ProposedContext[];
  /** Largest P-DATA-TF we take, in bytes (default 131,072; 0 = unlimited; PS3.8 D.1). */
  readonly maxPdu?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly tls?: TlsOptions | null;
  readonly userIdentity?: UserIdentity | null;
  readonly asyncOps?: AsyncOps | null;
  readonly roles?: readonly RoleSelection[];
  readonly extended?: readonly ExtendedNegotiation[];
  readonly commonExtended?: readonly CommonExtendedNegotiation[];
  readonly sourceAddress?: string;
  readonly implementationClassUid?: string;
  /** ≤ 16 characters. */
  readonly implementationVersion?: string;
  readonly trace?: Trace;
}
