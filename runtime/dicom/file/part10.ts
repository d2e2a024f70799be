// Part 10 files (PS3.10 §7.1): preamble, file meta information, data set.
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from '../implementation.ts';
import { DataError } from '../element/data-error.ts';
import { elementHeader } from '../element/element-header.ts';
import { encodeValue } from '../element/element-value.ts';
import { charsetOf } from '../element/charset.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

export const PREAMBLE_BYTES = 128;
/** SOP class of a Media Storage Directory, a DICOMDIR (PS3.3 Annex F). */
export const DICOMDIR = '1.2.840.10008.1.3.10';
const MAGIC_END = PREAMBLE_BYTES + 4;

/** What the file meta information says. */
export interface FileMeta {
  readonly transferSyntax: string;
  readonly sopClass: string;
  readonly sopInstance: string;
  /** Where the data set starts in the file. */
  readonly datasetOffset: number;
}

/** Whether a file that starts with `bytes` is a Part 10 file. */
export function isPart10(bytes: Buffer): boolean {
  return (
    bytes.length >= MAGIC_END && bytes.toString('latin1', PREAMBLE_BYTES, MAGIC_END) === 'DICM'
  );
}

/**
 * Reads the file meta information (always explicit VR little endian). A missing or wrong group
 * length is no matter: elements are walked.
 *
 * @param bytes the start of the file
 * @throws DataError `DATA_NOT_DICOM`, `DATA_MALFORMED`
 */
export function readMeta(bytes: Buffer): FileMeta {
  if (!isPart10(bytes)) throw new DataError('DATA_NOT_DICOM', 'no DICM at offset 128');
  let at = MAGIC_END;
  const meta = { transferSyntax: '', sopClass: '', sopInstance: '' };
  while (at + 8 <= bytes.length && bytes.readUInt16LE(at) === 2) {
    const tag = bytes.readUInt16LE(at + 2);
    const long = /^(O.|S[QV]|U[CNRTV])$/.test(bytes.toString('latin1', at + 4, at + 6));
    const value = at + (long ? 12 : 8);
    if (value > bytes.length) break;
    const length = long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    if (value + length > bytes.length) {
      throw new DataError(
        'DATA_MALFORMED',
        `file meta information: ends inside (0002,${tag.toString(16).padStart(4, '0')})`,
      );
    }

    const text = bytes.toString('latin1', value, value + length).replace(/[ \x00]+$/, '');
    if (tag === 0x0010) meta.transferSyntax = text;
    else if (tag === 0x0002) meta.sopClass = text;
    else if (tag === 0x0003) meta.sopInstance = text;
    at = value + length;
  }
  if (meta.transferSyntax === '') {
    throw new DataError('DATA_MALFORMED', 'file meta information: names no transfer syntax');
  }
  return { ...meta, datasetOffset: at };
}

/** Preamble and file meta information for a data set. */
export function fileMeta(sopClass: string, sopInstance: string, transferSyntax: string): Buffer {
  const encoding = encodingOf(TransferSyntax.EXPLICIT_LE);
  const context = { bigEndian: false, charset: charsetOf(''), lenient: true };
  const element = (tag: number, vr: string, value: string | Uint8Array): Buffer => {
    const bytes = encodeValue(vr, value, context, 'file meta information');
    return Buffer.concat([elementHeader(0x00020000 + tag, vr, bytes.length, encoding), bytes]);
  };
  const body = Buffer.concat([
    element(0x0001, 'OB', Uint8Array.of(0, 1)),
    element(0x0002, 'UI', sopClass),
    element(0x0003, 'UI', sopInstance),
    element(0x0010, 'UI', transferSyntax),
    element(0x0012, 'UI', IMPLEMENTATION_CLASS_UID),
    element(0x0013, 'SH', IMPLEMENTATION_VERSION),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([
    Buffer.alloc(PREAMBLE_BYTES),
    Buffer.from('DICM', 'latin1'),
    elementHeader(0x00020000, 'UL', 4, encoding),
    length,
    body,
  ]);
}
