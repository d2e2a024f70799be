// The globals a script expects and a bare sandbox lacks.
import { FAULT_OF_ERROR, Op } from '../bridge.ts';
import { hostText, ring, ringText } from './door.ts';
import { faultOf } from './errors.ts';
import { cutText, textOf } from './text.ts';
import type { Vu } from './vu.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A value as `console.log` shows it: strings as they are, the rest as short JSON. */
export function show(value: unknown, depth = 0): string {
  if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(value);
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
  if (typeof value === 'function') return `[Function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const plain = value as { toJSON?: () => unknown };
  if (typeof plain.toJSON === 'function') return show(plain.toJSON(), depth);
  if (depth > 3) return Array.isArray(value) ? '[Array]' : '[Object]';
  if (Array.isArray(value))
    return `[${value
      .slice(0, 100)
      .map((v) => show(v, depth + 1))
      .join(', ')}]`;
  if (value instanceof Map) return `Map ${show([...value.entries()], depth)}`;
  if (value instanceof Set) return `Set ${show([...value], depth)}`;
  const body = Object.entries(value).map(([key, v]) => `${key}: ${show(v, depth + 1)}`);
  return body.length === 0 ? '{}' : `{ ${body.join(', ')} }`;
}

/** Longest text of one call of `console`. */
const LONGEST_LINE = 262_144;

/** As {@link show}; of what cannot be shown, that. Never throws, as in Node. */
function shown(value: unknown): string {
  try {
    return show(value);
  } catch {
    return textOf(value);
  }
}

/** `console` of one VU. */
export function consoleOf(vu: Vu): Record<string, unknown> {
  const write =
    (level: number) =>
    (...values: unknown[]): void => {
      ringText(Op.LOG, vu.slot, cutText(values.map(shown).join(' '), LONGEST_LINE), level);
    };
  const out: Record<string, unknown> = { log: write(1) };
  LEVELS.forEach((name, level) => (out[name] = write(level)));
  out['trace'] = write(0);
  return out;
}

class TextEncoderShim {
  readonly encoding = 'utf-8';
  encode(text = ''): Uint8Array {
    const escaped = unescape(encodeURIComponent(text));
    const bytes = new Uint8Array(escaped.length);
    for (let i = 0; i < escaped.length; i++) bytes[i] = escaped.charCodeAt(i);
    return bytes;
  }
}

class TextDecoderShim {
  readonly encoding: string;
  constructor(label = 'utf-8') {
    this.encoding = label.toLowerCase() === 'utf8' ? 'utf-8' : label.toLowerCase();
    if (!['utf-8', 'latin1', 'iso-8859-1', 'ascii'].includes(this.encoding)) {
      throw new RangeError(
        `TextDecoder: encoding "${label}" is not available here (utf-8, latin1)`,
      );
    }
  }
  decode(input?: Uint8Array | ArrayBuffer): string {
    const bytes = input === undefined ? new Uint8Array() : new Uint8Array(input);
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) {
      text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return this.encoding === 'utf-8' ? decodeURIComponent(escape(text)) : text;
  }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function btoaShim(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    if (a > 255 || b > 255 || c > 255) throw new RangeError('btoa: a character is over U+00FF');
    const word = (a << 16) | ((b || 0) << 8) | (c || 0);
    const four = [18, 12, 6, 0].map((shift) => BASE64.charAt((word >> shift) & 63));
    out += four
      .slice(0, Number.isNaN(b) ? 2 : Number.isNaN(c) ? 3 : 4)
      .join('')
      .padEnd(4, '=');
  }
  return out;
}

function atobShim(text: string): string {
  const clean = text.replace(/[\s=]/g, '');
  let out = '';
  let word = 0;
  let bits = 0;
  for (const char of clean) {
    const value = BASE64.indexOf(char);
    if (value < 0) throw new RangeError('atob: not base64');
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) out += String.fromCharCode((word >> (bits -= 8)) & 255);
  }
  return out;
}

function randomBytes(target: Uint8Array): Uint8Array {
  for (let i = 0; i < target.length; i++) target[i] = ring(Op.RANDOM, 0, 0, 0) & 255;
  return target;
}

function randomUUID(): string {
  const bytes = randomBytes(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Milliseconds since the run started, as the host's monotonic clock says. */
export function now(): number {
  ring(Op.NOW, 0, 0, 0);
  return Number(hostText());
}

/** A frame as V8 gives it; its accessors answer null for frames of the host. */
interface Frame {
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  getFunctionName(): string | null;
  isAsync(): boolean;
}

/** Stacks as text with `script.js:line:column`; the host maps them to the author's source. */
function formatStack(error: unknown, frames: readonly Frame[]): string {
  const lines: string[] = [];
  for (const frame of frames) {
    const file = frame.getFileName();
    // Frames of the host name its files: only those of the script are the author's business.
    if (file !== 'script.js') continue;
    const place = `${file}:${frame.getLineNumber() ?? 0}:${frame.getColumnNumber() ?? 0}`;
    const name = frame.getFunctionName();
    const prefix = frame.isAsync() ? 'async ' : '';
    lines.push(`    at ${prefix}${name ? `${name} (${place})` : place}`);
  }
  const { name, message } = error as Error;
  return [cutText(`${name}: ${message}`), ...lines].join('\n');
}

function faultAsText(this: Error): string {
  return JSON.stringify(faultOf(this));
}

/** Takes away what a script must not have, adds what it expects. Once per worker. */
export function furnish(scope: Record<string, unknown>): void {
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'Buffer', 'VMError']) {
    delete scope[name];
  }
  (Error as unknown as { prepareStackTrace: unknown }).prepareStackTrace = formatStack;
  Error.stackTraceLimit = 20;
  Object.defineProperty(Error.prototype, FAULT_OF_ERROR, { get: faultAsText });
  scope['TextEncoder'] = TextEncoderShim;
  scope['TextDecoder'] = TextDecoderShim;
  scope['atob'] = atobShim;
  scope['btoa'] = btoaShim;
  scope['performance'] = Object.freeze({ now });
  scope['crypto'] = Object.freeze({ randomUUID, getRandomValues: randomBytes });
  scope['queueMicrotask'] = (task: () => void): void => void microtask(task);
  scope['structuredClone'] = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
}

async function microtask(task: () => void): Promise<void> {
  await null; // a promise of the sandbox's own class would take three turns
  task();
}
