// Deflated data sets (PS3.5 A.5), both ways.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { DataError } from './data-error.ts';

const ALWAYS_INFLATED_BYTES = 256 * 1024 ** 2;
const MOST_INFLATED_BYTES = 1024 ** 3;
const LIKELY_RATIO = 100;

/** What a deflated data set of that size may become: more is no image but a bomb. */
function inflatedLimit(bytes: number): number {
  return Math.min(MOST_INFLATED_BYTES, Math.max(ALWAYS_INFLATED_BYTES, LIKELY_RATIO * bytes));
}

/** Inflates a deflated data set (PS3.5 A.5), its pad byte ignored. */
export function inflateDataset(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: inflatedLimit(bytes.length) });
  } catch (cause) {
    throw new DataError(
      'DATA_MALFORMED',
      `deflated data set: cannot be inflated (${cause instanceof Error ? cause.message : ''})`,
    );
  }
}

/** Deflates a data set and pads it to even length (PS3.5 A.5). */
export function deflateDataset(bytes: Buffer): Buffer {
  const deflated = deflateRawSync(bytes);
  return deflated.length % 2 === 0 ? deflated : Buffer.concat([deflated, Buffer.of(0)]);
}
