import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import type { JsHistogram } from 'hdr-histogram-js';
import { expect, it } from 'vitest';
import { BucketCounter, percentilesOf } from './buckets.ts';
import { RunHistogram } from './histogram.ts';
import { bucketOf, highestOf, MAX_UNITS, UNITS_PER_VALUE } from './scale.ts';

const hdr = build({ numberOfSignificantValueDigits: 3, lowestDiscernibleValue: 1 }) as JsHistogram;
const units = fc
  .double({ min: 0, max: Math.log(MAX_UNITS), noNaN: true })
  .map((x) => Math.floor(Math.exp(x)));

it('numbers buckets exactly as hdr-histogram-js does', () => {
  fc.assert(
    fc.property(units, (value) => {
      expect(bucketOf(value)).toBe(hdr.countsArrayIndex(value));
      expect(highestOf(bucketOf(value))).toBe(hdr.highestEquivalentValue(value));
    }),
    { numRuns: 2_000 },
  );
  for (let power = 0; power < 43; power++) {
    for (const value of [2 ** power - 1, 2 ** power, 2 ** power + 1]) {
      expect(bucketOf(value)).toBe(hdr.countsArrayIndex(value));
    }
  }
});

it('finds in one pass the percentiles that hdr-histogram-js finds', () => {
  const ps = [0.1, 1, 29, 50, 90, 95, 99, 99.9, 100];
  fc.assert(
    fc.property(fc.array(units, { minLength: 1, maxLength: 300 }), (values) => {
      const counter = new BucketCounter();
      counter.add(Uint32Array.from(values, bucketOf), values.length);
      const buckets = counter.take();
      const whole = new RunHistogram();
      whole.add(buckets);
      const range = { min: 0, max: MAX_UNITS };
      expect(percentilesOf(buckets, values.length, ps, range)).toEqual(
        ps.map((p) => whole.percentile(p)),
      );
    }),
  );
});

it('merges without loss, whatever the order and the split', () => {
  fc.assert(
    fc.property(fc.array(units, { maxLength: 200 }), fc.nat(200), (values, at) => {
      const part = (list: number[]): RunHistogram => {
        const counter = new BucketCounter();
        counter.add(Uint32Array.from(list, bucketOf), list.length);
        const histogram = new RunHistogram();
        histogram.add(counter.take());
        return histogram;
      };
      const merged = part(values.slice(at));
      merged.addEncoded(part(values.slice(0, at)).encode());
      const whole = part(values);
      expect(merged.count).toBe(values.length);
      expect([...merged.distribution()]).toEqual([...whole.distribution()]);
      for (const p of [0, 50, 99, 100]) expect(merged.percentile(p)).toBe(whole.percentile(p));
    }),
  );
  expect(UNITS_PER_VALUE).toBe(1000);
});
