// What is written of real traffic, and what a script sees of it: no attribute value, no UID. Times in
// ms, sizes in bytes.

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
  /** When its connection came, from the start of the recording. */
  readonly at: number;
  /** How long it lasted. */
  readonly ms: number;
  /** '' where no A-ASSOCIATE-RQ could be read. */
  readonly calling: string;
  readonly called: string;
  /** Maximum length received of requestor and acceptor; 0 = unlimited, null = not said. */
  readonly maxPdu: readonly [number | null, number | null];
  /** Operations invoked and performed at once, as agreed (PS3.7 D.3.3.3). */
  readonly window: readonly [number, number];
  readonly contexts: readonly {
    readonly sopClass: string;
    readonly transferSyntaxes: readonly string[];
    /** The transfer syntax that was accepted; null when the context was not. */
    readonly accepted: string | null;
  }[];
  /** From its start to the answer to its A-ASSOCIATE-RQ; null without one. */
  readonly associating: number | null;
  readonly operations: readonly RecordedOperation[];
  readonly end: string;
  readonly endedBy: 'requestor' | 'acceptor' | null;
}
