// The sparse histogram of one interval: (bucket, count) pairs, ascending. Series only collect
// bucket numbers; here those of all series of a view become one histogram, which is then added to
// the view's block and whole run. Percentiles are nearest rank, as HDR computes them.
import { highestOf, UNITS_PER_VALUE } from './scale.ts';

export interface Buckets {
  readonly n: number;
  /** Ascending. */
  readonly index: Uint32Array;
  readonly count: Uint32Array;
}

export const NO_BUCKETS: Buckets = { n: 0, index: new Uint32Array(0), count: new Uint32Array(0) };

/** Turns lists of bucket numbers, in any order, into {@link Buckets}; reused for every view. */
export class BucketCounter {
  #counts = new Uint32Array(1 << 14);
  #touched = new Uint32Array(1 << 12);
  #n = 0;

  add(list: Uint32Array, length: number): void {
    for (let i = 0; i < length; i++) this.#bump(list[i] ?? 0, 1);
  }

  addBuckets(buckets: Buckets): void {
    for (let i = 0; i < buckets.n; i++) this.#bump(buckets.index[i] ?? 0, buckets.count[i] ?? 0);
  }

  /** A copy of what was added since the last call, ascending. */
  take(): Buckets {
    const n = this.#n;
    const index = this.#touched.slice(0, n).sort();
    const count = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const bucket = index[i] ?? 0;
      count[i] = this.#counts[bucket] ?? 0;
      this.#counts[bucket] = 0;
    }
    this.#n = 0;
    return { n, index, count };
  }

  #bump(bucket: number, by: number): void {
    if (bucket >= this.#counts.length) this.#counts = grown(this.#counts, bucket + 1);
    const before = this.#counts[bucket] ?? 0;
    if (before === 0) {
      if (this.#n === this.#touched.length) this.#touched = grown(this.#touched, this.#n + 1);
      this.#touched[this.#n++] = bucket;
    }
    this.#counts[bucket] = before + by;
  }
}

function grown(from: Uint32Array<ArrayBuffer>, atLeast: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(Math.max(atLeast, from.length * 2));
  to.set(from);
  return to;
}

/**
 * Values at ascending percentiles (0..100), in the metric's own unit, in one pass. `min` and `max`
 * are the exact extremes, which a bucket's edge may overshoot.
 */
export function percentilesOf(
  buckets: Buckets,
  total: number,
  percentiles: readonly number[],
  range: { readonly min: number; readonly max: number },
): number[] {
  const out: number[] = [];
  let i = 0;
  let seen = 0;
  for (const p of percentiles) {
    const exact = (p / 100) * total;
    // an ulp of slack, so that 29 / 100 * 100 does not ask for rank 30
    const rank = Math.max(1, Math.ceil(exact - exact * Number.EPSILON));
    while (i < buckets.n && seen + (buckets.count[i] ?? 0) < rank) seen += buckets.count[i++] ?? 0;
    const edge = highestOf(buckets.index[Math.min(i, buckets.n - 1)] ?? 0) / UNITS_PER_VALUE;
    out.push(Math.min(Math.max(edge, range.min), range.max));
  }
  return out;
}
