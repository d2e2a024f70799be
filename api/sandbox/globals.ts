// The globals a script expects and a bare sandbox lacks.
import { FAULT_OF_ERROR, Op } from '../bridge.ts';
import { AbortController, AbortSignal } from './abort.ts';
import { structuredClone } from './clone.ts';
import { ring, ringText } from './door.ts';
import { TextDecoder, TextEncoder } from './encoding.ts';
import { faultOf } from './errors.ts';
import { show } from './show.ts';
import { cutText } from './text.ts';
import { URL } from './url.ts';
import { URLSearchParams } from './url-params.ts';
import type { Vu } from './vu.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Longest text of one call of `console`. */
const LONGEST_LINE = 262_144;

/** `console` of one VU. */
export function consoleOf(vu: Vu): Record<string, unknown> {
  const write =
    (level: number) =>
    (...values: unknown[]): void => {
      // Only asked for its tables.
      if (vu.tables !== null) return;
      ringText(Op.LOG, vu.slot, cutText(values.map(show).join(' '), LONGEST_LINE), level);
    };
  const out: Record<string, unknown> = { log: write(1) };
  LEVELS.forEach((name, level) => (out[name] = write(level)));
  out['trace'] = write(0);
  return out;
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

/** Most bytes at a time, as the Web Cryptography API has it. */
const MAX_RANDOM = 65_536;

function isIntegers(array: unknown): array is Uint8Array {
  if (!ArrayBuffer.isView(array) || array instanceof DataView) return false;
  return !(array instanceof Float32Array || array instanceof Float64Array);
}

/** Every byte of an array of integers, whatever their size. */
function getRandomValues<T>(target: T): T {
  if (!isIntegers(target))
    throw new TypeError('getRandomValues(): needs a typed array of integers');
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  if (bytes.length > MAX_RANDOM) {
    throw new RangeError(`getRandomValues(): at most ${MAX_RANDOM} bytes at a time`);
  }
  for (let i = 0; i < bytes.length; i++) bytes[i] = ring(Op.RANDOM, 0, 0, 0) & 255;
  return target;
}

function randomUUID(): string {
  const bytes = getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Milliseconds since the run started, as the host's monotonic clock says. */
export function now(): number {
  return ring(Op.NOW, 0, 0, 0);
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

/** The sandbox has none. One that never lets go is one, only that it costs memory. */
class WeakRef {
  readonly #target: object;
  constructor(target: object) {
    this.#target = target;
  }
  deref(): object {
    return this.#target;
  }
}

/** Nothing is ever collected that was registered, as far as anybody is told. */
class FinalizationRegistry {
  register(): void {
    // There is nothing to remember.
  }
  unregister(): boolean {
    return false;
  }
}

/** Takes away what a script must not have, adds what it expects. Once per worker. */
export function furnish(scope: Record<string, unknown>): void {
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'Buffer', 'VMError']) {
    delete scope[name];
  }
  (Error as unknown as { prepareStackTrace: unknown }).prepareStackTrace = formatStack;
  Error.stackTraceLimit = 20;
  Object.defineProperty(Error.prototype, FAULT_OF_ERROR, { get: faultAsText });
  scope['TextEncoder'] = TextEncoder;
  scope['TextDecoder'] = TextDecoder;
  scope['atob'] = atobShim;
  scope['btoa'] = btoaShim;
  scope['performance'] = Object.freeze({ now });
  scope['crypto'] = Object.freeze({ randomUUID, getRandomValues });
  scope['queueMicrotask'] = (task: () => void): void => void microtask(task);
  scope['structuredClone'] = structuredClone;
  scope['AbortController'] = AbortController;
  scope['AbortSignal'] = AbortSignal;
  scope['URL'] = URL;
  scope['URLSearchParams'] = URLSearchParams;
  scope['WeakRef'] = WeakRef;
  scope['FinalizationRegistry'] = FinalizationRegistry;
}

async function microtask(task: () => void): Promise<void> {
  await null; // a promise of the sandbox's own class would take three turns
  task();
}
