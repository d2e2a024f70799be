// A value as `console.log` shows it: short whatever it is, and without ever throwing. Getters are not
// called, so that a look at an object changes nothing.
import { cutText } from './text.ts';

const MAX_DEPTH = 4;
const MAX_ITEMS = 100;
const MAX_BYTES_SHOWN = 16;
/** Characters of one value that is no text. */
const MAX_CHARACTERS = 10_000;

const typedArrayTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)?.get;

/** Text as it is, an error as its stack, anything else in one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value;
  return cutText(shown(value, 0, []), MAX_CHARACTERS);
}

function shown(value: unknown, depth: number, parents: readonly unknown[]): string {
  try {
    return describe(value, depth, parents);
  } catch {
    return '[cannot be shown]';
  }
}

function describe(value: unknown, depth: number, parents: readonly unknown[]): string {
  if (typeof value === 'string') return JSON.stringify(cutText(value));
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'function') return `[Function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (parents.includes(value)) return '[Circular]';
  const own = special(value);
  if (own !== null) return own;
  const plain = value as { toJSON?: () => unknown };
  const inner = [...parents, value];
  if (typeof plain.toJSON === 'function') return shown(plain.toJSON(), depth, inner);
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[Array]' : '[Object]';
  const next = (item: unknown): string => shown(item, depth + 1, inner);
  if (Array.isArray(value)) return `[${list(value, value.length, next)}]`;
  if (value instanceof Map) {
    const pair = (item: unknown): string => (item as unknown[]).map(next).join(' => ');
    return `Map(${value.size}) {${list(value.entries(), value.size, pair)}}`;
  }
  if (value instanceof Set) return `Set(${value.size}) {${list(value, value.size, next)}}`;
  return members(value, next);
}

/** What is neither a list nor a plain object. */
function special(value: object): string | null {
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Promise) return 'Promise (not awaited)';
  if (value instanceof WeakMap) return 'WeakMap';
  if (value instanceof WeakSet) return 'WeakSet';
  if (value instanceof ArrayBuffer) return bytes('ArrayBuffer', new Uint8Array(value));
  const tag = typedArrayTag?.call(value) as string | undefined;
  if (tag !== undefined) return bytes(tag, value as Uint8Array);
  if (value instanceof DataView) return `DataView(${value.byteLength})`;
  return null;
}

/** Some elements of a typed array, and how many there are. */
function bytes(name: string, array: Uint8Array): string {
  const some = Array.from(array.subarray(0, MAX_BYTES_SHOWN), String).join(', ');
  const more = array.length > MAX_BYTES_SHOWN ? ', …' : '';
  return `${name}(${array.length}) [${some}${more}]`;
}

function list(items: Iterable<unknown>, length: number, one: (item: unknown) => string): string {
  const texts: string[] = [];
  for (const item of items) {
    if (texts.length === MAX_ITEMS) {
      texts.push(`… ${length - MAX_ITEMS} more`);
      break;
    }
    texts.push(one(item));
  }
  return texts.join(', ');
}

function members(value: object, one: (item: unknown) => string): string {
  const keys = Object.keys(value);
  const texts = keys.slice(0, MAX_ITEMS).map((key) => {
    const member = Object.getOwnPropertyDescriptor(value, key);
    return `${key}: ${member?.get === undefined ? one(member?.value) : '[Getter]'}`;
  });
  if (keys.length > MAX_ITEMS) texts.push(`… ${keys.length - MAX_ITEMS} more`);
  return texts.length === 0 ? '{}' : `{ ${texts.join(', ')} }`;
}
