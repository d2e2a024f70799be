// What a script says of a web call, looked at before anything is sent: a word that nobody knows would be
// left out without a word.
import { badArgument } from '../sandbox/errors.ts';
import type * as T from './types.ts';

type Given = Readonly<Record<string, unknown>>;

const ANY = ['expectStatus', 'timeout', 'tags'];

/** Options of each call, by its name. */
const OPTIONS = {
  store: [...ANY, 'perRequest', 'study'],
  search: [...ANY, 'study', 'series', 'limit', 'offset', 'fuzzy', 'includeField'],
  retrieve: [...ANY, 'as', 'transferSyntax', 'accept', 'verify', 'keep', 'folder'],
  delete: ANY,
  capabilities: ANY,
  request: [...ANY, 'method', 'path', 'headers', 'body'],
} as const;

const RESOURCE = ['study', 'series', 'instance', 'frames'];
const KINDS = ['dicom', 'metadata', 'frames', 'rendered', 'bulkdata'];
const SERVER = [
  ...['url', 'name', 'auth', 'headers', 'tls', 'timeouts', 'connections', 'http2', 'deliversTo'],
];
const AUTH = ['bearer', 'basic', 'oauth2'];
/** A name of HTTP (RFC 9110 §5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** @throws ScriptError `SCRIPT_ARGUMENT`, as all of these do */
export function checkOptions(call: keyof typeof OPTIONS, options: unknown): void {
  mustKnow(call, options, OPTIONS[call]);
}

export function checkServer(options: T.ServerOptions): void {
  mustKnow('server', options, SERVER, {
    example: "server({ url: 'http://host:port/dicom-web' })",
  });
  const { auth, headers = {}, timeouts, connections, http2 } = options;
  mustBe('server', { connections }, ['vu', 'shared']);
  mustBe('server', { http2 }, [true, false]);
  if (timeouts !== undefined) mustKnow('server', timeouts, TIMEOUTS, { under: 'timeouts' });
  if (auth !== undefined) checkAuth(auth);
  checkHeaders('server', headers);
}

export function checkSearch({ limit, offset, study, series }: T.WebSearchOptions): void {
  mustBeUid('search', study);
  mustBeUid('search', series);
  mustBeCount('limit', limit);
  mustBeCount('offset', offset);
}

function mustBeCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0)) return;
  throw badArgument(`search({ ${name} }): must be a whole number, got ${String(value)}`);
}

export function checkRetrieve({ as, verify, keep }: T.WebRetrieveOptions): void {
  mustBe('retrieve', { as }, KINDS);
  mustBe('retrieve', { verify }, ['pixels', 'full']);
  mustBe('retrieve', { keep }, ['nothing', 'files']);
}

export function checkRequest({ method, path, body, headers = {} }: T.WebRequestOptions): void {
  if (typeof path !== 'string') throw badArgument('request({ path }): must be a text', PATH);
  if (method !== undefined && typeof method !== 'string') {
    throw badArgument('request({ method }): must be a text', "method: 'POST'");
  }
  checkHeaders('request', headers);
  const isBytes = ArrayBuffer.isView(body) || body instanceof ArrayBuffer;
  if (body === undefined || typeof body === 'string' || isBytes) return;
  throw badArgument('request({ body }): must be a text or bytes', 'JSON.stringify(…) makes a text');
}

export function checkStore({ study }: T.WebStoreOptions): void {
  mustBeUid('store', study);
}

/** UIDs one below the other, and nothing that is none: they stand in a path. */
export function checkResource(call: 'retrieve' | 'delete', resource: T.WebResource): void {
  mustKnow(call, resource, RESOURCE, { example: `${call}({ study: '1.2.3' })` });
  const { study, series, instance, frames } = resource;
  if (study === undefined) throw badArgument(`${call}: needs a study`);
  if (instance !== undefined && series === undefined) {
    throw badArgument(`${call}: needs the series, too`);
  }
  if (frames !== undefined) checkFrames(call, frames, instance);
  for (const uid of [study, series, instance]) mustBeUid(call, uid);
}

function checkFrames(call: string, frames: unknown, instance: unknown): void {
  if (instance === undefined) {
    throw badArgument(`${call}({ frames }): needs the instance they are of`);
  }
  const isNumber = (one: unknown) => Number.isInteger(one) && Number(one) > 0;
  if (Array.isArray(frames) && frames.length > 0 && frames.every(isNumber)) return;
  throw badArgument(`${call}({ frames }): must be a list of numbers from 1`, 'frames: [1, 2]');
}

const PATH = "below the root of the search service: path: '/workitems?limit=5'";
const TIMEOUTS = ['connect', 'response', 'idle'];

function checkAuth(auth: unknown): void {
  mustKnow('server', auth, AUTH, { under: 'auth', example: 'auth: { bearer: __ENV.TOKEN }' });
  const { bearer } = auth as Given;
  if (bearer === undefined || (typeof bearer === 'string' && /^[\x21-\x7e]+$/.test(bearer))) return;
  // Never as it was written: it is a secret.
  throw badArgument(
    'server({ auth: { bearer } }): must be a text without spaces and line breaks',
    "of a file with a line break at its end: open('token.txt').trim()",
  );
}

function checkHeaders(call: string, headers: unknown): void {
  if (!isObject(headers)) throw badArgument(`${call}({ headers }): needs an object`);
  for (const [name, value] of Object.entries(headers)) {
    if (NAME.test(name) && !/[\r\n\0]/.test(String(value))) continue;
    throw badArgument(`${call}({ headers }): "${name}": no HTTP can say that`);
  }
}

interface About {
  /** What it is for, if not for the call itself: `auth`. */
  readonly under?: string;
  readonly example?: string;
}

function mustKnow(call: string, given: unknown, known: readonly string[], more: About = {}): void {
  const { under, example } = more;
  const said = (words: string): string =>
    under === undefined ? `${call}(${words})` : `${call}({ ${under}${words && `: ${words}`} })`;
  // why: a text has keys, one a character
  if (!isObject(given)) {
    throw badArgument(`${said('')}: needs an object`, ...(example === undefined ? [] : [example]));
  }
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    throw badArgument(`${said(`{ ${key} }`)}: no such option`, known.join(', '));
  }
}

function mustBeUid(call: string, uid: unknown): void {
  if (uid === undefined || (typeof uid === 'string' && /^[0-9.]{1,64}$/.test(uid))) return;
  throw badArgument(`${call}: "${String(uid)}" is no UID (PS3.5 §9)`);
}

/** One of these values, or none. */
function mustBe(call: string, given: Given, values: readonly unknown[]): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || values.includes(value)) continue;
    const must = values.map((one) => JSON.stringify(one)).join(', ');
    throw badArgument(`${call}({ ${name} }): must be one of ${must}`);
  }
}

function isObject(given: unknown): given is Given {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
