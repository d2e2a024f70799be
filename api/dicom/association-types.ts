// The words of peers and associations: whom to talk to, what to negotiate, what came of it.
import type { Dataset, Study } from './data.ts';
import type { Pool } from './pool.ts';
import type { Receiver } from './delivery/receiver.ts';
import type { Duration } from './types.ts';

/** TLS of a peer; file names are PEM files relative to the script. */
export interface TlsOptions {
  /** Authorities to trust. Default: those of Node. */
  ca?: string;
  /** Our certificate, where the peer asks for one. */
  cert?: string;
  /** Its private key. */
  key?: string;
  /** Of the private key. */
  passphrase?: string;
  /** Name for SNI and certificate check; default the host. */
  serverName?: string;
  /** Check the peer's certificate. Default true; a receiver asks for one when it has a `ca`. */
  verify?: boolean;
  /** Lowest version of TLS to speak. Default: that of Node. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Highest version of TLS to speak. Default: that of Node. */
  maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** BCP 195 profile of PS3.15 B.9–B.11. */
  profile?: 'bcp195' | 'bcp195-nd' | 'bcp195-extended';
}

/** User identity negotiation (PS3.7 D.3.3.7): one of a name, a ticket, an assertion, a token. */
export interface UserIdentity {
  /** User name, alone or with a `password`. */
  username?: string;
  /** With a user name. */
  password?: string;
  /** Service ticket. */
  kerberos?: Uint8Array;
  /** Assertion; text goes as UTF-8. */
  saml?: string | Uint8Array;
  /** JSON Web Token. */
  jwt?: string | Uint8Array;
  /** Ask for a positive response; `negotiate()` gives it as `userIdentityResponse`. */
  response?: boolean;
}

/** Each phase has a limit of its own; while bytes move an upload is not late. */
export interface Timeouts {
  /** TCP. Default 10 s. */
  connect?: Duration;
  /** TLS handshake. Default 10 s. */
  tls?: Duration;
  /** A-ASSOCIATE-RQ to AC. Default 30 s. */
  associate?: Duration;
  /** Last byte sent to response. Default 60 s. */
  response?: Duration;
  /** A-RELEASE-RQ to RP. Default 10 s. */
  release?: Duration;
  /** Nothing outstanding. Default never. */
  idle?: Duration;
}

/** Whom to talk to. `{}` and `{ route }` mean the configured target. */
export interface PeerOptions {
  /** `'AET@host:port'`. */
  connect?: string;
  /** Host name or address, instead of `connect`. Default as configured. */
  host?: string;
  /** TCP port. Default as configured, else 104. */
  port?: number;
  /** Called AE title, at most 16 characters. */
  calledAET?: string;
  /** Calling AE title, at most 16 characters. Default `DICOMRUN` or as configured. */
  callingAET?: string;
  /** Name of a configured route: its AE pair. Also a tag of every sample. */
  route?: string;
  /** The receiver that gets what this peer is sent: expected stores are accounted for there. */
  deliversTo?: Receiver;
  /** `'verify'`: the configured verify target. */
  use?: 'verify';
  /** TLS towards it; `true` trusts the authorities of Node. Default as configured. */
  tls?: TlsOptions | boolean;
  /** Who we say we are (PS3.7 D.3.3.7). Default: nobody. */
  userIdentity?: UserIdentity;
  /** Largest PDU we accept, in bytes. Default 131072, 0 = unlimited. */
  maxPdu?: number;
  /**
   * Asynchronous operations to propose (PS3.7 D.3.3.3): how many are `invoked` and `performed`
   * at once; one number is both. Default 1.
   */
  asyncOps?: number | { invoked: number; performed: number };
  /** Limits of the phases, instead of those configured. */
  timeouts?: Timeouts;
  /** Local address to connect from; of a list each association takes the next. */
  sourceAddress?: string | readonly string[];
  /** Ours, as told to the peer (PS3.7 D.3.3.2). Default that of dicomrun. */
  implementationClassUid?: string;
  /** Our implementation version name, at most 16 characters. Default that of dicomrun. */
  implementationVersion?: string;
  /**
   * Ask by another implementation of DICOM, for a second opinion: each request on an association of
   * its own, slow. Only address, route, `tls` and `timeouts` go with it.
   */
  stack?: 'dcmjs-dimse';
}

/** One presentation context to propose, exactly so. */
export interface ContextProposal {
  /** SOP class UID or name. */
  abstractSyntax: string;
  /** Transfer syntax UIDs or names, in order of preference. */
  transferSyntaxes: readonly string[];
}

/** Services by name, besides the SOP classes of instances. */
export type ServiceName =
  | 'Verification'
  | 'PatientRoot'
  | 'StudyRoot'
  | 'Worklist'
  | 'MPPS'
  | 'StorageCommitment'
  | (string & {});

/** What an association is for: its presentation contexts follow from it. */
export type AssociateFor = Dataset | Study | Pool | ServiceName;

/** What a SOP class is made for, so that an acceptor that does not know it can take it. */
export interface CommonExtended {
  /** SOP class UID or name. */
  sopClass: string;
  /** Service class UID; of storage (default) `1.2.840.10008.4.2`. */
  serviceClass?: string;
  /** More general SOP classes it can be processed as, by UID or name. */
  related?: readonly string[];
}

/** What to negotiate. */
export interface AssociateOptions {
  /** Contexts for these instances and services. Default: Verification. */
  for?: AssociateFor | readonly AssociateFor[];
  /** Contexts as given, instead of `for`. At most 128. */
  contexts?: readonly ContextProposal[];
  /**
   * SCP/SCU role selection (PS3.7 D.3.3.4): of a `sopClass`, by UID or name, whether we
   * propose to be its `scu`, its `scp`.
   */
  roles?: readonly { sopClass: string; scu: boolean; scp: boolean }[];
  /**
   * SOP class extended negotiation (PS3.7 D.3.3.5): bytes by SOP class UID or name, e.g.
   * `{ StudyRootFind: [1, 0, 1] }` for relational queries and fuzzy matching (PS3.4 C.5.1.1).
   */
  extended?: Readonly<Record<string, readonly number[]>>;
  /** SOP class common extended negotiation (PS3.7 D.3.3.6). */
  commonExtended?: readonly CommonExtended[];
  /** Keep it open for this VU's later iterations; the next `associate` gives the same one. */
  keep?: boolean;
  /** Send each instance in its stored transfer syntax only. Default true. */
  onlyStored?: boolean;
  /** Tags of the samples of the association. */
  tags?: Record<string, string>;
}

/** What to negotiate, and what is expected of it. */
export interface NegotiateOptions extends AssociateOptions {
  /** The outcome that counts as success. Default `'accepted'`. */
  expect?: Negotiation['outcome'];
}

/** What an attempt to associate came to. */
export interface Negotiation {
  /** What it came to. `no-context`: it was opened, and none of the contexts was accepted. */
  outcome:
    'accepted' | 'rejected' | 'no-context' | 'aborted' | 'transport' | 'timeout' | 'protocol';
  /** The outcome was the expected one. */
  expected: boolean;
  /** Of an A-ASSOCIATE-RJ (PS3.8 Table 9-21): number of its result, 1 permanent, 2 transient. */
  result?: number;
  /** Number of the source of an A-ASSOCIATE-RJ (PS3.8 Table 9-21) or an A-ABORT (Table 9-26). */
  source?: number;
  /** Number of the reason, by its source, in the same table. */
  reason?: number;
  /** What went wrong, in words; absent when it was accepted. */
  message?: string;
  /** Presentation contexts, as answered; none without an A-ASSOCIATE-AC. */
  contexts: NegotiatedContext[];
  /** The peer's maximum PDU length; 0 = unlimited. */
  maxPdu: number;
  /** Operations we may have outstanding. */
  window: number;
  /** The peer's implementation version name (PS3.7 D.3.3.2). */
  implementationVersion?: string;
  /** The peer's implementation class UID (PS3.7 D.3.3.2). */
  implementationClassUid?: string;
  /** The peer's answers to SOP class extended negotiation: bytes by SOP class UID. */
  extended?: Readonly<Record<string, readonly number[]>>;
  /** The peer's response to the user identity, bytes; null where it gave none. */
  userIdentityResponse?: readonly number[] | null;
}

/** One presentation context after negotiation (PS3.8 Table 9-18). */
export interface NegotiatedContext {
  /** Presentation context ID: odd, 1 to 255. */
  id: number;
  /** SOP class UID that was proposed. */
  abstractSyntax: string;
  /** Accepted transfer syntax, '' when refused. */
  transferSyntax: string;
  /** 0 accepted, 1 user rejection, 2 no reason, 3 abstract syntax, 4 transfer syntaxes. */
  result: number;
  /**
   * The peer accepted it with this transfer syntax, which was not proposed: its mistake, and the
   * context counts as refused, `result` 2 ('' = it named none; PS3.8 §9.3.3.2).
   */
  unproposed?: string;
  /** Our roles: SCU only, unless role selection was negotiated (PS3.7 D.3.3.4). */
  scu: boolean;
  /** We may be the SCP of it: the peer granted that role. */
  scp: boolean;
}
