// `URLSearchParams`, as the URL Standard has it.
import { TextDecoder, TextEncoder, wellFormed } from './encoding.ts';

type Pair = [name: string, value: string];
type ParamsInit = string | Iterable<Iterable<unknown>> | Readonly<Record<string, unknown>>;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

const text = (value: unknown): string => wellFormed(`${value as string}`);

/** What a change is told to, and how a URL that changed itself is read again: for `URL` alone. */
export let follow: (params: URLSearchParams, changed: () => void) => void;
export let read: (params: URLSearchParams, query: string) => void;

export class URLSearchParams {
  #pairs: Pair[] = [];
  #changed: () => void = () => undefined;

  static {
    follow = (params, changed) => void (params.#changed = changed);
    read = (params, query) => void (params.#pairs = parsed(query));
  }

  constructor(init?: ParamsInit | null) {
    if (init === undefined || init === null) return;
    const isObject = typeof init === 'object' || typeof init === 'function';
    if (!isObject) this.#pairs = parsed(text(init).replace(/^\?/, ''));
    else if (Symbol.iterator in init) this.#pairs = [...(init as Iterable<unknown>)].map(pairOf);
    else this.#pairs = Object.entries(init).map(([name, value]) => [text(name), text(value)]);
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([text(name), text(value)]);
    this.#changed();
  }

  delete(name: string, value?: string): void {
    const fits = matching(name, value);
    this.#pairs = this.#pairs.filter((pair) => !fits(pair));
    this.#changed();
  }

  get(name: string): string | null {
    return this.#pairs.find(matching(name))?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(matching(name)).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(matching(name, value));
  }

  set(name: string, value: string): void {
    const [wanted, given] = [text(name), text(value)];
    const first = this.#pairs.find(matching(wanted));
    if (first === undefined) this.#pairs.push([wanted, given]);
    else {
      first[1] = given;
      this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== wanted);
    }
    this.#changed();
  }

  /** By the code units of the names; those of one name stay in their order. */
  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#changed();
  }

  forEach(
    each: (value: string, name: string, params: URLSearchParams) => void,
    self?: unknown,
  ): void {
    for (const [name, value] of this.entries()) each.call(self, value, name, this);
  }

  /** What is added while it goes on comes, too. */
  *entries(): Generator<Pair, undefined> {
    for (let i = 0; i < this.#pairs.length; i++) {
      const [name = '', value = ''] = this.#pairs[i] ?? [];
      yield [name, value];
    }
    return undefined;
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this.entries()) yield name;
    return undefined;
  }

  *values(): Generator<string, undefined> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): Generator<Pair, undefined> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'URLSearchParams';
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  }
}

function matching(name: unknown, value?: unknown): (pair: Pair) => boolean {
  const wanted = text(name);
  if (value === undefined) return ([own]) => own === wanted;
  const given = text(value);
  return ([own, one]) => own === wanted && one === given;
}

function pairOf(pair: unknown): Pair {
  const isList = (typeof pair === 'object' || typeof pair === 'function') && pair !== null;
  const both = isList && Symbol.iterator in pair ? [...(pair as Iterable<unknown>)] : [];
  if (both.length === 2) return [text(both[0]), text(both[1])];
  throw new TypeError('URLSearchParams: each query pair must be an iterable [name, value] tuple');
}

/** `application/x-www-form-urlencoded`. */
function parsed(query: string): Pair[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0
        ? [decoded(part), '']
        : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
    });
}

function decoded(part: string): string {
  const plain = part.replaceAll('+', ' ');
  if (!plain.includes('%')) return wellFormed(plain);
  const bytes = encoder.encode(plain);
  const out = new Uint8Array(bytes.length);
  let used = 0;
  for (let i = 0; i < bytes.length; i++) {
    const hex = bytes[i] === 0x25 ? hexAt(bytes, i + 1) : -1;
    out[used++] = hex < 0 ? (bytes[i] ?? 0) : hex;
    if (hex >= 0) i += 2;
  }
  return decoder.decode(out.subarray(0, used));
}

/** The byte that two hexadecimal digits say; -1 where there are none. */
function hexAt(bytes: Uint8Array, at: number): number {
  const digits = String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0);
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}

const KEPT = /[A-Za-z0-9*._-]/;

function encoded(value: string): string {
  let out = '';
  for (const byte of encoder.encode(value)) {
    const character = String.fromCharCode(byte);
    if (byte === 0x20) out += '+';
    else if (KEPT.test(character)) out += character;
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
