// Globals of a script, beside those of ECMAScript. The sandbox has no Node and no DOM.

/** Number of this VU over the whole test, from 1; 0 in init code, `setup` and `teardown`. */
declare const __VU: number;
/** Iterations this VU has finished, from 0, over all scenarios. */
declare const __ITER: number;
/** The environment, `-e NAME=value` and the scenario's `env`. */
declare const __ENV: Record<string, string | undefined>;
/**
 * Reads a file at init, relative to the script.
 * @param mode `'b'` for bytes; text otherwise
 */
declare function open(path: string): string;
declare function open(path: string, mode: 'b'): Uint8Array;

interface Console {
  log(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  trace(...values: unknown[]): void;
}
declare const console: Console;

/** Runs once after `ms`; part of the iteration, which waits for it. */
declare function setTimeout(callback: (...args: never[]) => unknown, ms?: number): number;
declare function setInterval(callback: (...args: never[]) => unknown, ms?: number): number;
declare function clearTimeout(id?: number): void;
declare function clearInterval(id?: number): void;
declare function queueMicrotask(task: () => void): void;
/** Keeps Map, Set, Date, RegExp, errors, typed arrays and circles; refuses functions and promises. */
declare function structuredClone<T>(value: T): T;

/** `abort` is its only event. There is no `AbortSignal.timeout`: use setTimeout. */
declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  onabort: ((event: { readonly type: 'abort'; readonly target: AbortSignal }) => unknown) | null;
  throwIfAborted(): void;
  addEventListener(
    type: 'abort',
    listener: (event: { readonly type: 'abort'; readonly target: AbortSignal }) => unknown,
  ): void;
  removeEventListener(type: 'abort', listener: (...args: never[]) => unknown): void;
  static abort(reason?: unknown): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
}
declare class AbortController {
  readonly signal: AbortSignal;
  /** Without a reason the signal's reason is an error of the name `AbortError`. */
  abort(reason?: unknown): void;
}

/** As the URL Standard has it; of at most a million characters. */
declare class URL {
  /** @throws TypeError for what is no URL */
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
  toJSON(): string;
}
declare class URLSearchParams {
  constructor(
    init?: string | Iterable<readonly [string, string]> | Readonly<Record<string, string>>,
  );
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(
    each: (value: string, name: string, params: URLSearchParams) => void,
    self?: unknown,
  ): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}

declare function atob(base64: string): string;
declare function btoa(text: string): string;
declare class TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array;
}
/** Decodes utf-8, utf-16le and latin1; what is no text becomes U+FFFD unless `fatal`. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: ArrayBufferView | ArrayBuffer): string;
}
declare const crypto: {
  randomUUID(): string;
  /** Fills any typed array of integers, at most 65,536 bytes at a time. */
  getRandomValues<T extends ArrayBufferView>(array: T): T;
};
/** `now()` is milliseconds since the run started, on a monotonic clock. */
declare const performance: { now(): number };
