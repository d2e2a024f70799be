// Value representations as they stand in a header (PS3.5 §6.2, §7.1.2): two letters, in one number.

/** Both letters of a VR in one number, as they are read in big endian. */
export function vrCode(vr: string): number {
  return (vr.charCodeAt(0) << 8) | vr.charCodeAt(1);
}

/**
 * Codes of the VRs with a 2-byte length in explicit encodings (PS3.5 Table 7.1-2). Any other has 4
 * bytes, those that are not known, too.
 */
export const SHORT_VRS: ReadonlySet<number> = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' ').map(vrCode),
);

const NAMES = new Map<number, string>();

/** The VR of a code; the same string each time. */
export function vrName(code: number): string {
  let name = NAMES.get(code);
  if (name === undefined) {
    name = String.fromCharCode(code >> 8, code & 0xff);
    NAMES.set(code, name);
  }
  return name;
}

/** Whether these can be a VR at all: two capital letters. */
export function isVr(code: number): boolean {
  const high = code >> 8;
  const low = code & 0xff;
  return high >= 0x41 && high <= 0x5a && low >= 0x41 && low <= 0x5a;
}
