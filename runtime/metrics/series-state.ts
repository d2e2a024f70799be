// One series on the main thread: what came since the last tick.
import { NO_BUCKETS } from './distribution/buckets.ts';
import type { BucketCounter } from './distribution/buckets.ts';
import type { ScatterLane } from './distribution/scatter.ts';
import type { MetricContains, MetricType } from '../../api/k6/metric-table.ts';
import type { SeriesInterval } from './engine-types.ts';
import type { SeriesDecl } from './samples.ts';

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

  /** As a thread would declare it. */
  declared(id: number): SeriesDecl {
    const { metric, tags, builtin, type, contains } = this.key;
    const custom = { type, isTime: contains === 'time' };
    return builtin ? { id, metric, tags } : { id, metric, tags, custom };
  }

  /** What came since the last tick; null without samples. */
  interval(id: number, counter: BucketCounter): SeriesInterval | null {
    const { n, sum, min, max, last, lastTime, key } = this;
    if (n === 0) return null;
    const isTrend = this.code === TREND;
    if (isTrend) counter.add(this.buckets, n);
    const buckets = isTrend ? counter.take() : NO_BUCKETS;
    return { id, type: key.type, n, sum, min, max, last, lastTime, buckets };
  }

  /** Takes what another engine counted as samples of the interval that goes on. */
  absorb(interval: SeriesInterval): void {
    if (this.code === TREND) {
      const { n, index, count } = interval.buckets;
      while (this.n + interval.n > this.buckets.length) this.grow();
      for (let i = 0, to = this.n; i < n; i++) {
        const next = to + (count[i] ?? 0);
        this.buckets.fill(index[i] ?? 0, to, next);
        to = next;
      }
    }
    this.n += interval.n;
    this.sum += interval.sum;
    if (this.code !== TREND && this.code !== GAUGE) return;
    this.min = Math.min(this.min, interval.min);
    this.max = Math.max(this.max, interval.max);
    if (interval.lastTime < this.lastTime) return;
    this.lastTime = interval.lastTime;
    this.last = interval.last;
  }

  /** Forgets the interval; what it held is in the views. */
  clear(): void {
    if (this.n === 0 && this.sum === 0) return;
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
