// How the bytes of a pixel data value are to be read, and the one form in which those of another
// form can be compared with them: native, little endian, colour by pixel.
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { indexDataset, isPixelData } from '../element/element-index.ts';
import { DataError } from '../element/data-error.ts';
import { frameBytes, type PixelShape } from './pixel-shape.ts';
import { swappedWords } from '../element/reencode.ts';
import { byPixel, byPlane, pixelsOf, transcode, type Pixels } from './transcode.ts';

/** GE private: big endian pixel data in an otherwise implicit, little endian data set. */
const GE_PRIVATE = '1.2.840.113619.5.2';

/**
 * `native`, `swapped2` (big endian words of two bytes), `swapped4`, `swapped8`, each of them with
 * `/planes` where colour is by plane; or the UID of the transfer syntax that compresses it. RLE is
 * one of those, and the one that we can always undo.
 */
export type PixelForm = string;

export const NATIVE: PixelForm = 'native';
const SWAPPED = 'swapped';

/** @param word bytes of a big endian word, 1 where there is no order */
export function pixelForm(transferSyntax: string, word: number): PixelForm {
  if (transferSyntax === GE_PRIVATE || encodingOf(transferSyntax).encapsulated) {
    return transferSyntax;
  }
  return word === 1 ? NATIVE : `${SWAPPED}${word}`;
}

const PLANES = '/planes';

/** The same with colour by plane (PS3.3 §C.7.6.3.1.3). */
export function inPlanes(form: PixelForm): PixelForm {
  return `${form}${PLANES}`;
}

/**
 * Whether native pixels are colour by plane.
 *
 * @param header a data set up to its pixels
 */
export function isByPlane(header: Buffer, transferSyntax: string): boolean {
  const pixels = layoutOf(header, transferSyntax);
  return pixels !== null && pixels.planar && pixels.shape.samples === 3;
}

/** null where a header does not say what pixels there are, and nothing can be made of them. */
function layoutOf(header: Buffer, transferSyntax?: string): Pixels | null {
  try {
    return pixelsOf(header, transferSyntax);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** Pixels in the one form. */
export interface NativePixels {
  /** Colour is by pixel. */
  readonly value: Buffer;
  /** null where the header does not say. */
  readonly shape: PixelShape | null;
}

/** Whether pixels of a form can be brought to the native one. */
export function isConvertible(form: PixelForm): boolean {
  return form === TransferSyntax.RLE || form.startsWith(NATIVE) || form.startsWith(SWAPPED);
}

/** Native pixels in a form; null for one that has no single writing. */
export function inForm({ value, shape }: NativePixels, form: PixelForm): Buffer | null {
  const arranged = form.endsWith(PLANES) && shape !== null ? byPlane(value, shape) : value;
  if (form.startsWith(NATIVE)) return arranged;
  if (!form.startsWith(SWAPPED)) return null;
  return swappedWords(arranged, Number(form.charAt(SWAPPED.length)));
}

/**
 * The value of the pixel data of a whole data set, made native; null without any, and where it is
 * compressed otherwise than by RLE.
 *
 * @throws DataError for RLE that cannot be decoded
 */
export function nativeValue(dataset: Buffer, transferSyntax: string): NativePixels | null {
  if (!isConvertible(pixelForm(transferSyntax, 1))) return null;
  const native = transcode(dataset, transferSyntax, TransferSyntax.EXPLICIT_LE).dataset;
  const { elements } = indexDataset(native, encodingOf(TransferSyntax.EXPLICIT_LE));
  const pixel = elements.find(({ tag }) => isPixelData(tag));
  if (pixel === undefined) return null;
  const value = native.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  const layout = layoutOf(native);
  if (layout === null) return { value, shape: null };
  const { shape, planar } = layout;
  return { value: planar ? byPixel(value, shape) : value, shape };
}

/** As {@link nativeValue}, of RLE fragments and the header that ends before them. */
export function nativeFragments(header: Buffer, fragments: Buffer): Buffer | null {
  const dataset = Buffer.concat([header, fragments, END_OF_SEQUENCE]);
  return nativeValue(dataset, TransferSyntax.RLE)?.value ?? null;
}

/** (FFFE,E0DD) of length 0. */
const END_OF_SEQUENCE = Buffer.from('feffdde000000000', 'hex');

/**
 * Length of the native pixels that a header tells of; 0 where it does not.
 *
 * @param header explicit VR little endian, without the pixel data element
 */
export function nativeBytes(header: Buffer): number {
  const layout = layoutOf(header);
  // A header without pixels is none that anything can be compared with.
  if (layout === null) return 0;
  const bytes = frameBytes(layout.shape) * layout.shape.frames;
  return bytes + (bytes % 2);
}
