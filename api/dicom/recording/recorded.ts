// What is written of real traffic, and what a script sees of it: no attribute value, no UID. Times in
// ms, sizes in bytes.

/** One DIMSE request of a recording, and its answer. */
export interface RecordedOperation {
  /** First byte of the request, from the start of the association. */
  readonly at: number;
  /** `C-STORE`, `C-FIND`, … */
  readonly service: string;
  /** Who made the request. */
  readonly by: 'requestor' | 'acceptor';
  /** SOP Class UID. */
  readonly sopClass: string;
  /** UID of the transfer syntax of its context. */
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
  /** Digest of the series, as `study`. */
  readonly series?: string;
  /** Digest of the instance, as `study`. */
  readonly instance?: string;
  /** Query/Retrieve Level. */
  readonly level?: string;
  /** Keywords that were asked for with a value, and without one. */
  readonly matching?: readonly string[];
  /** Keywords that were asked for without a value. */
  readonly returning?: readonly string[];
  /** Number of pending responses. */
  readonly matches?: number;
  /** Sub-operations completed, failed, with warnings. */
  readonly subOperations?: readonly [number, number, number];
  /** Move destination. */
  readonly destination?: string;
  /** A C-CANCEL was sent for it. */
  readonly cancelled?: true;
  /** The connection ended in the middle of it. */
  readonly unfinished?: true;
}

/** One association of a recording. */
export interface RecordedAssociation {
  /** When its connection came, from the start of the recording. */
  readonly at: number;
  /** How long it lasted. */
  readonly ms: number;
  /** '' where no A-ASSOCIATE-RQ could be read. */
  readonly calling: string;
  /** Called AE title. */
  readonly called: string;
  /** Maximum length received of requestor and acceptor; 0 = unlimited, null = not said. */
  readonly maxPdu: readonly [number | null, number | null];
  /** Operations invoked and performed at once, as agreed (PS3.7 D.3.3.3). */
  readonly window: readonly [number, number];
  /** Presentation contexts that were proposed: `sopClass` and `transferSyntaxes` by UID. */
  readonly contexts: readonly {
    readonly sopClass: string;
    readonly transferSyntaxes: readonly string[];
    /** The transfer syntax that was accepted; null when the context was not. */
    readonly accepted: string | null;
  }[];
  /** From its start to the answer to its A-ASSOCIATE-RQ; null without one. */
  readonly associating: number | null;
  /** Its requests, in the order they began. */
  readonly operations: readonly RecordedOperation[];
  /** How it ended: `'released'`, `'rejected'`, `'aborted'`, `'closed'`, `'reset'`, … */
  readonly end: string;
  /** Who ended it; null where that is not known. */
  readonly endedBy: 'requestor' | 'acceptor' | null;
}
