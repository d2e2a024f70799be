// A series and its samples: as a thread sends them, an engine counts them, an output is given them.
import type { MetricType } from '../../api/k6/metric-table.ts';

/** A time series of one thread. Told once, before the first sample that uses its id. */
export interface SeriesDecl {
  /** Dense, from 0, private to the sending thread. */
  readonly id: number;
  readonly metric: string;
  /** Bounded set of tags; never UIDs or patient data. */
  readonly tags: Readonly<Record<string, string>>;
  /** Only for custom metrics: their type and whether values are times. */
  readonly custom?: { readonly type: MetricType; readonly isTime: boolean };
}

/** Columns of samples: `n` valid entries in each. */
export interface SampleColumns {
  readonly n: number;
  /** Ids of series of the sending thread. */
  readonly series: Uint32Array;
  /** Times in ms, rates 0|1, counters the increment, gauges the value. */
  readonly value: Float64Array;
  /** When, in ms since t0 (negative during set-up), fractions kept. */
  readonly time: Float64Array;
}
