// `structuredClone`: what the structured clone algorithm of HTML keeps, within the sandbox. Functions,
// symbols, promises and weak collections are refused, as they are there.

/** A deep copy; the same object within it stays the same, circles included. */
export function structuredClone(value: unknown): unknown {
  return clone(value, new Map());
}

function clone(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw refusal(String(value));
  if (typeof value !== 'object' || value === null) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const copy = leaf(value) ?? emptyLike(value);
  known.set(value, copy);
  if (value instanceof Map) {
    for (const [key, item] of value)
      (copy as Map<unknown, unknown>).set(clone(key, known), clone(item, known));
  } else if (value instanceof Set) {
    for (const item of value) (copy as Set<unknown>).add(clone(item, known));
  } else if (isView(value)) {
    return viewOf(value, clone(value.buffer, known) as ArrayBuffer, known);
  } else if (value instanceof Error) {
    copyError(value, copy as Error, known);
  } else if (leaf(value) === null) {
    const [from, to] = [value as Record<string, unknown>, copy as Record<string, unknown>];
    for (const key of Object.keys(from)) to[key] = clone(from[key], known);
  }
  return copy;
}

function refusal(what: string): Error {
  const error = new Error(`structuredClone: ${what} cannot be cloned`);
  error.name = 'DataCloneError';
  return error;
}

/** Copies of what holds nothing to descend into; null for everything else. */
function leaf(value: object): object | null {
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return Object(value.valueOf()) as object;
  }
  return null;
}

function emptyLike(value: object): object {
  if (Array.isArray(value)) return new Array(value.length) as object;
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (value instanceof Error) return Object.create(errorPrototype(value.name)) as object;
  for (const [name, kind] of Object.entries({ Promise, WeakMap, WeakSet })) {
    if (value instanceof kind) throw refusal(`a ${name}`);
  }
  return {};
}

function isView(value: object): value is Uint8Array | DataView {
  return ArrayBuffer.isView(value);
}

function viewOf(
  view: Uint8Array | DataView,
  buffer: ArrayBuffer,
  known: Map<object, unknown>,
): object {
  const length = view instanceof DataView ? view.byteLength : view.length;
  const kind = view.constructor as new (b: ArrayBuffer, at: number, n: number) => object;
  const copy = new kind(buffer, view.byteOffset, length);
  known.set(view, copy);
  return copy;
}

const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function errorPrototype(name: string): object {
  const found = Object.entries(ERRORS).find(([known]) => known === name);
  return (found?.[1] ?? Error).prototype as object;
}

function copyError(from: Error, to: Error, known: Map<object, unknown>): void {
  for (const key of ['message', 'stack', 'cause'] as const) {
    if (!Object.hasOwn(from, key)) continue;
    const value = clone(from[key], known);
    Object.defineProperty(to, key, { value, writable: true, configurable: true });
  }
}
