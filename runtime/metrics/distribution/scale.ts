// From a value to its histogram bucket: times are ms and kept as whole µs, other values are kept
// times 1000. The bucket numbers are HDR's own (unit 1, three digits), computed without its
// general arithmetic because this runs once per sample; a property test holds the two together.

export const UNITS_PER_VALUE = 1000;

/** Larger values are refused: nine million seconds, or nine thousand million in plain numbers. */
export const MAX_UNITS = 9e12;

const HALF_COUNT = 1024; // half of the 2,048 sub-buckets that three digits take
const HALF_MAGNITUDE = 10; // log2(HALF_COUNT)
const INT32_MAX = 0x7fffffff;

/** Bucket of a whole number of units, 0 ≤ units ≤ {@link MAX_UNITS}. */
export function bucketOf(units: number): number {
  if (units < 2 * HALF_COUNT) return units;
  if (units <= INT32_MAX) {
    const shift = 31 - Math.clz32(units) - HALF_MAGNITUDE;
    return shift * HALF_COUNT + (units >>> shift);
  }
  const shift = Math.floor(Math.log2(units)) - HALF_MAGNITUDE;
  return shift * HALF_COUNT + Math.floor(units / 2 ** shift);
}

/** Highest number of units that falls into a bucket. */
export function highestOf(bucket: number): number {
  if (bucket < 2 * HALF_COUNT) return bucket;
  const shift = Math.floor(bucket / HALF_COUNT) - 1;
  const sub = (bucket % HALF_COUNT) + HALF_COUNT;
  return (sub + 1) * 2 ** shift - 1;
}
