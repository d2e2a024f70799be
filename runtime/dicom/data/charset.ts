// Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 §6.1): bytes <-> text.
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

/** ISO 2022 escape sequences (PS3.3 Tables C.12-3 and C.12-4) -> defined term they switch to. */
const ESCAPES: readonly (readonly [string, string])[] = [
  ['\x1b(B', 'ISO_IR 6'],
  ['\x1b-A', 'ISO_IR 100'],
  ['\x1b-B', 'ISO_IR 101'],
  ['\x1b-C', 'ISO_IR 109'],
  ['\x1b-D', 'ISO_IR 110'],
  ['\x1b-L', 'ISO_IR 144'],
  ['\x1b-G', 'ISO_IR 127'],
  ['\x1b-F', 'ISO_IR 126'],
  ['\x1b-H', 'ISO_IR 138'],
  ['\x1b-M', 'ISO_IR 148'],
  ['\x1b-T', 'ISO_IR 166'],
  ['\x1b)I', 'ISO_IR 13'],
  ['\x1b(J', 'ISO_IR 13'],
  ['\x1b$B', 'JIS X 0208'],
  ['\x1b$(D', 'JIS X 0212'],
  ['\x1b$)C', 'KS X 1001'],
  ['\x1b$)A', 'GB 2312'],
];

/** A character set of a data set: how its text is read and written. */
export interface Charset {
  /** Value of (0008,0005), backslashes included; '' is the default repertoire. */
  readonly term: string;
  decode(bytes: Buffer): string;
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
  const first = single(term.split('\\')[0] ?? '');
  if (term.includes('\\') || term.startsWith('ISO 2022')) {
    return {
      term,
      decode: (bytes) => (bytes.includes(0x1b) ? decode2022(bytes, first) : decodeAs(bytes, first)),
      encode: (text) => encodeAs(text, first, term),
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

function decode2022(bytes: Buffer, first: string): string {
  const text = bytes.toString('latin1');
  let out = '';
  let current = first;
  let from = 0;
  while (from < text.length) {
    const escape = ESCAPES.find(([sequence]) => text.startsWith(sequence, from));
    if (escape !== undefined) {
      current = escape[1];
      from += escape[0].length;
      continue;
    }
    let to = text.indexOf('\x1b', from + 1);
    if (to < 0) to = text.length;
    out += decodePart(bytes.subarray(from, to), current);
    from = to;
  }
  return out;
}

function decodePart(bytes: Buffer, set: string): string {
  switch (set) {
    case 'JIS X 0208':
      return new TextDecoder('euc-jp').decode(shifted(bytes, 0));
    case 'JIS X 0212':
      return new TextDecoder('euc-jp').decode(shifted(bytes, 0x8f));
    case 'KS X 1001':
      return new TextDecoder('euc-kr').decode(bytes);
    case 'GB 2312':
      return new TextDecoder('gbk').decode(bytes);
    default:
      return decodeAs(bytes, set);
  }
}

/** 7-bit two-byte codes as EUC; `lead` goes before each pair. */
function shifted(bytes: Buffer, lead: number): Buffer {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x21 || byte > 0x7e) {
      out.push(byte);
      continue;
    }
    if (lead !== 0) out.push(lead);
    out.push(byte | 0x80, (bytes[i + 1] ?? 0x21) | 0x80);
    i++;
  }
  return Buffer.from(out);
}

const reverse = new Map<string, ReadonlyMap<string, number>>();

/** Character -> byte of a single-byte set. */
function reverseTable(label: string): ReadonlyMap<string, number> {
  let table = reverse.get(label);
  if (table === undefined) {
    const decoder = new TextDecoder(label);
    const made = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
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
    if (/^[\x00-\xff]*$/.test(text)) return Buffer.from(text, 'latin1');
    throw cannotEncode(text, term);
  }
  const label = LABELS[set];
  if (label === undefined || set === 'ISO_IR 13' || set.startsWith('GB')) {
    throw cannotEncode(text, term);
  }
  const table = reverseTable(label);
  const bytes: number[] = [];
  for (const character of text) {
    const byte = table.get(character);
    if (byte === undefined) throw cannotEncode(text, term);
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}

function cannotEncode(text: string, term: string): DataError {
  const set = term === '' ? 'the default character set (ASCII)' : `"${term}"`;
  return new DataError(
    'DATA_BAD_VALUE',
    `"${text}": cannot be written in ${set} of the data set`,
    "use a data set in SpecificCharacterSet 'ISO_IR 192', or text within its set",
  );
}
