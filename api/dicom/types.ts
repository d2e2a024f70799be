// The words of the `dicom` module: what scripts pass in and get back.
import type { Dataset, Study } from './data.ts';
import type { Pool } from './pool.ts';
import type { Match } from './service-types.ts';
import type { Receiver } from './receiver.ts';

/** A number of milliseconds, or text with a unit: `'30s'`, `'250ms'`, `'2m'`. */
export type Duration = number | string;

export type * from './delivery-types.ts';
export type * from './recording/recorded.ts';
export type * from './recording/replay-types.ts';
export type * from './service-types.ts';

/**
 * Attributes to set: keyword, `'ggggeeee'` or a path such as
 * `'RequestAttributesSequence[0].ScheduledProcedureStepID'`. null removes, `''` empties;
 * `{ vr, value }` is for private elements; `{ value, bad: true }` for values that their VR forbids
 * (PS3.5 Table 6.2-1), sent on purpose.
 */
export type Edits = Readonly<Record<string, unknown>>;

/** A Part 10 file (PS3.10 §7.1), byte for byte. Hashes are SHA-256, in hex. */
export interface FileFacts {
  /** Length in bytes. */
  bytes: number;
  /** Of the whole file. */
  hash: string;
  /** Of the data set, as encoded. */
  datasetHash: string;
  /** The 128 bytes before the prefix `DICM`, in hex. */
  preamble: string;
  /** Media Storage SOP Class UID (0002,0002) of the file meta information. */
  sopClass: string;
  /** Media Storage SOP Instance UID (0002,0003). */
  sopInstance: string;
  /** Transfer Syntax UID (0002,0010). */
  transferSyntax: string;
}

/** Options of the Basic Profile (PS3.15 Annex E); none by default. */
export interface AnonymiseOptions {
  /** Retain UIDs (E.3.9). */
  retainUids?: boolean;
  /** Retain dates and times as they are (E.3.6). */
  retainDates?: boolean;
  /** Dates are moved by whole days, the same for every study of a patient; times stay (E.3.6). */
  retainModifiedDates?: boolean;
  /** Retain sex, age, size, weight, … (E.3.7). */
  retainPatientCharacteristics?: boolean;
  /** Retain device identity (E.3.8). */
  retainDevice?: boolean;
  /** Retain institution identity (E.3.11). */
  retainInstitution?: boolean;
  /** Retain descriptions as they are; nobody has cleaned them. */
  retainDescriptions?: boolean;
  /** Keep descriptions, without the words of identifying values and without long numbers (E.3.5). */
  cleanDescriptions?: boolean;
  /** The same for the text of structured content (E.3.4). */
  cleanStructuredContent?: boolean;
  /** The same for the text of graphic annotations (E.3.3); overlays and curves go. */
  cleanGraphics?: boolean;
  /** Retain private attributes; nobody has checked that they are safe. */
  retainPrivate?: boolean;
  /** Equal salts give equal new UIDs for equal old ones. */
  salt?: string;
  /** Instead of empty values. */
  patientName?: string;
  patientId?: string;
}

/** TLS of a peer; file names are PEM files relative to the script. */
export interface TlsOptions {
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  /** Name for SNI and certificate check; default the host. */
  serverName?: string;
  /** Check the peer's certificate. Default true; a receiver asks for one when it has a `ca`. */
  verify?: boolean;
  minVersion?: 'TLSv1.2' | 'TLSv1.3';
  maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** BCP 195 profile of PS3.15 B.9–B.11. */
  profile?: 'bcp195' | 'bcp195-nd' | 'bcp195-extended';
}

/** User identity negotiation (PS3.7 D.3.3.7): one of a name, a ticket, an assertion, a token. */
export interface UserIdentity {
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
  host?: string;
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
  tls?: TlsOptions | boolean;
  userIdentity?: UserIdentity;
  /** Largest PDU we accept, in bytes. Default 131072, 0 = unlimited. */
  maxPdu?: number;
  /** Asynchronous operations to propose (PS3.7 D.3.3.3). Default 1. */
  asyncOps?: number | { invoked: number; performed: number };
  timeouts?: Timeouts;
  /** Local address to connect from; of a list each association takes the next. */
  sourceAddress?: string | readonly string[];
  implementationClassUid?: string;
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
  /** SCP/SCU role selection (PS3.7 D.3.3.4). */
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
  tags?: Record<string, string>;
}

/** What to negotiate, and what is expected of it. */
export interface NegotiateOptions extends AssociateOptions {
  /** The outcome that counts as success. Default `'accepted'`. */
  expect?: Negotiation['outcome'];
}

/** What an attempt to associate came to. */
export interface Negotiation {
  outcome:
    'accepted' | 'rejected' | 'no-context' | 'aborted' | 'transport' | 'timeout' | 'protocol';
  /** The outcome was the expected one. */
  expected: boolean;
  /** A-ASSOCIATE-RJ (PS3.8 Table 9-21). */
  result?: number;
  source?: number;
  reason?: number;
  message?: string;
  contexts: NegotiatedContext[];
  /** The peer's maximum PDU length; 0 = unlimited. */
  maxPdu: number;
  /** Operations we may have outstanding. */
  window: number;
  implementationVersion?: string;
  implementationClassUid?: string;
  /** The peer's answers to SOP class extended negotiation: bytes by SOP class UID. */
  extended?: Readonly<Record<string, readonly number[]>>;
  /** The peer's response to the user identity, bytes; null where it gave none. */
  userIdentityResponse?: readonly number[] | null;
}

/** One presentation context after negotiation (PS3.8 Table 9-18). */
export interface NegotiatedContext {
  id: number;
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
  scp: boolean;
}

/** Faults at the sender. Points are bytes of the message, or a share such as `'50%'`. */
export interface StoreFault {
  abortAfter?: number | string;
  destroyAfter?: number | string;
  closeAfter?: number | string;
  pauseAfter?: number | string;
  /** Default 2 minutes. */
  pause?: Duration;
  bytesPerSecond?: number;
}

/** How to store one instance. */
export interface StoreOptions {
  fault?: StoreFault;
  /** These DIMSE statuses are no failure. */
  expectStatus?: readonly number[];
  tags?: Record<string, string>;
  /** Pad a data set of odd length by one byte instead of refusing it. */
  padOdd?: boolean;
  timeout?: Duration;
}

/** What any call may ask for. */
export interface CallOptions {
  /** These DIMSE statuses are no failure. */
  expectStatus?: readonly number[];
  /** Response timeout of this call, instead of `timeouts.response` of the peer. */
  timeout?: Duration;
  tags?: Record<string, string>;
}

/** What became of a request. */
export type Outcome = 'success' | 'warning' | 'failure' | 'cancelled' | 'injected';

/** Times of one request in ms, stamped at the socket. */
export interface Phases {
  /** First byte of the request to last byte of the final response. */
  duration: number;
  /** First to last byte of the request. */
  sending: number;
  /** Last byte of the request to first byte of the response. */
  waiting: number;
  /** First to last byte of the response. */
  receiving: number;
}

/** The peer's answer to a C-STORE. */
export interface StoreResult {
  /** DIMSE status, e.g. 0x0000 or 0xA700. */
  readonly status: number;
  /** Success or warning. */
  readonly ok: boolean;
  readonly outcome: Outcome;
  /** The instance that was sent: for a pool member, the fresh one made of it. */
  readonly instance: Dataset;
  /** Error comment (0000,0902) of the response, '' if none. */
  readonly comment: string;
  /** Times of this request; read them in the iteration that made it. */
  readonly phases: Phases;
}

/** The answer to any other DIMSE request. */
export interface Response {
  status: number;
  ok: boolean;
  outcome: Outcome;
  comment?: string;
  phases?: Phases;
}

/** How to store many. */
export interface StoreAllOptions extends Omit<StoreOptions, 'fault'> {
  /** Outstanding stores at most; the negotiated window is never exceeded. Default: that window. */
  window?: number;
  /** Stores per second. */
  pace?: number;
}

/** What became of them. */
export interface StoreAllResult {
  sent: number;
  accepted: number;
  failed: number;
  warnings: number;
  durationMs: number;
  results: StoreResult[];
}

/** Which files to take, and how. */
export interface FilesOptions {
  /** Keep only files for which all of these hold. */
  filter?: PoolSelector;
  /** Decode compressed pixel data once, at init. */
  decompress?: boolean;
  /** Also take bare data sets without preamble. */
  bare?: boolean;
  name?: string;
}

/** What to generate. */
export interface SyntheticOptions {
  /** CR DX CT MR US MG XA RF ES OPT OPV SC SR NM PT OP SM KO PR. */
  modality?: string;
  /** Modality and size of a well-known test image: KB005 KB032 KB128 KB256 KB512 MB01 MB04 MB10. */
  preset?: string;
  rows?: number;
  columns?: number;
  frames?: number;
  /** Size of the data set to reach, instead of rows and columns. */
  bytes?: number;
  transferSyntax?: string;
  offsetTable?: 'none' | 'basic' | 'extended';
  /** Pixels: incompressible noise (default), one value, or a readable pattern. */
  fill?: 'noise' | 'flat' | 'pattern';
  seed?: number;
  /** How many different ones. Default 1. */
  count?: number;
  /** Attributes to set. */
  set?: Edits;
  /** Rare but legal values: `long-accession`, `charset-utf8`, `deep-sequence`, … */
  edge?: string | readonly string[];
  name?: string;
}

/** Which instances: all that is named has to fit. */
export interface PoolSelector {
  modality?: string | readonly string[];
  size?: 'small' | 'medium' | 'large' | { min?: number; max?: number };
  sopClass?: string | readonly string[];
  transferSyntax?: string | readonly string[];
  where?: (image: Dataset) => boolean;
}

/** Which instance is next. */
export interface NextOptions {
  order?: 'sequential' | 'random' | 'weighted' | 'perVu';
  /** By modality, size class or `'*'`. */
  weights?: Readonly<Record<string, number>>;
}

/** A study to make. */
export interface StudyOptions {
  /** Default 1. */
  series?: number;
  /** Per series. Default: one, or as many as `from` has. */
  images?: number;
  /** Prototypes, used in turn. */
  from?: Pool | Dataset | readonly Dataset[];
  /** A worklist item: its identifiers are taken over. */
  worklist?: Match;
  modality?: string;
  /** Attributes of the patient. */
  patient?: Edits;
  /** Attributes of every instance. */
  set?: Edits;
}
