// An exponential histogram of OpenTelemetry, filled from the buckets of HDR histograms. Bucket `i`
// of scale `s` holds what lies in (base^i, base^(i+1)], base = 2^(2^-s).

/** Begun with: a bucket is 1.09 % wide, ten times an HDR one. */
const FINEST = 6;
/** What receivers keep; a wider range of values makes the buckets wider. */
const MAX_BUCKETS = 160;

/** As OTLP/JSON has it: 64-bit numbers are texts. */
export interface ExponentialBuckets {
  readonly scale: number;
  readonly zeroCount: string;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly string[] };
}

export class ExponentialHistogram {
  #scale = FINEST;
  #zero = 0;
  #count = 0;
  #counts = new Map<number, number>();

  get count(): number {
    return this.#count;
  }

  add(value: number, count: number): void {
    this.#count += count;
    if (value <= 0) {
      this.#zero += count;
      return;
    }
    const index = Math.ceil(Math.log2(value) * 2 ** this.#scale) - 1;
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + count);
    while (this.#width() > MAX_BUCKETS) this.#widen();
  }

  encoded(): ExponentialBuckets {
    const [low, width] = [this.#low(), this.#width()];
    const bucketCounts = Array.from({ length: width }, (_, i) =>
      String(this.#counts.get(low + i) ?? 0),
    );
    const positive = { offset: width === 0 ? 0 : low, bucketCounts };
    return { scale: this.#scale, zeroCount: String(this.#zero), positive };
  }

  #low(): number {
    return Math.min(...this.#counts.keys());
  }

  #width(): number {
    return this.#counts.size === 0 ? 0 : Math.max(...this.#counts.keys()) - this.#low() + 1;
  }

  /** Two buckets become one. */
  #widen(): void {
    const wider = new Map<number, number>();
    for (const [index, count] of this.#counts) {
      wider.set(index >> 1, (wider.get(index >> 1) ?? 0) + count);
    }
    this.#counts = wider;
    this.#scale--;
  }
}
