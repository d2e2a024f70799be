// `TextEncoder` and `TextDecoder`: the encodings that a DICOM script meets most.

export class TextEncoder {
  readonly encoding = 'utf-8';
  /** A lone surrogate becomes U+FFFD, as the Encoding Standard has it. */
  encode(text = ''): Uint8Array {
    const escaped = unescape(encodeURIComponent(wellFormed(String(text))));
    const bytes = new Uint8Array(escaped.length);
    for (let i = 0; i < escaped.length; i++) bytes[i] = escaped.charCodeAt(i);
    return bytes;
  }
}

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** With U+FFFD for each lone surrogate. */
export function wellFormed(text: string): string {
  return text.replace(LONE, '\ufffd');
}

/** Label -> encoding. Latin-1 is taken as ISO 8859-1, byte for byte. */
const ENCODINGS: Readonly<Record<string, 'utf-8' | 'latin1' | 'utf-16le'>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  latin1: 'latin1',
  'iso-8859-1': 'latin1',
  ascii: 'latin1',
  'us-ascii': 'latin1',
  'utf-16le': 'utf-16le',
  'utf-16': 'utf-16le',
};

export interface DecoderOptions {
  /** Throws a TypeError on bytes that are no text instead of replacing them. Default false. */
  readonly fatal?: boolean;
  /** Keeps a byte order mark. Default false. */
  readonly ignoreBOM?: boolean;
}

export class TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  constructor(label = 'utf-8', options: DecoderOptions = {}) {
    const encoding = ENCODINGS[String(label).trim().toLowerCase()];
    if (encoding === undefined) {
      const there = 'utf-8, utf-16le, latin1';
      throw new RangeError(`TextDecoder: encoding "${label}" is not available here (${there})`);
    }
    this.encoding = encoding;
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(input?: ArrayBufferView | ArrayBuffer): string {
    const bytes = bytesOf(input);
    if (this.encoding === 'latin1') return characters(bytes);
    const text = this.encoding === 'utf-8' ? utf8(bytes, this.fatal) : utf16(bytes);
    return !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
}

function bytesOf(input?: ArrayBufferView | ArrayBuffer): Uint8Array {
  if (input === undefined) return new Uint8Array();
  if (!ArrayBuffer.isView(input)) return new Uint8Array(input);
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

function characters(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return text;
}

function utf16(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    text += String.fromCharCode((bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8));
  }
  return wellFormed(bytes.length % 2 === 0 ? text : `${text}\ufffd`);
}

/** All of it at once where it is UTF-8; else step by step. */
function utf8(bytes: Uint8Array, fatal: boolean): string {
  try {
    return decodeURIComponent(escape(characters(bytes)));
  } catch {
    if (fatal) throw new TypeError('TextDecoder: the bytes are not UTF-8');
    return replaced(bytes);
  }
}

/** A character's length by its first byte, and the bounds of its second (Unicode Table 3-7). */
function shapeOf(first: number): readonly [length: number, low: number, high: number] {
  if (first < 0x80) return [1, 0, 0];
  if (first >= 0xc2 && first < 0xe0) return [2, 0x80, 0xbf];
  if (first >= 0xe0 && first < 0xf0)
    return [3, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
  if (first >= 0xf0 && first < 0xf5)
    return [4, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
  return [0, 0, 0];
}

/** One U+FFFD for each longest part of a character, as the Encoding Standard replaces. */
function replaced(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i] ?? 0;
    const [length, low, high] = shapeOf(first);
    let n = 1;
    while (n < length) {
      const next = bytes[i + n] ?? 0;
      if (next < (n === 1 ? low : 0x80) || next > (n === 1 ? high : 0xbf)) break;
      n++;
    }
    const whole = length > 0 && n === length;
    text += whole ? decodeURIComponent(escape(characters(bytes.subarray(i, i + n)))) : '\ufffd';
    i += n;
  }
  return text;
}
