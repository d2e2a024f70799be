// One view: its series, the last intervals, the whole run.
import type { ViewDecl, ViewRow } from './engine-types.ts';
import { NO_BUCKETS, percentilesOf } from './distribution/buckets.ts';
import type { BucketCounter, Buckets } from './distribution/buckets.ts';
import { RunHistogram } from './distribution/histogram.ts';
import type { SeriesState } from './series-state.ts';
import { clampTo } from './whole-view.ts';
import type { WholeView } from './whole-view.ts';

/** A view's increment in one interval. */
export interface Interval {
  readonly at: number;
  readonly ms: number;
  readonly n: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly buckets: Buckets;
}

const ROW_PERCENTILES = [50, 90, 95, 99, 99.9];

export class ViewState implements WholeView {
  readonly decl: ViewDecl;
  readonly series: SeriesState[] = [];
  /** The last intervals with samples, oldest first. */
  history: Interval[] = [];
  /** How far back `history` reaches, seconds. */
  keepSeconds = 10;
  /** Told to the run log even without samples: a threshold asks for it. */
  tracked = false;
  /** Whether it was told to the run log. */
  announced = false;

  samples = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  last = 0;
  readonly histogram: RunHistogram | null;

  constructor(decl: ViewDecl) {
    this.decl = decl;
    this.histogram = decl.type === 'trend' ? new RunHistogram() : null;
  }

  /** Merges the interval of its series into the run; null without samples. */
  close(at: number, ms: number, counter: BucketCounter): ViewRow | null {
    const interval = this.#collect(at, ms, counter);
    if (interval === null) return null;
    this.samples += interval.n;
    this.sum += interval.sum;
    if (interval.min < this.min) this.min = interval.min;
    if (interval.max > this.max) this.max = interval.max;
    this.last = interval.last;
    this.histogram?.add(interval.buckets);
    this.history.push(interval);
    return this.#row(interval);
  }

  /** Drops intervals that nobody asks for any more. */
  forget(at: number): void {
    const first = this.history[0];
    if (first === undefined || first.at > at - this.keepSeconds) return;
    this.history = this.history.filter((interval) => interval.at > at - this.keepSeconds);
  }

  percentile(p: number): number {
    return clampTo(this.histogram?.percentile(p) ?? 0, this);
  }

  #collect(at: number, ms: number, counter: BucketCounter): Interval | null {
    let n = 0;
    let sum = 0;
    let min = Infinity;
    let max = -Infinity;
    let last = 0;
    let lastTime = -Infinity;
    for (const series of this.series) {
      // A correction has a sum and no samples.
      if (series.n === 0 && series.sum === 0) continue;
      n += series.n;
      sum += series.sum;
      if (series.min < min) min = series.min;
      if (series.max > max) max = series.max;
      if (series.lastTime > lastTime) {
        lastTime = series.lastTime;
        last = series.last;
      }
      if (this.histogram !== null) counter.add(series.buckets, series.n);
    }
    if (n === 0 && sum === 0) return null;
    const buckets = this.histogram === null ? NO_BUCKETS : counter.take();
    return { at, ms, n, sum, min, max, last, buckets };
  }

  #row(interval: Interval): ViewRow {
    const { n, sum, min, max, last } = interval;
    const id = this.decl.id;
    switch (this.decl.type) {
      case 'counter':
        return [id, sum, n];
      case 'rate':
        return [id, sum, n - sum];
      case 'gauge':
        return [id, last, min, max, n, sum];
      case 'trend':
        return [
          id,
          n,
          sum,
          min,
          max,
          ...percentilesOf(interval.buckets, n, ROW_PERCENTILES, interval),
        ];
    }
  }
}
