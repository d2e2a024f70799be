// Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 §6.1): bytes <-> text.
import { decode2022, encode2022 } from './charset-2022.ts';
import { DataError } from './data-error.ts';

/** Defined terms -> WHATWG label. Latin-1 is its own case: WHATWG reads it as windows-1252. */
const LABELS: Readonly<Record<string, string>> = {
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** A character set of a data set: how its text is read and written. */
export interface Charset {
  /** Value of (0008,0005), backslashes included; '' is the default repertoire. */
  readonly term: string;
  /** @param personName also `^` and `=` bring the first set back (PS3.5 §6.1.2.5.3) */
  decode(bytes: Buffer, personName?: boolean): string;
  /** @throws DataError `DATA_BAD_VALUE` where a character has no place in the set */
  encode(text: string): Buffer;
}

const known = new Map<string, Charset>();

/** The character set of a (0008,0005) value; unknown terms read as Latin-1. */
export function charsetOf(term: string): Charset {
  const clean = term
    .split('\\')
    .map((part) => part.trim())
    .join('\\');
  let charset = known.get(clean);
  if (charset === undefined) {
    charset = makeCharset(clean);
    known.set(clean, charset);
  }
  return charset;
}

function makeCharset(term: string): Charset {
  const sets = term.split('\\').map(single);
  const [first = ''] = sets;
  if (term.includes('\\') || term.startsWith('ISO 2022')) {
    return {
      term,
      decode: (bytes, personName) =>
        bytes.includes(0x1b)
          ? decode2022(bytes, first, decodeAs, personName)
          : decodeAs(bytes, first),
      encode: (text) => encodeExtended(text, sets, term),
    };
  }
  return {
    term,
    decode: (bytes) => decodeAs(bytes, first),
    encode: (text) => encodeAs(text, first, term),
  };
}

/** 'ISO 2022 IR 100' -> 'ISO_IR 100'. */
function single(term: string): string {
  return term.replace(/^ISO 2022 IR /, 'ISO_IR ').trim() || 'ISO_IR 6';
}

function isAscii(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false;
  return true;
}

function decodeAs(bytes: Buffer, term: string): string {
  const label = LABELS[term];
  if (label === undefined || isAscii(bytes)) return bytes.toString('latin1');
  return new TextDecoder(label).decode(bytes);
}

const reverse = new Map<string, ReadonlyMap<string, number>>();

/** Character -> byte of a single-byte set. */
function reverseTable(label: string): ReadonlyMap<string, number> {
  let table = reverse.get(label);
  if (table === undefined) {
    const decoder = new TextDecoder(label);
    const made = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      if (byte >= 0x80 && byte < 0xa0) continue; // why: C1 in ISO sets, letters in WHATWG's
      const character = decoder.decode(Uint8Array.of(byte));
      if (character !== '\ufffd') made.set(character, byte);
    }
    table = made;
    reverse.set(label, table);
  }
  return table;
}

function encodeAs(text: string, set: string, term: string): Buffer {
  if (/^[\x00-\x7f]*$/.test(text)) return Buffer.from(text, 'latin1');
  if (set === 'ISO_IR 192') return Buffer.from(text, 'utf8');
  if (set === 'ISO_IR 100') {
    const beyond = /[^\x00-\xff]/u.exec(text);
    if (beyond === null) return Buffer.from(text, 'latin1');
    throw cannotEncode(beyond[0], term);
  }
  const label = LABELS[set];
  if (label === undefined) throw cannotEncode(/[^\x00-\x7f]/u.exec(text)?.[0] ?? '', term);
  if (set.startsWith('GB')) return encodeGb(text, label, term);
  const table = reverseTable(label);
  const bytes: number[] = [];
  for (const character of text) {
    const byte = table.get(character);
    if (byte === undefined) throw cannotEncode(character, term);
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}

const FOUR_BYTES = 'gb18030, four bytes';
const pairs = new Map<string, ReadonlyMap<string, Buffer>>();

/** Character -> two bytes of GBK or GB18030; made when it is first needed. */
function pairTable(label: string): ReadonlyMap<string, Buffer> {
  let table = pairs.get(label);
  if (table === undefined) {
    const decoder = new TextDecoder(label);
    const made = new Map<string, Buffer>();
    for (let lead = 0x81; lead <= 0xfe; lead++) {
      for (let trail = 0x40; trail <= 0xfe; trail++) {
        const pair = Buffer.of(lead, trail);
        const character = decoder.decode(pair);
        const one = [...character].length === 1 && character !== '\ufffd';
        if (one && !made.has(character)) made.set(character, pair);
      }
    }
    table = made;
    pairs.set(label, table);
  }
  return table;
}

const FOUR_BYTE_BMP = 39_420;
const FOUR_BYTE_ASTRAL = 189_000;

/** Four bytes of GB18030 by their number: digits of base 126, 10, 126, 10. */
function fourBytes(n: number): Buffer {
  const tens = Math.floor(n / 10);
  const third = Math.floor(tens / 126);
  const second = Math.floor(third / 10);
  return Buffer.of(0x81 + second, 0x30 + (third % 10), 0x81 + (tens % 126), 0x30 + (n % 10));
}

/** The characters below U+10000 that take four bytes; made when one is first needed. */
function fourByteTable(): ReadonlyMap<string, Buffer> {
  let table = pairs.get(FOUR_BYTES);
  if (table === undefined) {
    const decoder = new TextDecoder('gb18030');
    const made = new Map<string, Buffer>();
    for (let n = 0; n < FOUR_BYTE_BMP; n++) {
      const bytes = fourBytes(n);
      const character = decoder.decode(bytes);
      if (character.length === 1 && character !== '\ufffd') made.set(character, bytes);
    }
    table = made;
    pairs.set(FOUR_BYTES, table);
  }
  return table;
}

function fourByteCode(character: string): Buffer | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x10000) return fourBytes(code - 0x10000 + FOUR_BYTE_ASTRAL);
  return fourByteTable().get(character);
}

/** GBK has characters of one and two bytes, GB18030 also of four. */
function encodeGb(text: string, label: string, term: string): Buffer {
  const table = pairTable(label);
  const bytes: Buffer[] = [];
  for (const character of text) {
    const short = character <= '\x7f' ? Buffer.from(character, 'latin1') : table.get(character);
    const one = short ?? (term === 'GB18030' ? fourByteCode(character) : undefined);
    if (one === undefined) throw cannotEncode(character, term);
    bytes.push(one);
  }
  return Buffer.concat(bytes);
}

/** In the first set where it will do, else with escape sequences to the others. */
function encodeExtended(text: string, sets: readonly string[], term: string): Buffer {
  const [first = ''] = sets;
  try {
    return encodeAs(text, first, term);
  } catch {
    const bytes = encode2022(text, sets, byteIn);
    if (bytes !== null) return bytes;
    const beyond = [...text].find((character) => encode2022(character, sets, byteIn) === null);
    throw cannotEncode(beyond ?? '', term);
  }
}

function byteIn(character: string, set: string): number | undefined {
  const table = set === 'ISO_IR 6' || set === 'ISO_IR 192' ? undefined : tableOf(set);
  return table?.get(character);
}

/** Single-byte sets only. */
function tableOf(set: string): ReadonlyMap<string, number> | undefined {
  const label = set === 'ISO_IR 100' ? 'iso-8859-1' : LABELS[set];
  return label === undefined ? undefined : reverseTable(label);
}

/** Names the character, not the value: it may be the name of a patient. */
function cannotEncode(character: string, term: string): DataError {
  const set = term === '' ? 'the default character set (ASCII)' : `"${term}"`;
  return new DataError(
    'DATA_BAD_VALUE',
    `"${character}": cannot be written in ${set} of the data set`,
    "use a data set in SpecificCharacterSet 'ISO_IR 192', or text within its set",
  );
}
