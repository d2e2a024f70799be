// Requests of a recording as columns, in shared memory: a day has a million of them.

/** Requests that a replay makes again, association by association. */
export interface RecordedRequests {
  readonly services: readonly string[];
  readonly sizeClasses: readonly string[];
  /** Of each association its first request; the last number is how many there are. */
  readonly first: Uint32Array;
  /** Index into `services`, and into `sizeClasses`. */
  readonly service: Uint8Array;
  readonly sizeClass: Uint8Array;
  /** Length of the data set. */
  readonly bytes: Float64Array;
  /** First byte of the request to the first of the final response; NaN without one. */
  readonly ms: Float64Array;
  /** 1: answered, and with no failure. */
  readonly ok: Uint8Array;
}
