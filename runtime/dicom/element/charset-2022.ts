// Code extensions by escape sequences, ISO/IEC 2022 (PS3.5 §6.1.2.5, PS3.3 Tables C.12-3 and C.12-4).

/** A set that an escape sequence switches to. */
interface Extension {
  readonly escape: string;
  /** As it is called here. */
  readonly set: string;
  /** Code element: G0 takes the place of ASCII, G1 stands beside it. */
  readonly element: 'G0' | 'G1';
  /** Two bytes a character. */
  readonly double?: true;
}

const EXTENSIONS: readonly Extension[] = [
  { escape: '\x1b(B', set: 'ISO_IR 6', element: 'G0' },
  { escape: '\x1b-A', set: 'ISO_IR 100', element: 'G1' },
  { escape: '\x1b-B', set: 'ISO_IR 101', element: 'G1' },
  { escape: '\x1b-C', set: 'ISO_IR 109', element: 'G1' },
  { escape: '\x1b-D', set: 'ISO_IR 110', element: 'G1' },
  { escape: '\x1b-L', set: 'ISO_IR 144', element: 'G1' },
  { escape: '\x1b-G', set: 'ISO_IR 127', element: 'G1' },
  { escape: '\x1b-F', set: 'ISO_IR 126', element: 'G1' },
  { escape: '\x1b-H', set: 'ISO_IR 138', element: 'G1' },
  { escape: '\x1b-M', set: 'ISO_IR 148', element: 'G1' },
  { escape: '\x1b-T', set: 'ISO_IR 166', element: 'G1' },
  { escape: '\x1b-b', set: 'ISO_IR 203', element: 'G1' },
  { escape: '\x1b)I', set: 'ISO_IR 13', element: 'G1' },
  { escape: '\x1b(J', set: 'ISO_IR 13', element: 'G0' },
  { escape: '\x1b$B', set: 'ISO_IR 87', element: 'G0', double: true },
  { escape: '\x1b$(D', set: 'ISO_IR 159', element: 'G0', double: true },
  { escape: '\x1b$)C', set: 'ISO_IR 149', element: 'G1', double: true },
  { escape: '\x1b$)A', set: 'ISO_IR 58', element: 'G1', double: true },
];

const ESCAPE = 0x1b;
const LONGEST_ESCAPE = 4;

/** The sets in force: bytes below 0x80 are read by G0, those above by G1. */
interface Shifts {
  g0: string;
  g1: string;
}

/** Sets that G0 can hold as a first set; any other leaves ASCII there. */
function firstShifts(first: string): Shifts {
  return { g0: first === 'ISO_IR 13' ? first : 'ISO_IR 6', g1: first };
}

const DOUBLE_G0 = new Set(
  EXTENSIONS.filter((one) => one.element === 'G0' && one.double === true).map(({ set }) => set),
);

/**
 * Text of bytes with escape sequences; `decodeAs` reads the sets of one byte a character. The sets
 * are the first ones again after each control character, each `\\` and, in a person name, each `^`
 * and `=` (PS3.5 §6.1.2.5.3).
 */
export function decode2022(
  bytes: Buffer,
  first: string,
  decodeAs: (bytes: Buffer, set: string) => string,
  personName = false,
): string {
  let out = '';
  let sets = firstShifts(first);
  let from = 0;
  while (from < bytes.length) {
    const found = escapeAt(bytes, from);
    if (found !== undefined) {
      sets = found.element === 'G0' ? { ...sets, g0: found.set } : { ...sets, g1: found.set };
      from += found.escape.length;
      continue;
    }
    const to = runEnd(bytes, from, sets);
    const part = bytes.subarray(from, to);
    const set = (bytes[from] ?? 0) < 0x80 ? sets.g0 : sets.g1;
    out += decodeDouble(part, set) ?? decodeAs(part, set);
    if (resets(bytes[to - 1] ?? 0, sets, personName)) sets = firstShifts(first);
    from = to;
  }
  return out;
}

function escapeAt(bytes: Buffer, at: number): Extension | undefined {
  if (bytes[at] !== ESCAPE) return undefined;
  const text = bytes.toString('latin1', at, at + LONGEST_ESCAPE);
  return EXTENSIONS.find(({ escape }) => text.startsWith(escape));
}

/** End of the bytes from `at` that one set reads: up to and with a delimiter. */
function runEnd(bytes: Buffer, at: number, { g0 }: Shifts): number {
  const high = (bytes[at] ?? 0) >= 0x80;
  const pairs = !high && DOUBLE_G0.has(g0);
  let to = at;
  while (to < bytes.length) {
    const byte = bytes[to] ?? 0;
    if (byte >= 0x80 !== high || (byte === ESCAPE && to > at)) return to;
    to++;
    if (high) continue;
    if (byte < 0x20 || (!pairs && isDelimiter(byte))) return to;
    // why: the second byte of a pair may look like a delimiter
    if (pairs && byte > 0x20 && byte < 0x7f && (bytes[to] ?? 0) > 0x20) to++;
  }
  return Math.min(to, bytes.length);
}

function isDelimiter(byte: number): boolean {
  return byte === 0x5c || byte === 0x5e || byte === 0x3d;
}

/** Whether the sets are the first ones again after this byte. */
function resets(byte: number, { g0 }: Shifts, personName: boolean): boolean {
  if (byte < 0x20) return byte !== ESCAPE;
  if (DOUBLE_G0.has(g0)) return false;
  return byte === 0x5c || (personName && isDelimiter(byte));
}

/** Null for a set of one byte a character. */
function decodeDouble(bytes: Buffer, set: string): string | null {
  switch (set) {
    case 'ISO_IR 87':
      return new TextDecoder('euc-jp').decode(shifted(bytes, 0));
    case 'ISO_IR 159':
      return new TextDecoder('euc-jp').decode(shifted(bytes, 0x8f));
    case 'ISO_IR 149':
      return new TextDecoder('euc-kr').decode(bytes);
    case 'ISO_IR 58':
      return new TextDecoder('gbk').decode(bytes);
    default:
      return null;
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

const doubles = new Map<string, ReadonlyMap<string, Buffer>>();

/** Character -> two bytes, of a set of 94 x 94; made when it is first needed. */
function doubleTable({ set, element }: Extension): ReadonlyMap<string, Buffer> {
  let table = doubles.get(set);
  if (table === undefined) {
    const made = new Map<string, Buffer>();
    const high = element === 'G1' ? 0x80 : 0;
    for (let row = 0x21; row <= 0x7e; row++) {
      for (let cell = 0x21; cell <= 0x7e; cell++) {
        const pair = Buffer.from([row | high, cell | high]);
        const character = decodeDouble(pair, set) ?? '';
        if (!character.includes('\ufffd') && !made.has(character)) made.set(character, pair);
      }
    }
    table = made;
    doubles.set(set, table);
  }
  return table;
}

/** After these the sets are the first ones again, whatever the VR (PS3.5 §6.1.2.5.3). */
const CONTROLS = /[\t\n\f\r]/;
/** After these they are in some VRs: what follows is written so that both readings are right. */
const DELIMITERS = /[\^=\\]/;
const UNSURE = '?';

/**
 * Bytes of a text, with escape sequences to the sets after the first; null where a character is in
 * none of them.
 *
 * @param byteOf the byte of a character in a set of one byte a character
 */
export function encode2022(
  text: string,
  sets: readonly string[],
  byteOf: (character: string, set: string) => number | undefined,
): Buffer | null {
  const [first = ''] = sets;
  const extensions = EXTENSIONS.filter(({ set }) => sets.includes(set));
  const out: Buffer[] = [];
  let g0 = '';
  let g1 = '';
  const toFirst = (): void => {
    if (g0 !== '') out.push(Buffer.from(first === 'ISO_IR 13' ? '\x1b(J' : '\x1b(B', 'latin1'));
    g0 = '';
  };
  for (const character of text) {
    const ascii = character <= '\x7f';
    const plain = ascii ? character.charCodeAt(0) : byteOf(character, first);
    if (plain !== undefined && (ascii || g1 === '')) {
      toFirst();
      if (CONTROLS.test(character)) g1 = '';
      else if (g1 !== '' && DELIMITERS.test(character)) g1 = UNSURE;
      out.push(Buffer.of(plain));
      continue;
    }
    const found = inExtension(character, extensions, byteOf);
    if (found === null) return null;
    const { extension, bytes } = found;
    if (extension.element === 'G1') toFirst();
    if ((extension.element === 'G0' ? g0 : g1) !== extension.set) {
      out.push(Buffer.from(extension.escape, 'latin1'));
      if (extension.element === 'G0') g0 = extension.set;
      else g1 = extension.set;
    }
    out.push(bytes);
  }
  toFirst();
  return Buffer.concat(out);
}

function inExtension(
  character: string,
  extensions: readonly Extension[],
  byteOf: (character: string, set: string) => number | undefined,
): { extension: Extension; bytes: Buffer } | null {
  for (const extension of extensions) {
    if (extension.double === true) {
      const bytes = doubleTable(extension).get(character);
      if (bytes !== undefined) return { extension, bytes };
    } else if (extension.element === 'G1') {
      const byte = byteOf(character, extension.set);
      if (byte !== undefined) return { extension, bytes: Buffer.of(byte) };
    }
  }
  return null;
}
