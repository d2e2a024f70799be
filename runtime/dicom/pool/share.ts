// A pool of instances as data: built once on one thread, read by every worker and acceptor through
// shared memory. Everything here is structured-clonable.
import { MEMBERS_PER_POOL } from '../../../api/abi.ts';

/** Longest SharedArrayBuffer of a pool: a Buffer over more than 4 GiB fails on Node 20. */
export const MAX_SEGMENT_BYTES = 1024 ** 3;

/** Instances above this stay on disk and are streamed (bytes). */
export const LARGE_FILE_BYTES = 64 * 1024 ** 2;

/** What an identity changes in a header. The numbers are the `field` of a patch slot. */
export const SlotField = {
  SOP_INSTANCE_UID: 0, // (0008,0018)
  STUDY_INSTANCE_UID: 1, // (0020,000D)
  SERIES_INSTANCE_UID: 2, // (0020,000E)
  PATIENT_ID: 3, // (0010,0020)
  ACCESSION_NUMBER: 4, // (0008,0050)
  INSTANCE_NUMBER: 5, // (0020,0013)
  FRAME_OF_REFERENCE_UID: 6, // (0020,0052)
  SERIES_NUMBER: 7, // (0020,0011)
} as const;
export type SlotField = (typeof SlotField)[keyof typeof SlotField];

/** Where the bytes of a data set are. Offsets and lengths in bytes. */
export type DatasetLocation =
  /** All of it in a segment of the pool. */
  | { readonly kind: 'memory'; readonly segment: number; readonly offset: number }
  /** The header in a segment, all of it also in a file from `fileOffset` on. */
  | {
      readonly kind: 'file';
      readonly segment: number;
      readonly offset: number;
      readonly path: string;
      readonly fileOffset: number;
    }
  /**
   * Generated: the header in a segment, then `datasetBytes - headerBytes` bytes which repeat the
   * tile of `tileBytes` at `tileOffset` of the same segment. No trailing elements.
   */
  | {
      readonly kind: 'tiled';
      readonly segment: number;
      readonly offset: number;
      readonly tileOffset: number;
      readonly tileBytes: number;
    };

/** One instance of a pool. */
export interface PrototypeShare {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly patientId: string;
  readonly modality: string;
  readonly transferSyntax: string;
  /** Data set as encoded: what a C-STORE sends. */
  readonly datasetBytes: number;
  /** With preamble and file meta information; equals `datasetBytes` for generated instances. */
  readonly fileBytes: number;
  /** Data set bytes before the pixel data value; all of it when there is none, or deflated. */
  readonly headerBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly numberOfFrames: number;
  readonly location: DatasetLocation;
  /**
   * Top-level identity values in the header as [field, value offset, value length, …] triples in
   * data set order; empty when deflated.
   */
  readonly slots: readonly number[];
  /** SHA-256 (hex) of the pixel data value, see `hash.ts`; '' when there is no pixel data. */
  readonly pixelHash: string;
  /** SHA-256 (hex) of the data set as it is; '' where it was not asked for. */
  readonly datasetHash: string;
  /** The data set has an odd number of bytes: DCMTK aborts on that, so it is refused by name. */
  readonly oddLength: boolean;
  /** Where it came from, for messages: a path, or the synthetic description. */
  readonly origin: string;
}

/** Files that are not in the pool, by reason. */
export interface SkippedFiles {
  readonly reason: string;
  readonly count: number;
  /** The first few paths. */
  readonly examples: readonly string[];
}

/** A pool: its instances and the shared memory that holds them. */
export interface PoolShare {
  /** Number of the pool in the run: `prototype` numbers are `id * 2^20 + member`. */
  readonly id: number;
  /** Kind and arguments (or name) it was declared with. */
  readonly key: string;
  readonly segments: readonly SharedArrayBuffer[];
  readonly members: readonly PrototypeShare[];
  readonly skipped: readonly SkippedFiles[];
  /** Things worth a line, e.g. 'skipped 3 files: not DICOM'. */
  readonly notes: readonly string[];
  /** How long it took to read each file, ms; the first 10,000. */
  readonly readMs?: readonly number[];
}

/** Size class of an instance: small < 1 MB, medium ≤ 10 MB, large. */
export type SizeClass = 'small' | 'medium' | 'large';

/** The size class of `bytes` (1 MB = 10^6 bytes). */
export function sizeClass(bytes: number): SizeClass {
  if (bytes < 1e6) return 'small';
  return bytes <= 1e7 ? 'medium' : 'large';
}

/** One number for a member of a pool, as in `AcceptedColumns.prototype`. */
export function prototypeNumber(pool: number, member: number): number {
  return pool * MEMBERS_PER_POOL + member;
}

/** The pool and member of a prototype number. */
export function splitPrototypeNumber(prototype: number): { pool: number; member: number } {
  const pool = Math.floor(prototype / MEMBERS_PER_POOL);
  return { pool, member: prototype - pool * MEMBERS_PER_POOL };
}
