// Recorded traffic as executors see it: times, nothing of what was said.

/** What of a recording decides when iterations start. */
export interface RecordedTraffic {
  /** The folder as the script names it. */
  readonly name: string;
  /** Start of the recording, ms since the epoch, and how far its wall clock was ahead of UTC. */
  readonly startedAtMs: number;
  readonly utcOffsetMinutes: number;
  /** Start of each association, ms from the start of the recording; ascending. */
  readonly at: readonly number[];
  /** How long each lasted, ms. */
  readonly ms: readonly number[];
}
