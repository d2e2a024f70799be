// The answer of a receiver: what the acceptor's account judges is what the script reads.

/** What arrived of what was accepted, at one moment. */
export interface Delivery {
  /** How many instances have to arrive: those of accepted stores. */
  expected: number;
  /** How many of these arrived, each counted once. */
  arrived: number;
  /** How many of these did not. */
  missing: number;
  /** How many arrivals there were beyond the accepted sends. */
  duplicated: number;
  /** Instances of the study that arrived though none of their stores was accepted. */
  unexpected: number;
  /** How many arrived with other pixel data than was sent. */
  pixelsChanged: number;
  /**
   * Instances here whose pixels could not be compared with those sent: they came in another transfer
   * syntax (little and big endian and RLE are compared), or there is no hash of them.
   */
  notCompared: number;
  /** Attributes that were not as `tags` says. */
  wrongTags: number;
  /** With `verify: 'full'`: attributes not named in `tags` that are not as they were sent, edits included. */
  changedTags: number;
  /**
   * Which attributes were wrong, the first 50: `instance` (SOP Instance UID), the `file` it was read
   * from (absent for one that was made), `tag` (keyword, or 'ggggeeee'), `expected` and `actual` as
   * text, null for absent.
   */
  differences: {
    instance: string;
    file?: string;
    tag: string;
    expected: string | null;
    actual: string | null;
  }[];
  /** SOP Instance UIDs of the missing, the first 50. */
  missingInstances: string[];
  /** The files they were read from, in the same order; '' for one that was made. */
  missingFiles: string[];
  /** How many associations it arrived on. */
  associations: number;
  /** How many arrivals came after a later instance of the study. */
  outOfOrder: number;
  /** All was there before the timeout. */
  complete: boolean;
  /** From the question to the answer, ms. */
  durationMs: number;
}
