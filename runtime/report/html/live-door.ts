// Who may see the live page: looked at as text, before anything is parsed. Any web page and anybody
// on the network can send any bytes here; all that they get is a refusal.
import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** What a request says of itself. */
export interface Knock {
  readonly method?: string | undefined;
  /** The target as it came, of any bytes. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/** What it asks for, or the status of its refusal. */
export type PageWish = 'page' | 'events' | 'report' | 403 | 404;

const PATHS: ReadonlyMap<string, PageWish> = new Map<string, PageWish>([
  ['/', 'page'],
  ['/events', 'events'],
  ['/report.html', 'report'],
]);

/** @param own the name that the page was told to listen on */
export function wishOf(knock: Knock, token: string, own: string): PageWish {
  const { method, url = '', host, origin } = knock;
  if (method !== 'GET' || !isOurs(host, own) || !isSame(origin, host)) return 403;
  const at = url.indexOf('?');
  const [path, query] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
  if (!equal(tokenOf(query), token)) return 403;
  return PATHS.get(path) ?? 404;
}

/**
 * Whether a `Host` names this machine: an address, `localhost`, its name, or what `--web` was given.
 * A web page whose own name was made to point here (DNS rebinding) says that name.
 */
function isOurs(host: string | undefined, own: string): boolean {
  const name = nameOf(host);
  if (name === '') return false;
  if (isIP(name) !== 0 || name === 'localhost' || name === own.toLowerCase()) return true;
  const machine = hostname().toLowerCase();
  return name === machine || name.startsWith(`${machine}.`);
}

/** `[::1]:80` → `::1`, `name:80` → `name`. */
function nameOf(host: string | undefined): string {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/\s]+))(?::\d{1,5})?$/i.exec(host ?? '');
  return (found?.[1] ?? found?.[2] ?? '').toLowerCase();
}

/** No origin at all is a browser's own navigation, or no browser. */
function isSame(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || origin === `http://${host}`;
}

function tokenOf(query: string): string {
  const own = query.split('&').find((part) => part.startsWith('token='));
  return own === undefined ? '' : own.slice('token='.length);
}

function equal(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
