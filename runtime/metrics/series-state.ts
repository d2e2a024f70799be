// One series on the main thread: what came since the last tick.
import type { ScatterLane } from './distribution/scatter.ts';
import type { MetricContains, MetricType } from '../../api/k6/metric-table.ts';

export interface SeriesKey {
  readonly metric: string;
  readonly type: MetricType;
  readonly contains: MetricContains;
  readonly builtin: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** Type as a number, so that the sample loop switches on an integer. */
export const TREND = 0;
export const COUNTER = 1;
export const RATE = 2;
export const GAUGE = 3;

export const TYPE_CODE: Readonly<Record<MetricType, number>> = {
  trend: TREND,
  counter: COUNTER,
  rate: RATE,
  gauge: GAUGE,
};

export class SeriesState {
  readonly key: SeriesKey;
  readonly code: number;
  /** Samples since the last tick. */
  n = 0;
  /** Trend and counter: sum of the values; rate: number of ones. */
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Gauge: the value with the latest time. */
  last = 0;
  lastTime = -Infinity;
  /** Trend: bucket of each sample since the last tick. */
  buckets: Uint32Array = new Uint32Array(0);
  /** Samples until the last tick. */
  total = 0;
  /** Where single samples of it go as well. */
  scatter: ScatterLane | null = null;

  constructor(key: SeriesKey) {
    this.key = key;
    this.code = TYPE_CODE[key.type];
  }

  grow(): void {
    const larger = new Uint32Array(Math.max(16, this.buckets.length * 2));
    larger.set(this.buckets);
    this.buckets = larger;
  }

  /** Forgets the interval; what it held is in the views. */
  clear(): void {
    if (this.n === 0) return;
    // a burst must not keep its memory for ever
    if (this.buckets.length > 4096 && this.n < this.buckets.length / 8) {
      this.buckets = new Uint32Array(this.buckets.length / 4);
    }
    this.total += this.n;
    this.n = 0;
    this.sum = 0;
    this.min = Infinity;
    this.max = -Infinity;
    this.lastTime = -Infinity;
  }
}

/** The same series from two threads is one series. */
export function seriesId(metric: string, tags: Readonly<Record<string, string>>): string {
  let id = metric;
  for (const name of Object.keys(tags).sort()) id += `\u0001${name}\u0002${tags[name] ?? ''}`;
  return id;
}
