// A recording: a folder with `traffic.jsonl`, a header and then a line for each association that has
// ended. Nothing in it says who a patient is: no attribute value, no UID of a study, series or
// instance.
import type {
  RecordedAssociation as SeenAssociation,
  RecordedOperation,
} from '../../api/dicom/recording/recorded.ts';

/** Name of the file in the folder of a recording. */
export const TRAFFIC_FILE = 'traffic.jsonl';
export const FORMAT_VERSION = 1;

export interface RecordingHeader {
  readonly kind: 'recording';
  readonly version: number;
  /** ISO 8601 in UTC. All offsets count from here. */
  readonly startedAt: string;
  /** Minutes that the clock on the wall was ahead of UTC. */
  readonly utcOffsetMinutes: number;
  /** AE title that the traffic was meant for. */
  readonly to: string;
  readonly tool: string;
}

/** Product at one end of an association (PS3.7 D.3.3.2). */
export interface Implementation {
  readonly uid: string;
  readonly version: string;
}

export interface RecordedContext {
  readonly sopClass: string;
  readonly transferSyntaxes: readonly string[];
  /** The transfer syntax that was accepted; null when the context was not. */
  readonly accepted: string | null;
  /** PS3.8 Table 9-18; null when there was no answer. */
  readonly result: number | null;
}

/** What a script sees of it is what is written. */
export type { RecordedOperation };

export type RecordedEnd =
  'released' | 'rejected' | 'aborted' | 'closed' | 'reset' | 'unreachable' | 'cut off';

/** One TCP connection, and the association on it: what a script sees of it, and what is kept besides. */
export interface RecordedAssociation extends SeenAssociation {
  readonly kind: 'association';
  /** The bytes were TLS, or no DICOM: why nothing, or nothing more, could be read of them. */
  readonly unread?: string;
  readonly implementation: Implementation | null;
  readonly answeredBy: Implementation | null;
  /** Type of the user identity (PS3.7 D.3.3.7), never its value. */
  readonly identity: number | null;
  readonly contexts: readonly RecordedContext[];
  /** Operations that came after the most that are written of one association. */
  readonly more?: number;
  /** Bytes from the requestor, and from the acceptor. */
  readonly bytes: readonly [number, number];
  readonly end: RecordedEnd;
  /** Of a rejection result, source and reason; of an abort source and reason. */
  readonly why?: readonly number[];
}

export type RecordingLine = RecordingHeader | RecordedAssociation;

/** Milliseconds to a microsecond: as JSON they would have 15 digits. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
