// `URL`, as the URL Standard has it: the host parses, texts cross, nothing else.
import { Op } from '../bridge.ts';
import { hostText, ringText } from './door.ts';
import { wellFormed } from './encoding.ts';
import { follow, read, URLSearchParams } from './url-params.ts';

/** In the order in which the host tells them. */
const PARTS = {
  ...{ href: 0, protocol: 1, username: 2, password: 3, host: 4, hostname: 5 },
  ...{ port: 6, pathname: 7, search: 8, hash: 9, origin: 10 },
} as const;
type Part = keyof typeof PARTS;

/** null where it is no URL. */
function ask(...request: readonly unknown[]): readonly string[] | null {
  ringText(Op.URL, 0, JSON.stringify(request));
  const answer = hostText();
  return answer === '' ? null : (JSON.parse(answer) as readonly string[]);
}

function parsed(url: unknown, base: unknown): readonly string[] | null {
  const text = wellFormed(`${url as string}`);
  return base === undefined ? ask(text) : ask(text, wellFormed(`${base as string}`));
}

function invalid(): TypeError & { code: string } {
  return Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' });
}

export class URL {
  #parts: readonly string[];
  #params: URLSearchParams | null = null;

  constructor(url: string | URL, base?: string | URL) {
    const parts = parsed(url, base);
    if (parts === null) throw invalid();
    this.#parts = parts;
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return parsed(url, base) !== null;
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  get searchParams(): URLSearchParams {
    if (this.#params !== null) return this.#params;
    const params = new URLSearchParams(this.search);
    follow(params, () => this.#change('search', params.toString()));
    this.#params = params;
    return params;
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  get [Symbol.toStringTag](): string {
    return 'URL';
  }

  get origin(): string {
    return this.#part('origin');
  }
  get href(): string {
    return this.#part('href');
  }
  set href(value: string) {
    this.#set('href', value);
  }
  get protocol(): string {
    return this.#part('protocol');
  }
  set protocol(value: string) {
    this.#set('protocol', value);
  }
  get username(): string {
    return this.#part('username');
  }
  set username(value: string) {
    this.#set('username', value);
  }
  get password(): string {
    return this.#part('password');
  }
  set password(value: string) {
    this.#set('password', value);
  }
  get host(): string {
    return this.#part('host');
  }
  set host(value: string) {
    this.#set('host', value);
  }
  get hostname(): string {
    return this.#part('hostname');
  }
  set hostname(value: string) {
    this.#set('hostname', value);
  }
  get port(): string {
    return this.#part('port');
  }
  set port(value: string) {
    this.#set('port', value);
  }
  get pathname(): string {
    return this.#part('pathname');
  }
  set pathname(value: string) {
    this.#set('pathname', value);
  }
  get search(): string {
    return this.#part('search');
  }
  set search(value: string) {
    this.#set('search', value);
  }
  get hash(): string {
    return this.#part('hash');
  }
  set hash(value: string) {
    this.#set('hash', value);
  }

  #part(name: Part): string {
    return this.#parts[PARTS[name]] ?? '';
  }

  #set(name: Part, value: unknown): void {
    this.#change(name, wellFormed(`${value as string}`));
    if (this.#params !== null && (name === 'search' || name === 'href')) {
      read(this.#params, this.search.slice(1));
    }
  }

  /** Only an `href` can be wrong: another part that makes no URL is left as it was. */
  #change(name: Part, value: string): void {
    const parts = ask(this.href, null, name, value);
    if (parts === null && name === 'href') throw invalid();
    this.#parts = parts ?? this.#parts;
  }
}
