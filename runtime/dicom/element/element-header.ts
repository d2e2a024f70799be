// The header of an encoded element: tag, VR and length (PS3.5 §7.1).
import { DataError } from './data-error.ts';
import { keywordOf, tagText } from './dictionary.ts';
import type { Encoding } from './transfer-syntax.ts';
import { SHORT_VRS, vrCode } from './vr.ts';

const MAX_SHORT_LENGTH = 0xfffe;

/** Tag, VR and length of an element. */
export function elementHeader(tag: number, vr: string, length: number, encoding: Encoding): Buffer {
  const { bigEndian } = encoding;
  const code = vrCode(vr);
  const long = encoding.explicit && !SHORT_VRS.has(code);
  const bytes = Buffer.alloc(long ? 12 : 8);
  putU16(bytes, 0, tag >>> 16, bigEndian);
  putU16(bytes, 2, tag & 0xffff, bigEndian);
  if (!encoding.explicit) {
    putU32(bytes, 4, length, bigEndian);
    return bytes;
  }
  bytes.writeUInt16BE(code, 4);
  if (long) {
    putU32(bytes, 8, length, bigEndian);
    return bytes;
  }
  if (length > MAX_SHORT_LENGTH) {
    throw new DataError(
      'DATA_BAD_VALUE',
      `${keywordOf(tag)} (${tagText(tag)}): ${length} bytes do not fit in ${vr} (at most ${MAX_SHORT_LENGTH})`,
    );
  }
  putU16(bytes, 6, length, bigEndian);
  return bytes;
}

/** Writes a number of two bytes in the order of the data set. */
export function putU16(bytes: Buffer, at: number, value: number, bigEndian: boolean): void {
  if (bigEndian) bytes.writeUInt16BE(value, at);
  else bytes.writeUInt16LE(value, at);
}

/** Writes a number of four bytes in the order of the data set. */
export function putU32(bytes: Buffer, at: number, value: number, bigEndian: boolean): void {
  if (bigEndian) bytes.writeUInt32BE(value, at);
  else bytes.writeUInt32LE(value, at);
}
