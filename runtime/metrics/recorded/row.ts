// How requests were in the recording that a run replays: what its own numbers are held against.

/** Of the times to answer then, nearest rank, in ms. */
export interface RecordedTimes {
  readonly med: number;
  readonly p95: number;
  readonly max: number;
}

/** Requests of one size class, as the recording has them. */
export interface RecordedSize {
  readonly sizeClass: string;
  readonly count: number;
  /** Absent when none was answered. */
  readonly duration?: RecordedTimes;
}

/** A service in the part of the recording that is replayed, with its scale and passes. */
export interface RecordedRow {
  /** `C-STORE`, `C-FIND`, … */
  readonly service: string;
  readonly count: number;
  /** At the speed of the replay. */
  readonly ratePerSecond: number;
  /** Answered with a failure, or not at all. */
  readonly failedShare: number;
  /** Mean length of the data set of a request. */
  readonly bytes: number;
  /** First byte of the request to the first of the final response; absent when none was answered. */
  readonly duration?: RecordedTimes;
  /** C-STORE only. */
  readonly sizes?: readonly RecordedSize[];
}
