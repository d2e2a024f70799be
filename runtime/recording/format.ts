// A recording: a folder with `traffic.jsonl`, a header and then a line for each association that has
// ended. Nothing in it says who a patient is: no attribute value, no UID of a study, series or
// instance. `--keep-data` puts the instances beside it, which are another matter.

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

/** One DIMSE request and its answer. Times in ms, sizes in bytes. */
export interface RecordedOperation {
  /** First byte of the request, from the start of the association. */
  readonly at: number;
  readonly service: string;
  readonly by: 'requestor' | 'acceptor';
  readonly sopClass: string;
  readonly transferSyntax: string;
  /** Length of the data set of the request. */
  readonly bytes: number;
  /** From its first byte to its last. */
  readonly sending: number;
  /** From its last byte to the first of the final response; null without one. */
  readonly waiting: number | null;
  /** Status of the final response; null without one. */
  readonly status: number | null;
  /** Digests under a key that was thrown away: equal ones belong together. */
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  /** Query/Retrieve Level, of the words of the standard. */
  readonly level?: string;
  /** Keywords that a query was to match or to return, without their values. */
  readonly matching?: readonly string[];
  readonly returning?: readonly string[];
  /** Pending responses: matches of a query. */
  readonly matches?: number;
  /** Sub-operations completed, failed, with warnings. */
  readonly subOperations?: readonly [number, number, number];
  /** Move destination: an AE title. */
  readonly destination?: string;
  /** The connection ended in the middle of its data set. */
  readonly unfinished?: true;
  /** A C-CANCEL came. */
  readonly cancelled?: true;
}

export type RecordedEnd =
  'released' | 'rejected' | 'aborted' | 'closed' | 'reset' | 'unreachable' | 'cut off';

/** One TCP connection, and the association on it. */
export interface RecordedAssociation {
  readonly kind: 'association';
  /** When the connection came, ms from the start of the recording. */
  readonly at: number;
  /** How long it lasted, ms. */
  readonly ms: number;
  /** '' where no A-ASSOCIATE-RQ could be read. */
  readonly calling: string;
  readonly called: string;
  /** The bytes were TLS, or no DICOM: why nothing, or nothing more, could be read of them. */
  readonly unread?: string;
  readonly implementation: Implementation | null;
  readonly answeredBy: Implementation | null;
  /** Maximum length received of requestor and acceptor; 0 = unlimited, null = not said. */
  readonly maxPdu: readonly [number | null, number | null];
  /** Operations invoked and performed at once, as agreed (PS3.7 D.3.3.3). */
  readonly window: readonly [number, number];
  /** Type of the user identity (PS3.7 D.3.3.7), never its value. */
  readonly identity: number | null;
  readonly contexts: readonly RecordedContext[];
  /** From the start of the association to its answer, ms; null without one. */
  readonly associating: number | null;
  readonly operations: readonly RecordedOperation[];
  /** Operations that came after the most that are written of one association. */
  readonly more?: number;
  /** Bytes from the requestor, and from the acceptor. */
  readonly bytes: readonly [number, number];
  readonly end: RecordedEnd;
  readonly endedBy: 'requestor' | 'acceptor' | null;
  /** Of a rejection result, source and reason; of an abort source and reason. */
  readonly why?: readonly number[];
}

export type RecordingLine = RecordingHeader | RecordedAssociation;

/** Milliseconds to a microsecond: as JSON they would have 15 digits. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
