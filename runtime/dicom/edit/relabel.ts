// Text that an edit leaves alone, when the edit changes the character set that it is written in.
import type { Charset } from '../element/charset.ts';
import { DataError } from '../element/data-error.ts';
import { keywordOf, tagText } from '../element/dictionary.ts';
import { CHARSET_VRS, padByte } from '../element/element-value.ts';

const HINT =
  "set this attribute too, choose a set that has its characters ('ISO_IR 192' has all), or change " +
  "the label alone: SpecificCharacterSet: { vr: 'CS', value: '…' }";

/** How text is encoded, and how it shall be. */
export interface Relabel {
  readonly from: Charset;
  readonly charset: Charset;
}

/** True where text has to be written anew. */
export function isRelabelled({ from, charset }: Relabel): boolean {
  return from.term !== charset.term;
}

/**
 * The same text in the new set, padded; null where its bytes can stay.
 *
 * @throws DataError `DATA_BAD_VALUE` where the new set has not all of its characters
 */
export function relabelled(
  element: { readonly tag: number; readonly vr: string },
  value: Buffer,
  { from, charset }: Relabel,
): Buffer | null {
  const { tag, vr } = element;
  if (!CHARSET_VRS.has(vr) || isPlain(value)) return null;
  const what = `${keywordOf(tag)} (${tagText(tag)})`;
  // why: bytes outside the default set were never labelled; the new label says what they are
  const label = from.term === '' || from.term === 'ISO_IR 6' ? charset : from;
  const text = label.decode(value, vr === 'PN');
  if (text.includes('\ufffd')) {
    throw new DataError('DATA_BAD_VALUE', `${what}: is no text in "${label.term}"`, HINT);
  }
  if (label === charset) return null;
  try {
    const bytes = charset.encode(text.replace(/[ \x00]+$/, ''));
    return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(padByte(vr))]);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError('DATA_BAD_VALUE', `${what}: ${error.message}`, HINT);
  }
}

/** ASCII without escape sequences reads the same in all sets. */
function isPlain(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x7f || byte === 0x1b) return false;
  return true;
}
