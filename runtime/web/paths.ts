// Resources of DICOMweb services as paths, and the same paths without UIDs: a name that a tag may have.

/** What is asked for: a study, a series of it, an instance of that, frames of it. */
export interface Resource {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  /** From 1. */
  readonly frames?: readonly number[];
}

/** A path below the service root, and what it is called. */
export interface NamedPath {
  readonly path: string;
  readonly name: string;
}

/** `/studies/1.2/series/1.3/…`: as far as it is said (PS3.18 §10.3). */
export function resourcePath({ study, series, instance, frames }: Resource): NamedPath {
  let path = '/studies';
  let name = '/studies';
  const add = (word: string, uid: string | undefined, is: string): void => {
    if (uid === undefined) return;
    path += `${word}/${encodeURIComponent(uid)}`;
    name += `${word}/{${is}}`;
  };
  add('', study, 'study');
  add('/series', series, 'series');
  add('/instances', instance, 'instance');
  if (frames !== undefined) {
    path += `/frames/${frames.join(',')}`;
    name += '/frames/{frames}';
  }
  return { path, name };
}

const UID = /\b[0-2](?:\.\d+){3,}\b/g;

/** Any path with its UIDs and query taken out: bounded, and nobody's. */
export function pathName(path: string): string {
  const [before = ''] = path.split(/[?#]/);
  return before
    .replace(/(\/studies\/)[^/]+/, '$1{study}')
    .replace(/(\/series\/)[^/]+/, '$1{series}')
    .replace(/(\/instances\/)[^/]+/, '$1{instance}')
    .replace(/(\/frames\/)[^/]+/, '$1{frames}')
    .replace(UID, '{uid}');
}

/** Root of a service, its credentials taken out of the URL. */
export interface Root {
  /** `http://host:port` */
  readonly origin: string;
  /** Path of the root, without a slash at its end; '' for none. */
  readonly base: string;
  /** `host:port`. */
  readonly host: string;
  readonly user: { readonly username: string; readonly password: string } | null;
}

/** Reads the URL of a service root; null when it is none. */
export function rootOf(url: string): Root | null {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(parsed.protocol) || parsed.hostname === '') return null;
  const { origin, pathname, protocol, hostname } = parsed;
  const user = userOf(parsed);
  if (user === undefined) return null;
  const port = parsed.port === '' ? (protocol === 'https:' ? '443' : '80') : parsed.port;
  return {
    origin,
    base: pathname.replace(/\/+$/, ''),
    host: `${hostname}:${port}`,
    user,
  };
}

/** Null without one; undefined for one with a `%` that encodes nothing. */
function userOf({ username, password }: URL): Root['user'] | undefined {
  if (username === '') return null;
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}

/** `http://host:port/dicom-web`, without user, password and query; '' for no URL. */
export function shownRoot(url: string): string {
  const root = rootOf(url);
  return root === null ? '' : `${root.origin}${root.base}`;
}

/** Services that may have a root of their own. */
export type ServiceRoot = 'store' | 'search' | 'retrieve';
export const SERVICE_ROOTS: readonly ServiceRoot[] = ['store', 'search', 'retrieve'];

/** One URL for all services, or one for each. */
export type ServiceUrls = string | { readonly [service in ServiceRoot]?: string };

/** The root of each service: one that has none takes another's. Null where one is no URL. */
export function rootsOf(url: ServiceUrls): Readonly<Record<ServiceRoot, Root>> | null {
  const given = typeof url === 'string' ? {} : url;
  const any = typeof url === 'string' ? url : (given.search ?? given.retrieve ?? given.store ?? '');
  const [store, search, retrieve] = SERVICE_ROOTS.map((one) => rootOf(given[one] ?? any));
  return store && search && retrieve ? { store, search, retrieve } : null;
}
