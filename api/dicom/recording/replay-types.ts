// What a recording holds, and how it is replayed. Times in ms, sizes in bytes.
import type { Peer } from './peer.ts';
import type { Pool } from './pool.ts';
import type { Recording } from './recording.ts';

/** One DIMSE request of a recording, and its answer. */
export interface RecordedOperation {
  /** First byte of the request, from the start of the association. */
  readonly at: number;
  /** `C-STORE`, `C-FIND`, … */
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
  /** Digests: equal ones belong to the same study, series, instance. */
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  /** Query/Retrieve Level. */
  readonly level?: string;
  /** Keywords that were asked for with a value, and without one. */
  readonly matching?: readonly string[];
  readonly returning?: readonly string[];
  /** Pending responses. */
  readonly matches?: number;
  /** Sub-operations completed, failed, with warnings. */
  readonly subOperations?: readonly [number, number, number];
  /** Move destination. */
  readonly destination?: string;
  readonly cancelled?: true;
  /** The connection ended in the middle of it. */
  readonly unfinished?: true;
}

/** One association of a recording. */
export interface RecordedAssociation {
  /** From the start of the recording. */
  readonly at: number;
  readonly ms: number;
  readonly calling: string;
  readonly called: string;
  /** Of requestor and acceptor; 0 = unlimited, null = not said. */
  readonly maxPdu: readonly [number | null, number | null];
  /** Operations invoked and performed at once. */
  readonly window: readonly [number, number];
  readonly contexts: readonly {
    readonly sopClass: string;
    readonly transferSyntaxes: readonly string[];
    readonly accepted: string | null;
  }[];
  /** From its start to the answer to its A-ASSOCIATE-RQ. */
  readonly associating: number | null;
  readonly operations: readonly RecordedOperation[];
  readonly end: string;
  readonly endedBy: 'requestor' | 'acceptor' | null;
}

/** How to replay an association. */
export interface ReplayOptions {
  /**
   * Whom to talk to, or who that is for an association. Calling AE title, maximum length and window are
   * those of the recording.
   */
  peer: Peer | ((association: RecordedAssociation) => Peer);
  /**
   * Images: those of a recording have its kinds and sizes; of a pool the one that is nearest in size
   * is taken, of the same SOP class where there is one.
   */
  from: Recording | Pool;
  /** Pauses between requests: as recorded, by the speed (default), or none. */
  gaps?: 'recorded' | 'asap';
  /** Calling AE titles and move destinations by the recorded ones; others stay as they are. */
  aets?: Readonly<Record<string, string>>;
  /** What queries match by, by keyword. Default: something that is nowhere. */
  values?: Readonly<Record<string, string>>;
  /** Default: that of this iteration, under the executor `recorded`. */
  association?: RecordedAssociation;
}

/** What became of it. */
export interface Replayed {
  /** Requests that were made and answered. */
  operations: number;
  /** Of these, answered with a failure. */
  failed: number;
  /** Requests that are not replayed: N-services. */
  skipped: number;
  recorded: RecordedAssociation;
}
