// HDR histograms: whole runs, 10 s blocks and their encoding. The only file that knows
// hdr-histogram-js. Layout everywhere: unit 1, three significant digits (within 0.1 %).
import { createRequire } from 'node:module';
import type { JsHistogram } from 'hdr-histogram-js';
// Not from the package's index: it loads the writer of logs, which makes an Intl.NumberFormat at
// once (10 to 25 ms of every start); nor its builder, which loads WebAssembly and a second zlib.
import { constructorFromBucketSize } from 'hdr-histogram-js/dist/JsHistogramFactory.js';
import { UNITS_PER_VALUE } from './scale.ts';
import type { Buckets } from './buckets.ts';

const DIGITS = 3;
/** Start size only: histograms grow when a larger value comes. 65 ms in µs. */
const FIRST_HIGHEST = 65_536;

const BUCKET_BITS = 32;
const Hdr = constructorFromBucketSize(BUCKET_BITS);

function empty(): JsHistogram {
  const histogram = new Hdr(1, FIRST_HIGHEST, DIGITS);
  histogram.autoResize = true;
  return histogram;
}

/** What the package keeps beside its histograms, which have their `encode…` from it. */
interface Codec {
  decompress(data: Uint8Array): Uint8Array;
}

interface Encodable {
  encodeIntoCompressedBase64(level: number): string;
}

let loaded: Codec | null = null; // why: a memo of `require`, not state

/** At the first histogram that is encoded or decoded: no start of a run waits for it. */
function codec(): Codec {
  const require = createRequire(import.meta.url);
  return (loaded ??= require('hdr-histogram-js/dist/JsHistogram.encoding.js') as Codec);
}

function encoded(hdr: JsHistogram): string {
  codec();
  return (hdr as unknown as Encodable).encodeIntoCompressedBase64(1);
}

/** A histogram that lives as long as the run. */
export class RunHistogram {
  readonly #hdr: JsHistogram = empty();

  get count(): number {
    return this.#hdr.totalCount;
  }

  /** Adds buckets as the intervals collected them. */
  add(buckets: Buckets): void {
    addBuckets(this.#hdr, buckets);
  }

  /** Adds a histogram that {@link BlockEncoder} encoded; lossless. */
  addEncoded(text: string): void {
    this.#hdr.add(decodeHistogram(text));
  }

  /** Value at percentile 0..100 in the metric's own unit; 0 when empty. */
  percentile(p: number): number {
    if (this.#hdr.totalCount === 0) return 0;
    return this.#hdr.getValueAtPercentile(p) / UNITS_PER_VALUE;
  }

  encode(): string {
    return encoded(this.#hdr);
  }

  /** Non-empty buckets with the upper edge of each, for charts of the distribution. */
  *distribution(): Generator<{ readonly upTo: number; readonly count: number }> {
    const hdr = this.#hdr;
    for (let i = 0; i < hdr.countsArrayLength; i++) {
      const count = hdr.getCountAtIndex(i);
      if (count === 0) continue;
      yield { upTo: hdr.highestEquivalentValue(hdr.valueFromIndex(i)) / UNITS_PER_VALUE, count };
    }
  }
}

/** Encodes one block after the other through one reused histogram. */
export class BlockEncoder {
  readonly #hdr: JsHistogram = empty();

  encode(parts: readonly Buckets[]): string {
    this.#hdr.reset();
    for (const part of parts) addBuckets(this.#hdr, part);
    return encoded(this.#hdr);
  }
}

function addBuckets(hdr: JsHistogram, buckets: Buckets): void {
  const { n, index, count } = buckets;
  if (n === 0) return;
  const last = index[n - 1] ?? 0;
  if (last >= hdr.countsArrayLength)
    hdr.resize(hdr.highestEquivalentValue(hdr.valueFromIndex(last)));
  let total = 0;
  for (let i = 0; i < n; i++) {
    const c = count[i] ?? 0;
    hdr.addToCountAtIndex(index[i] ?? 0, c);
    total += c;
  }
  hdr.addToTotalCount(total);
  hdr.updateMinAndMax(hdr.valueFromIndex(index[0] ?? 0));
  hdr.updateMinAndMax(hdr.highestEquivalentValue(hdr.valueFromIndex(last)));
}

function decodeHistogram(text: string): JsHistogram {
  const bytes = codec().decompress(Buffer.from(text, 'base64'));
  const { decode } = Hdr as unknown as { decode(bytes: Uint8Array, bits: number): JsHistogram };
  return decode(bytes, BUCKET_BITS);
}
