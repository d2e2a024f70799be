// How the bytes of a pixel data value are to be read, and the one form in which those of another
// form can be compared with them: native, little endian.
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { indexDataset, isPixelData } from '../element/element-index.ts';
import { frameBytes } from '../synthetic/pixels.ts';
import { swappedWords } from './reencode.ts';
import { pixelsOf, transcode } from './transcode.ts';

/** GE private: big endian pixel data in an otherwise implicit, little endian data set. */
const GE_PRIVATE = '1.2.840.113619.5.2';

/**
 * `native`, `swapped2` (big endian words of two bytes), `swapped4`, `swapped8`, or the UID of the
 * transfer syntax that compresses it. RLE is one of those, and the one that we can always undo.
 */
export type PixelForm = string;

export const NATIVE: PixelForm = 'native';

/** @param word bytes of a big endian word, 1 where there is no order */
export function pixelForm(transferSyntax: string, word: number): PixelForm {
  if (transferSyntax === GE_PRIVATE || encodingOf(transferSyntax).encapsulated) {
    return transferSyntax;
  }
  return word === 1 ? NATIVE : `swapped${word}`;
}

/** Whether pixels of a form can be brought to the native one. */
export function isConvertible(form: PixelForm): boolean {
  return form === TransferSyntax.RLE || form === NATIVE || form.startsWith('swapped');
}

/** Native pixels in a form; null for one that has no single writing. */
export function inForm(native: Buffer, form: PixelForm): Buffer | null {
  if (form === NATIVE) return native;
  return form.startsWith('swapped') ? swappedWords(native, Number(form.slice(-1))) : null;
}

/**
 * The value of the pixel data of a whole data set, made native; null without any, and where it is
 * compressed otherwise than by RLE.
 *
 * @throws DataError for RLE that cannot be decoded
 */
export function nativeValue(dataset: Buffer, transferSyntax: string): Buffer | null {
  if (!isConvertible(pixelForm(transferSyntax, 1))) return null;
  const native = transcode(dataset, transferSyntax, TransferSyntax.EXPLICIT_LE).dataset;
  const { elements } = indexDataset(native, encodingOf(TransferSyntax.EXPLICIT_LE));
  const pixel = elements.find(({ tag }) => isPixelData(tag));
  if (pixel === undefined) return null;
  return native.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
}

/** As {@link nativeValue}, of RLE fragments and the header that ends before them. */
export function nativeFragments(header: Buffer, fragments: Buffer): Buffer | null {
  const dataset = Buffer.concat([header, fragments, END_OF_SEQUENCE]);
  return nativeValue(dataset, TransferSyntax.RLE);
}

/** (FFFE,E0DD) of length 0. */
const END_OF_SEQUENCE = Buffer.from('feffdde000000000', 'hex');

/**
 * Length of the native pixels that a header tells of; 0 where it does not.
 *
 * @param header explicit VR little endian, without the pixel data element
 */
export function nativeBytes(header: Buffer): number {
  try {
    const { shape } = pixelsOf(header);
    const bytes = frameBytes(shape) * shape.frames;
    return bytes + (bytes % 2);
  } catch {
    // why: a header without pixels is none that anything can be compared with
    return 0;
  }
}
