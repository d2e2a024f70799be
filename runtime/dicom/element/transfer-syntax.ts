// What a transfer syntax UID says about the encoding of a data set (PS3.5 §10, Annex A).

export const TransferSyntax = {
  IMPLICIT_LE: '1.2.840.10008.1.2',
  EXPLICIT_LE: '1.2.840.10008.1.2.1',
  DEFLATED_LE: '1.2.840.10008.1.2.1.99',
  EXPLICIT_BE: '1.2.840.10008.1.2.2',
  JPEG_BASELINE: '1.2.840.10008.1.2.4.50',
  JPEG_EXTENDED: '1.2.840.10008.1.2.4.51',
  JPEG_LOSSLESS: '1.2.840.10008.1.2.4.57',
  JPEG_LOSSLESS_SV1: '1.2.840.10008.1.2.4.70',
  JPEG_LS_LOSSLESS: '1.2.840.10008.1.2.4.80',
  JPEG_LS_LOSSY: '1.2.840.10008.1.2.4.81',
  JPEG_2000_LOSSLESS: '1.2.840.10008.1.2.4.90',
  JPEG_2000: '1.2.840.10008.1.2.4.91',
  RLE: '1.2.840.10008.1.2.5',
} as const;

/** How elements are written. */
export interface Encoding {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
  readonly deflated: boolean;
  /** Pixel data comes in fragments (PS3.5 A.4). */
  readonly encapsulated: boolean;
}

const LITTLE: Encoding = {
  explicit: true,
  bigEndian: false,
  deflated: false,
  encapsulated: false,
};
const IMPLICIT: Encoding = { ...LITTLE, explicit: false };
const BIG: Encoding = { ...LITTLE, bigEndian: true };
const DEFLATED: Encoding = { ...LITTLE, deflated: true };
const ENCAPSULATED: Encoding = { ...LITTLE, encapsulated: true };

/** Deflated ones: Deflated Explicit VR LE, JPIP Referenced Deflate, JPIP HTJ2K Referenced Deflate. */
const DEFLATED_UIDS = new Set([
  TransferSyntax.DEFLATED_LE as string,
  '1.2.840.10008.1.2.4.95',
  '1.2.840.10008.1.2.4.205',
]);

/** The encoding of a transfer syntax; any unknown one is explicit VR little endian, encapsulated. */
export function encodingOf(transferSyntax: string): Encoding {
  switch (transferSyntax) {
    case TransferSyntax.IMPLICIT_LE:
    case '1.2.840.113619.5.2': // GE private: big endian pixel data, otherwise implicit
      return IMPLICIT;
    case TransferSyntax.EXPLICIT_LE:
      return LITTLE;
    case TransferSyntax.EXPLICIT_BE:
      return BIG;
    default:
      return DEFLATED_UIDS.has(transferSyntax) ? DEFLATED : ENCAPSULATED;
  }
}

/** Bytes of one number by VR, which big endian turns round. */
const WORD: Readonly<Record<string, number>> = {
  US: 2,
  SS: 2,
  OW: 2,
  AT: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
};

/** Bytes of one number of a VR: those that another byte order turns round; 1 = none. */
export function wordBytes(vr: string): number {
  return WORD[vr] ?? 1;
}

const NAMES: Readonly<Record<string, string>> = {
  implicit: TransferSyntax.IMPLICIT_LE,
  explicit: TransferSyntax.EXPLICIT_LE,
  'big-endian': TransferSyntax.EXPLICIT_BE,
  deflated: TransferSyntax.DEFLATED_LE,
  rle: TransferSyntax.RLE,
  jpeg: TransferSyntax.JPEG_BASELINE,
  'jpeg-lossless': TransferSyntax.JPEG_LOSSLESS_SV1,
  'jpeg-ls': TransferSyntax.JPEG_LS_LOSSLESS,
  'jpeg-ls-lossy': TransferSyntax.JPEG_LS_LOSSY,
  jpeg2000: TransferSyntax.JPEG_2000_LOSSLESS,
  'jpeg2000-lossy': TransferSyntax.JPEG_2000,
};

/** Short names a transfer syntax may be asked for by. */
export const TRANSFER_SYNTAX_NAMES: readonly string[] = Object.keys(NAMES);

/** The UID of a short name or a UID; null for anything else. */
export function transferSyntaxUid(nameOrUid: string): string | null {
  if (/^[0-9]+(\.[0-9]+)+$/.test(nameOrUid)) return nameOrUid;
  return NAMES[nameOrUid.toLowerCase()] ?? null;
}
