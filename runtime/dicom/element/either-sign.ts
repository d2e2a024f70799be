// "US or SS" in implicit VR: which of the two, the data set says (PS3.5 A.1, PS3.3 C.7.6.3.1.2).
import { entryOf } from './dictionary.ts';
import type { ElementAt } from './element-index.ts';

const PIXEL_REPRESENTATION = 0x00280103;

/**
 * Makes those elements SS whose data set, or the one around it, says that its pixels are signed.
 * For elements that have just been indexed in implicit VR.
 */
export function settleSigns(bytes: Buffer, elements: readonly ElementAt[], outer = false): void {
  const signed = signedPixels(bytes, elements) ?? outer;
  for (const element of elements) {
    if (element.items !== null) {
      for (const item of element.items) settleSigns(bytes, item.elements, signed);
    } else if (signed && element.vr === 'US' && entryOf(element.tag)?.eitherSign === true) {
      (element as { vr: string }).vr = 'SS';
    }
  }
}

/** Null where the elements do not say. */
function signedPixels(bytes: Buffer, elements: readonly ElementAt[]): boolean | null {
  for (const { tag, valueOffset, length, encoding } of elements) {
    if (tag !== PIXEL_REPRESENTATION) continue;
    if (length < 2) return null;
    const value = encoding.bigEndian
      ? bytes.readUInt16BE(valueOffset)
      : bytes.readUInt16LE(valueOffset);
    return value === 1;
  }
  return null;
}
