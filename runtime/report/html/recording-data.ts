// What the page of a recording shows: traffic in numbers, nothing of what was in it. Plain JSON.

export const RECORDING_SCHEMA = 'dicomrun-recording-page/1';

interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface RecordedServiceRow {
  readonly service: string;
  readonly count: number;
  readonly failed: number;
  readonly bytes: number;
  readonly size: Spread;
  /** Time to answer, ms. */
  readonly waiting: Spread | null;
}

/** A name and how often; the most frequent first. */
export type Counts = readonly (readonly [name: string, count: number])[];

/** Upper edge and count, ascending. */
export type CountsUpTo = readonly (readonly [upTo: number, count: number])[];

export interface HourRow {
  readonly associations: number;
  readonly requests: number;
  readonly bytes: number;
}

export interface RecordingPageData {
  readonly schema: typeof RECORDING_SCHEMA;
  /** Folder of the recording. */
  readonly name: string;
  /** Who recorded it: `dicomrun 1.2.3`. */
  readonly tool: string;
  /** AE title that the traffic was meant for; '' of a capture. */
  readonly to: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Minutes that the wall clock there was ahead of UTC. */
  readonly utcOffsetMinutes: number;
  readonly summary: {
    readonly associations: number;
    readonly operations: number;
    readonly fromMs: number;
    readonly toMs: number;
    readonly atOnce: number;
    readonly bytes: readonly [number, number];
    readonly ends: Readonly<Partial<Record<string, number>>>;
    readonly unread: Readonly<Record<string, number>>;
    readonly services: readonly RecordedServiceRow[];
    readonly titles: Counts;
    readonly answers: Counts;
    readonly transferSyntaxes: Counts;
    readonly studies: {
      readonly count: number;
      readonly images: Spread;
      readonly histogram: CountsUpTo;
    } | null;
    readonly sizes: CountsUpTo;
    readonly byHour: readonly HourRow[];
    readonly curve: {
      readonly bucketMs: number;
      readonly open: readonly number[];
      readonly starts: readonly number[];
    };
  };
  /** Instances by modality, or by SOP class where it has none. */
  readonly modalities: Counts;
}
