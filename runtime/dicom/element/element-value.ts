// Values of elements: bytes <-> plain values, by VR (PS3.5 §6.2).
import type { Charset } from './charset.ts';
import { DataError } from './data-error.ts';
import { checkText, isChecked, SINGLE_VRS } from './value-forms.ts';

/** A value of one element as scripts and edits write it. */
export type PlainValue =
  string | number | bigint | Uint8Array | readonly (string | number | bigint)[];

interface NumberCodec {
  readonly size: number;
  /** Range checked before writing. */
  readonly min: number;
  readonly max: number;
  read(bytes: Buffer, at: number, bigEndian: boolean): number | bigint;
  write(bytes: Buffer, at: number, value: number, bigEndian: boolean): void;
  /** Integers of 64 bits, beyond what a number holds. */
  readonly big?: (bytes: Buffer, at: number, value: bigint, bigEndian: boolean) => void;
}

const BYTE = { min: 0, max: 255 };

function codec(
  size: number,
  range: readonly [number, number],
  read: NumberCodec['read'],
  write: NumberCodec['write'],
): NumberCodec {
  return { size, min: range[0], max: range[1], read, write };
}

const U16 = codec(
  2,
  [0, 0xffff],
  (b, at, be) => (be ? b.readUInt16BE(at) : b.readUInt16LE(at)),
  (b, at, v, be) => void (be ? b.writeUInt16BE(v, at) : b.writeUInt16LE(v, at)),
);
const I16 = codec(
  2,
  [-0x8000, 0x7fff],
  (b, at, be) => (be ? b.readInt16BE(at) : b.readInt16LE(at)),
  (b, at, v, be) => void (be ? b.writeInt16BE(v, at) : b.writeInt16LE(v, at)),
);
const U32 = codec(
  4,
  [0, 0xffffffff],
  (b, at, be) => (be ? b.readUInt32BE(at) : b.readUInt32LE(at)),
  (b, at, v, be) => void (be ? b.writeUInt32BE(v, at) : b.writeUInt32LE(v, at)),
);
const I32 = codec(
  4,
  [-0x80000000, 0x7fffffff],
  (b, at, be) => (be ? b.readInt32BE(at) : b.readInt32LE(at)),
  (b, at, v, be) => void (be ? b.writeInt32BE(v, at) : b.writeInt32LE(v, at)),
);
const F32 = codec(
  4,
  [-Infinity, Infinity],
  (b, at, be) => (be ? b.readFloatBE(at) : b.readFloatLE(at)),
  (b, at, v, be) => void (be ? b.writeFloatBE(v, at) : b.writeFloatLE(v, at)),
);
const F64 = codec(
  8,
  [-Infinity, Infinity],
  (b, at, be) => (be ? b.readDoubleBE(at) : b.readDoubleLE(at)),
  (b, at, v, be) => void (be ? b.writeDoubleBE(v, at) : b.writeDoubleLE(v, at)),
);
const U64: NumberCodec = {
  ...codec(
    8,
    [0, Number.MAX_SAFE_INTEGER],
    (b, at, be) => small(be ? b.readBigUInt64BE(at) : b.readBigUInt64LE(at)),
    (b, at, v, be) => writeU64(b, at, BigInt(v), be),
  ),
  big: writeU64,
};
const I64: NumberCodec = {
  ...codec(
    8,
    [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    (b, at, be) => small(be ? b.readBigInt64BE(at) : b.readBigInt64LE(at)),
    (b, at, v, be) => writeU64(b, at, BigInt(v), be),
  ),
  big: writeU64,
};

/** Both kinds: negative ones in two's complement. */
function writeU64(b: Buffer, at: number, value: bigint, bigEndian: boolean): void {
  const bits = BigInt.asUintN(64, value);
  if (bigEndian) b.writeBigUInt64BE(bits, at);
  else b.writeBigUInt64LE(bits, at);
}

function small(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const NUMBERS: Readonly<Record<string, NumberCodec>> = {
  US: U16,
  SS: I16,
  UL: U32,
  SL: I32,
  FL: F32,
  FD: F64,
  UV: U64,
  SV: I64,
  OW: U16,
  OL: U32,
  OF: F32,
  OD: F64,
  OV: U64,
};

/** VRs whose text is in the character set of the data set (PS3.5 §6.1.2.3). */
export const CHARSET_VRS: ReadonlySet<string> = new Set(['SH', 'LO', 'ST', 'PN', 'LT', 'UC', 'UT']);
const TEXT_VRS = new Set('AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT'.split(' '));

export function isTextVr(vr: string): boolean {
  return TEXT_VRS.has(vr);
}

/** What an encoded value depends on. */
export interface ValueContext {
  readonly bigEndian: boolean;
  readonly charset: Charset;
  /** Skip the checks of length and repertoire: edge cases on purpose. */
  readonly lenient?: boolean;
}

/**
 * Encodes a value, padded to even length (PS3.5 §6.2).
 *
 * @param what names the element in messages
 * @throws DataError `DATA_BAD_VALUE`
 */
export function encodeValue(
  vr: string,
  value: PlainValue,
  context: ValueContext,
  what: string,
): Buffer {
  const numbers = NUMBERS[vr];
  if (value instanceof Uint8Array) {
    const size = vr === 'AT' ? 4 : (numbers?.size ?? 1);
    if (context.lenient !== true) mustBeWhole(value, size, `${what} (${vr})`);
    return padded(Buffer.from(value), 0);
  }
  if (vr === 'AT') return encodeTags(value, context, what);
  if (numbers !== undefined) return encodeNumbers(numbers, value, context, what);
  if (!TEXT_VRS.has(vr)) {
    if (isBytes(value)) return padded(Buffer.from(value), 0);
    if (typeof value !== 'string') {
      throw new DataError('DATA_BAD_VALUE', `${what} (${vr}): must be a string or bytes`);
    }
    return padded(Buffer.from(value, 'latin1'), 0);
  }
  const text = Array.isArray(value) ? value.map(String).join('\\') : String(value);
  if (context.lenient !== true) checkText(vr, text, what);
  const bytes = CHARSET_VRS.has(vr) ? encoded(text, context.charset, what) : ascii(text, what, vr);
  return padded(bytes, padByte(vr));
}

/** Bytes of a VR of words are words; an odd byte of OW is padded, as one of OB is. */
function mustBeWhole({ length }: Uint8Array, size: number, what: string): void {
  if (size <= 2 || length % size === 0) return;
  throw new DataError(
    'DATA_BAD_VALUE',
    `${what}: ${length} bytes are no whole number of values of ${size} bytes`,
    'to send it all the same: { value, bad: true }',
  );
}

/**
 * The value as ASCII text that may be written as it is; null where {@link encodeValue} has to
 * encode it.
 *
 * @throws DataError `DATA_BAD_VALUE`
 */
export function asciiText(vr: string, value: string | number, what: () => string): string | null {
  if (!TEXT_VRS.has(vr)) return null;
  const text = typeof value === 'string' ? value : String(value);
  if (!isAscii(text)) return null;
  if (isChecked(vr, text)) checkText(vr, text, what());
  return text;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** What pads a text to even length (PS3.5 §6.2). */
export function padByte(vr: string): number {
  return vr === 'UI' ? 0 : 0x20;
}

function encoded(text: string, charset: Charset, what: string): Buffer {
  try {
    return charset.encode(text);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError('DATA_BAD_VALUE', `${what}: ${error.message}`, error.hint);
  }
}

function ascii(text: string, what: string, vr: string): Buffer {
  for (const character of text) {
    if (character.charCodeAt(0) > 0xff) {
      throw new DataError('DATA_BAD_VALUE', `${what} (${vr}): takes ASCII only, got "${text}"`);
    }
  }
  return Buffer.from(text, 'latin1');
}

function isBytes(value: PlainValue): value is readonly number[] {
  if (!Array.isArray(value)) return false;
  return value.every((one) => typeof one === 'number' && inRange(one, BYTE));
}

function listOf(value: PlainValue): readonly (string | number | bigint)[] {
  if (typeof value === 'string') return value === '' ? [] : value.split('\\');
  if (Array.isArray(value)) return value as readonly (string | number | bigint)[];
  return [value as number | bigint];
}

function encodeNumbers(
  numbers: NumberCodec,
  value: PlainValue,
  context: ValueContext,
  what: string,
): Buffer {
  const list = listOf(value);
  const bytes = Buffer.alloc(list.length * numbers.size);
  list.forEach((item, i) => {
    if (numbers.big !== undefined && typeof item !== 'number') {
      numbers.big(bytes, i * numbers.size, bigOf(item, numbers, what), context.bigEndian);
      return;
    }
    const number = Number(item);
    const isFloat = numbers.max === Infinity;
    if (
      isFloat
        ? Number.isNaN(number) && item !== 'NaN' && typeof item === 'string'
        : !inRange(number, numbers)
    ) {
      throw new DataError(
        'DATA_BAD_VALUE',
        `${what}: must be ${isFloat ? 'a number' : `an integer from ${numbers.min} to ${numbers.max}`}, got "${String(item)}"`,
      );
    }
    numbers.write(bytes, i * numbers.size, number, context.bigEndian);
  });
  return bytes;
}

/** An integer that a number may be too short for. */
function bigOf(item: string | bigint, { min }: NumberCodec, what: string): bigint {
  const bits = min < 0 ? 63n : 64n;
  const low = min < 0 ? -(2n ** 63n) : 0n;
  const isInteger = typeof item === 'bigint' || /^ *[+-]?\d+ *$/.test(item);
  const value = isInteger ? BigInt(item) : null;
  if (value !== null && value >= low && value < 2n ** bits) return value;
  const most = 2n ** bits - 1n;
  throw new DataError(
    'DATA_BAD_VALUE',
    `${what}: must be an integer from ${low} to ${most}, got "${String(item)}"`,
  );
}

function inRange(value: number, numbers: { readonly min: number; readonly max: number }): boolean {
  return Number.isInteger(value) && value >= numbers.min && value <= numbers.max;
}

function encodeTags(value: PlainValue, context: ValueContext, what: string): Buffer {
  const list = listOf(value);
  const bytes = Buffer.alloc(list.length * 4);
  list.forEach((item, i) => {
    const tag = tagIn(item);
    if (tag === null)
      throw new DataError('DATA_BAD_VALUE', `${what} (AT): must be a tag, got "${String(item)}"`);
    U16.write(bytes, i * 4, tag >>> 16, context.bigEndian);
    U16.write(bytes, i * 4 + 2, tag & 0xffff, context.bigEndian);
  });
  return bytes;
}

function tagIn(item: string | number | bigint): number | null {
  if (typeof item !== 'string') return inRange(Number(item), U32) ? Number(item) : null;
  const hex = item.trim().replace(/[(),]/g, '');
  return /^[0-9a-fA-F]{8}$/.test(hex) ? parseInt(hex, 16) : null;
}

function padded(bytes: Buffer, pad: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(pad)]);
}

/** A decoded value: one value, a list where there are several, bytes for opaque VRs. */
export type DecodedValue = string | number | bigint | Buffer | (string | number | bigint)[];

/** Decodes a value; text is trimmed of padding, opaque VRs stay bytes (a view). */
export function decodeValue(vr: string, bytes: Buffer, context: ValueContext): DecodedValue {
  if (vr === 'AT') return one(decodeTags(bytes, context.bigEndian));
  const numbers = /^O/.test(vr) ? undefined : NUMBERS[vr];
  if (numbers !== undefined) {
    const list: (number | bigint)[] = [];
    for (let at = 0; at + numbers.size <= bytes.length; at += numbers.size) {
      list.push(numbers.read(bytes, at, context.bigEndian));
    }
    return one(list);
  }
  if (!TEXT_VRS.has(vr)) return bytes;
  const text = CHARSET_VRS.has(vr)
    ? context.charset.decode(bytes, vr === 'PN')
    : bytes.toString('latin1');
  if (SINGLE_VRS.has(vr)) return trimEnd(text);
  if (!text.includes('\\')) return trim(vr, text);
  return text.split('\\').map((part) => trim(vr, part));
}

function one<T extends string | number | bigint>(list: T[]): DecodedValue {
  const [first] = list;
  return list.length === 1 && first !== undefined ? first : list;
}

function decodeTags(bytes: Buffer, bigEndian: boolean): string[] {
  const list: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const group = U16.read(bytes, at, bigEndian);
    const element = U16.read(bytes, at + 2, bigEndian);
    list.push((Number(group) * 0x10000 + Number(element)).toString(16).padStart(8, '0'));
  }
  return list;
}

function trimEnd(text: string): string {
  return text.replace(/[ \x00]+$/, '');
}

function trim(vr: string, text: string): string {
  const end = trimEnd(text);
  return vr === 'UI' || vr === 'PN' ? end : end.replace(/^ +/, '');
}
