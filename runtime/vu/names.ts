// Names of SOP classes and transfer syntaxes: short forms for tags, and what scripts may write.
import { CLASS_NAMES, SERVICE_CLASSES } from '../dicom/dimse/services.ts';
import { StorageClass } from '../dicom/dimse/uids.ts';
import { TransferSyntax } from '../dicom/element/transfer-syntax.ts';

const IMPLICIT = TransferSyntax.IMPLICIT_LE;
const EXPLICIT = TransferSyntax.EXPLICIT_LE;

/** Transfer syntaxes by the names used in tags and scripts (PS3.5 §10, PS3.6 Annex A). */
export const TRANSFER_SYNTAXES: Readonly<Record<string, string>> = {
  ImplicitVRLittleEndian: IMPLICIT,
  ExplicitVRLittleEndian: EXPLICIT,
  DeflatedExplicitVRLittleEndian: TransferSyntax.DEFLATED_LE,
  ExplicitVRBigEndian: TransferSyntax.EXPLICIT_BE,
  JPEGBaseline8Bit: TransferSyntax.JPEG_BASELINE,
  JPEGExtended12Bit: TransferSyntax.JPEG_EXTENDED,
  JPEGLossless: TransferSyntax.JPEG_LOSSLESS,
  JPEGLosslessSV1: TransferSyntax.JPEG_LOSSLESS_SV1,
  JPEGLSLossless: TransferSyntax.JPEG_LS_LOSSLESS,
  JPEGLSNearLossless: TransferSyntax.JPEG_LS_LOSSY,
  JPEG2000Lossless: TransferSyntax.JPEG_2000_LOSSLESS,
  JPEG2000: TransferSyntax.JPEG_2000,
  MPEG2MPML: '1.2.840.10008.1.2.4.100',
  MPEG4HP41: '1.2.840.10008.1.2.4.102',
  HEVCMP51: '1.2.840.10008.1.2.4.107',
  JPEGXLLossless: '1.2.840.10008.1.2.4.110',
  HTJ2KLossless: '1.2.840.10008.1.2.4.201',
  HTJ2KLosslessRPCL: '1.2.840.10008.1.2.4.202',
  HTJ2K: '1.2.840.10008.1.2.4.203',
  RLELossless: TransferSyntax.RLE,
};

const SHORT = new Map<string, string>(
  [...Object.entries(StorageClass), ...CLASS_NAMES, ...Object.entries(TRANSFER_SYNTAXES)].map(
    ([name, uid]) => [uid, name] as const,
  ),
);

/** Short name of a well-known UID, the UID itself for any other. */
export function shortName(uid: string): string {
  return SHORT.get(uid) ?? uid;
}

const UID = /^[0-9]+(\.[0-9]+)+$/;

/** The SOP class a script means, null when it is neither a UID nor a known name. */
export function sopClassOf(name: string): string | null {
  if (UID.test(name)) return name;
  return SERVICE_CLASSES.get(name)?.[0] ?? own(StorageClass, name);
}

/** The transfer syntax a script means, null when it is neither a UID nor a known name. */
export function transferSyntaxOf(name: string): string | null {
  return UID.test(name) ? name : own(TRANSFER_SYNTAXES, name);
}

/** What a table says itself: every object has a `constructor`. */
function own(table: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

/** What is proposed for a service whose identifiers we encode. */
export const IDENTIFIER_SYNTAXES: readonly string[] = [EXPLICIT, IMPLICIT];
