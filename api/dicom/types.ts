// The words of the `dicom` module: what scripts pass in and get back.
import type { Dataset } from './data.ts';
import type { Pool } from './pool.ts';
import type { Match } from './service-types.ts';

/** A number of milliseconds, or text with a unit: `'30s'`, `'250ms'`, `'2m'`. */
export type Duration = number | string;

export type * from './association-types.ts';
export type * from './delivery/delivered.ts';
export type * from './delivery/delivery-types.ts';
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
  /** Patient's Name, instead of an empty value. */
  patientName?: string;
  /** Patient ID, instead of an empty value. */
  patientId?: string;
}

/** Faults at the sender. Points are bytes of the message, or a share such as `'50%'`. */
export interface StoreFault {
  /** A-ABORT at the first PDU boundary after so many bytes of the message, or that share. */
  abortAfter?: number | string;
  /** TCP reset after so many bytes of the message, or that share. */
  destroyAfter?: number | string;
  /** TCP FIN after so many bytes of the message, or that share; nothing more is sent. */
  closeAfter?: number | string;
  /** Stops for `pause` after so many bytes of the message, or that share, then goes on. */
  pauseAfter?: number | string;
  /** How long `pauseAfter` stops. Default 2 minutes. */
  pause?: Duration;
  /** Trickles: sends at most so many bytes per second. */
  bytesPerSecond?: number;
}

/** How to store one instance. */
export interface StoreOptions {
  /** A fault at our side while it is sent. Default none. */
  fault?: StoreFault;
  /** These DIMSE statuses are no failure. */
  expectStatus?: readonly number[];
  /** Tags of the samples of this store. */
  tags?: Record<string, string>;
  /** Pad a data set of odd length by one byte instead of refusing it. */
  padOdd?: boolean;
  /** Response timeout of this store, instead of `timeouts.response` of the peer. */
  timeout?: Duration;
}

/** What any call may ask for. */
export interface CallOptions {
  /** These DIMSE statuses are no failure. */
  expectStatus?: readonly number[];
  /** Response timeout of this call, instead of `timeouts.response` of the peer. */
  timeout?: Duration;
  /** Tags of the samples of this call. */
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
  /** What the status means (PS3.7 Annex C); `'injected'` where a `fault` of ours ended it. */
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
  /** DIMSE status, e.g. 0x0000 or 0xA700 (PS3.7 Annex C). */
  status: number;
  /** Outcome success or warning. */
  ok: boolean;
  /** What the status means. */
  outcome: Outcome;
  /** Error comment (0000,0902) of the response. */
  comment?: string;
  /** Times of this request. */
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
  /** How many were sent. */
  sent: number;
  /** How many of them were answered with success or a warning. */
  accepted: number;
  /** How many were not. */
  failed: number;
  /** How many of the accepted were answered with a warning. */
  warnings: number;
  /** From the first request to the last answer, ms. */
  durationMs: number;
  /** The answer to each, in the order of the instances. */
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
  /** A name for whoever reads the script; nothing depends on it. */
  name?: string;
}

/** What to generate. */
export interface SyntheticOptions {
  /** CR DX CT MR US MG XA RF ES OPT OPV SC SR NM PT OP SM KO PR. */
  modality?: string;
  /** Modality and size of a well-known test image: KB005 KB032 KB128 KB256 KB512 MB01 MB04 MB10. */
  preset?: string;
  /** Rows of pixels, 1 to 65,535. Default by modality. */
  rows?: number;
  /** Columns of pixels, 1 to 65,535. Default by modality. */
  columns?: number;
  /** Number of frames, more than one where the IOD has them. Default by modality. */
  frames?: number;
  /** Size of the data set to reach, in bytes, instead of rows and columns. */
  bytes?: number;
  /** UID or name. Default Explicit VR Little Endian. */
  transferSyntax?: string;
  /** Of compressed pixel data (PS3.5 §A.4). Default `'basic'`. */
  offsetTable?: 'none' | 'basic' | 'extended';
  /** Pixels: incompressible noise (default), one value, or a readable pattern. */
  fill?: 'noise' | 'flat' | 'pattern';
  /** Seed of values and pixels: equal ones give equal instances. Default 1. */
  seed?: number;
  /** How many different ones. Default 1. */
  count?: number;
  /** Attributes to set. */
  set?: Edits;
  /** Rare but legal values: `long-accession`, `charset-utf8`, `deep-sequence`, … */
  edge?: string | readonly string[];
  /** A name for whoever reads the script; nothing depends on it. */
  name?: string;
}

/** Which instances: all that is named has to fit. */
export interface PoolSelector {
  /** Modality (0008,0060), or one of several. */
  modality?: string | readonly string[];
  /**
   * Size class: `small` < 1 MB, `medium` ≤ 10 MB, `large`; or from `min` to `max` bytes, both
   * included.
   */
  size?: 'small' | 'medium' | 'large' | { min?: number; max?: number };
  /** SOP class, UID or short name, or one of several. */
  sopClass?: string | readonly string[];
  /** Transfer syntax, UID or name, or one of several. */
  transferSyntax?: string | readonly string[];
  /** Anything else: true for those to take. */
  where?: (image: Dataset) => boolean;
}

/** Which instance is next. */
export interface NextOptions {
  /**
   * `'sequential'` (default): one after the other, from the start again; `'random'`;
   * `'weighted'`: by `weights`; `'perVu'`: each VU the same one always.
   */
  order?: 'sequential' | 'random' | 'weighted' | 'perVu';
  /** By modality, size class or `'*'`. */
  weights?: Readonly<Record<string, number>>;
}

/** A study to make. */
export interface StudyOptions {
  /** How many series. Default 1. */
  series?: number;
  /** How many images per series. Default: one, or as many as `from` has. */
  images?: number;
  /** Prototypes, used in turn. */
  from?: Pool | Dataset | readonly Dataset[];
  /** A worklist item: its identifiers are taken over. */
  worklist?: Match;
  /** Modality (0008,0060) of its instances. Default that of the prototypes. */
  modality?: string;
  /** Attributes of the patient. */
  patient?: Edits;
  /** Attributes of every instance. */
  set?: Edits;
}
