// What an output is. Outputs read the run log, or take every sample; a VU never waits for one.
import type { SampleColumns, SeriesDecl } from '../metrics/samples.ts';
import type { OutputResult } from '../metrics/summary.ts';

/** Every sample as it comes in, for outputs that want them; the columns are valid during the call. */
export interface SampleBatch extends SampleColumns {
  /** Number of the sending thread, who knows the ids of its series. */
  readonly thread: number;
}

export interface SampleSink {
  /** Before the first sample of these series. */
  series(thread: number, series: readonly SeriesDecl[]): void;
  /** Must return at once: copy, queue or append. */
  samples(batch: SampleBatch): void;
}

export interface Output {
  readonly name: string;
  /** For people, without secrets. */
  readonly destination: string;
  /** Set when the output wants every sample. */
  readonly sink?: SampleSink;
  /** Throws a DicomRunError when it can never work (a bad path); trouble that may pass is not one. */
  start(): Promise<void>;
  /** Something new may be in the run log; called once a second. */
  wake(): void;
  /**
   * Writes what is left, at most so many ms, then says what was written and what was not. `behind`
   * points of the run log never reached its file: who follows that does not have them.
   */
  finish(drainMs: number, behind?: number): Promise<OutputResult>;
  /** Gives up what a destination has not taken yet: nobody wants to wait for it any longer. */
  hurry?(): void;
  /** The run log has its last record; nothing follows. */
  ended?(): Promise<void>;
}
