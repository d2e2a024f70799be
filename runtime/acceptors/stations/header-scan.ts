// Finds the pixel data of a data set that arrives in pieces, without building anything (PS3.5 §7).
import type { Encoding } from '../../dicom/element/transfer-syntax.ts';

const UNDEFINED = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
/** Explicit VRs with a 4-byte length (PS3.5 Table 7.1-1), as their two characters. */
const LONG_VRS = new Set(
  'OB OD OF OL OV OW SQ SV UC UN UR UT UV'
    .split(' ')
    .map((vr) => (vr.charCodeAt(0) << 8) | vr.charCodeAt(1)),
);
const MAX_DEPTH = 64;

export const ScanState = {
  /** More bytes are needed. */
  MORE: 0,
  /** At the value of the pixel data. */
  PIXELS: 1,
  /** This is no data set of that encoding. */
  BROKEN: 2,
} as const;
export type ScanState = (typeof ScanState)[keyof typeof ScanState];

/** Walks top-level elements; may be called again with more bytes and goes on where it stopped. */
export class HeaderScan {
  /** First byte of the next top-level element (in the buffer's numbering). */
  next = 0;
  /** After PIXELS: where the value begins, and its length or -1 when in fragments. */
  pixelOffset = 0;
  pixelLength = 0;
  private encoding: Encoding | null = null;
  private tag = 0;
  private length = 0;
  private value = 0;
  private undefinedUn = false;

  begin(encoding: Encoding): void {
    this.encoding = encoding;
    this.next = 0;
  }

  /** Scans `bytes` from where it stopped; all offsets count from `start`. */
  run(bytes: Buffer, start: number, end: number): ScanState {
    const { encoding } = this;
    if (encoding === null) return ScanState.BROKEN;
    for (;;) {
      const at = start + this.next;
      if (!this.head(bytes, at, end, encoding)) return ScanState.MORE;
      if (this.tag >= 0x7fe00008 && this.tag <= 0x7fe00010) {
        this.pixelOffset = this.value - start;
        this.pixelLength = this.length === UNDEFINED ? -1 : this.length;
        return ScanState.PIXELS;
      }
      if (this.tag >>> 16 === 0xfffe) return ScanState.BROKEN;
      const after =
        this.length === UNDEFINED
          ? this.sequence(bytes, this.value, end, 0)
          : this.value + this.length;
      if (after === -2) return ScanState.BROKEN;
      if (after < 0 || after > end) return ScanState.MORE;
      this.next = after - start;
    }
  }

  /** Reads tag, VR and length at `at`; false when they are not all there. */
  private head(bytes: Buffer, at: number, end: number, encoding: Encoding): boolean {
    if (at + 8 > end) return false;
    const big = encoding.bigEndian;
    this.tag = big
      ? bytes.readUInt32BE(at)
      : bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
    this.undefinedUn = false;
    if (!encoding.explicit || this.tag >>> 16 === 0xfffe) {
      this.length = big ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
      this.value = at + 8;
      return true;
    }
    const vr = bytes.readUInt16BE(at + 4);
    if (!LONG_VRS.has(vr)) {
      this.length = big ? bytes.readUInt16BE(at + 6) : bytes.readUInt16LE(at + 6);
      this.value = at + 8;
      return true;
    }
    if (at + 12 > end) return false;
    this.length = big ? bytes.readUInt32BE(at + 8) : bytes.readUInt32LE(at + 8);
    this.value = at + 12;
    this.undefinedUn = vr === 0x554e;
    return true;
  }

  /** End of a sequence of undefined length; -1 = more bytes needed, -2 = broken. */
  private sequence(bytes: Buffer, from: number, end: number, depth: number): number {
    const outer = this.encoding;
    if (outer === null || depth > MAX_DEPTH) return -2;
    // CP-246: UN of undefined length holds implicit VR little endian.
    const encoding = this.undefinedUn ? { ...outer, explicit: false, bigEndian: false } : outer;
    let at = from;
    for (;;) {
      if (!this.head(bytes, at, end, encoding)) return -1;
      if (this.tag === SEQUENCE_END) return this.value;
      if (this.tag !== ITEM) return -2;
      at =
        this.length === UNDEFINED
          ? this.item(bytes, this.value, end, { encoding, depth: depth + 1 })
          : this.value + this.length;
      if (at < 0) return at;
    }
  }

  private item(
    bytes: Buffer,
    from: number,
    end: number,
    level: { readonly encoding: Encoding; readonly depth: number },
  ): number {
    let at = from;
    for (;;) {
      if (!this.head(bytes, at, end, level.encoding)) return -1;
      if (this.tag === ITEM_END) return this.value;
      if (this.tag >>> 16 === 0xfffe) return -2;
      if (this.length !== UNDEFINED) at = this.value + this.length;
      else {
        const saved = this.encoding;
        this.encoding = level.encoding;
        at = this.sequence(bytes, this.value, end, level.depth);
        this.encoding = saved;
      }
      if (at < 0) return at;
    }
  }
}
