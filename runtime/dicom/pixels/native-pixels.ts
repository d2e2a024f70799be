// Pixel data in one form, whatever the transfer syntax, so that two of them can be compared.
import { DataError } from '../element/data-error.ts';
import { indexDataset, isPixelData, PIXEL_DATA, type ElementAt } from '../element/element-index.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { isLossy } from './codecs.ts';
import { fragmentsOf } from './fragments.ts';
import { byPixel, pixelsOf, transcode } from './transcode.ts';

/** A data set and its transfer syntax. */
export interface Comparable {
  readonly dataset: Buffer;
  readonly transferSyntax: string;
}

/**
 * What two data sets have as pixels: `incomparable` where a codec that is lossy, unknown or not
 * loaded stands between them.
 */
export type PixelVerdict = 'same' | 'changed' | 'incomparable';

const NO_PIXELS = Buffer.alloc(0);

/**
 * The pixels of a data set: native, little endian, colour by pixel, without padding. Empty where
 * there are none; null where that takes a codec that is lossy, unknown or not loaded
 * (`initializeCodecs`). RLE takes none.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function nativePixels({ dataset, transferSyntax }: Comparable): Buffer | null {
  if (isLossy(transferSyntax)) return null;
  let native: Buffer;
  try {
    native = transcode(dataset, transferSyntax, TransferSyntax.EXPLICIT_LE).dataset;
  } catch (error) {
    const unable = error instanceof DataError && /^DATA_(UNSUPPORTED|CODECS)/.test(error.code);
    if (unable) return null;
    throw error;
  }
  const { elements } = indexDataset(native, encodingOf(TransferSyntax.EXPLICIT_LE));
  const pixel = elements.find(({ tag }) => isPixelData(tag));
  return pixel === undefined ? NO_PIXELS : plainPixels(native, pixel);
}

/** Without the padding, colour by pixel, as far as the header says what there is. */
function plainPixels(native: Buffer, { tag, valueOffset, length }: ElementAt): Buffer {
  const value = native.subarray(valueOffset, valueOffset + length);
  if (tag !== PIXEL_DATA) return value;
  let pixels: ReturnType<typeof pixelsOf>;
  try {
    pixels = pixelsOf(native);
  } catch (error) {
    if (error instanceof DataError) return value;
    throw error;
  }
  const { rows, columns, frames, samples, bitsAllocated } = pixels.shape;
  const size = Math.ceil((rows * columns * frames * samples * bitsAllocated) / 8);
  const used = value.subarray(0, size);
  return pixels.planar ? byPixel(used, pixels.shape) : used;
}

/** Compares the pixels of two data sets, each in whatever transfer syntax. */
export function comparePixels(a: Comparable, b: Comparable): PixelVerdict {
  const isSameSyntax = a.transferSyntax === b.transferSyntax;
  try {
    if (isSameSyntax && isSameValue(a, b)) return 'same';
    const [x, y] = [nativePixels(a), nativePixels(b)];
    if (x !== null && y !== null) return x.equals(y) ? 'same' : 'changed';
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return 'changed';
  }
  return isSameSyntax ? 'changed' : 'incomparable';
}

/** Byte for byte; of fragments what is in them, as anybody may cut them otherwise. */
function isSameValue(a: Comparable, b: Comparable): boolean {
  if (encodingOf(a.transferSyntax).deflated) return a.dataset.equals(b.dataset);
  return contentsOf(a).equals(contentsOf(b));
}

function contentsOf({ dataset, transferSyntax }: Comparable): Buffer {
  const { elements } = indexDataset(dataset, encodingOf(transferSyntax));
  const pixel = elements.find(({ tag }) => isPixelData(tag));
  if (pixel === undefined) return NO_PIXELS;
  const value = dataset.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  if (!pixel.undefinedLength) return value;
  const [, ...fragments] = fragmentsOf(value);
  return Buffer.concat(fragments.map(({ bytes }) => bytes));
}
