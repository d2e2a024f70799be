// Names of SOP classes and transfer syntaxes: short forms for tags, and what scripts may write.
import { CLASS_NAMES, SERVICE_CLASSES } from '../dicom/dimse/services.ts';
import { StorageClass } from '../dicom/dimse/uids.ts';

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';

/** Transfer syntaxes by the names used in tags and scripts (PS3.5 §10, PS3.6 Annex A). */
export const TRANSFER_SYNTAXES: Readonly<Record<string, string>> = {
  ImplicitVRLittleEndian: IMPLICIT,
  ExplicitVRLittleEndian: EXPLICIT,
  DeflatedExplicitVRLittleEndian: '1.2.840.10008.1.2.1.99',
  ExplicitVRBigEndian: '1.2.840.10008.1.2.2',
  JPEGBaseline8Bit: '1.2.840.10008.1.2.4.50',
  JPEGExtended12Bit: '1.2.840.10008.1.2.4.51',
  JPEGLossless: '1.2.840.10008.1.2.4.57',
  JPEGLosslessSV1: '1.2.840.10008.1.2.4.70',
  JPEGLSLossless: '1.2.840.10008.1.2.4.80',
  JPEGLSNearLossless: '1.2.840.10008.1.2.4.81',
  JPEG2000Lossless: '1.2.840.10008.1.2.4.90',
  JPEG2000: '1.2.840.10008.1.2.4.91',
  MPEG2MPML: '1.2.840.10008.1.2.4.100',
  MPEG4HP41: '1.2.840.10008.1.2.4.102',
  HEVCMP51: '1.2.840.10008.1.2.4.107',
  JPEGXLLossless: '1.2.840.10008.1.2.4.110',
  HTJ2KLossless: '1.2.840.10008.1.2.4.201',
  HTJ2KLosslessRPCL: '1.2.840.10008.1.2.4.202',
  HTJ2K: '1.2.840.10008.1.2.4.203',
  RLELossless: '1.2.840.10008.1.2.5',
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
