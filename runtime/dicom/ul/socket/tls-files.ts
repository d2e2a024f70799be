// TLS as scripts, specifications and configuration write it: PEM files, or their text.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DicomError } from '../../errors.ts';
import type { TlsOptions } from '../associate-request.ts';

/** Whose settings they are, and where their files are. */
export interface TlsPlace {
  /** How messages call it: `router`, `peer()`. */
  readonly name: string;
  /** What file names are relative to. */
  readonly folder: string;
}

const VERSIONS = ['TLSv1.2', 'TLSv1.3'];

/** Every option, and what it may be. */
const KINDS: Readonly<Record<string, 'text' | 'flag' | readonly string[]>> = {
  ca: 'text',
  cert: 'text',
  key: 'text',
  passphrase: 'text',
  serverName: 'text',
  verify: 'flag',
  minVersion: VERSIONS,
  maxVersion: VERSIONS,
  profile: ['bcp195', 'bcp195-nd', 'bcp195-extended'],
};

interface Checked {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly serverName?: string;
  readonly verify?: boolean;
  readonly minVersion?: NonNullable<TlsOptions['minVersion']>;
  readonly maxVersion?: NonNullable<TlsOptions['maxVersion']>;
  readonly profile?: NonNullable<TlsOptions['profile']>;
}

/**
 * What an acceptor listens with; null = no TLS. With `ca` or `verify: true` it asks senders for a
 * certificate.
 *
 * @throws DicomError `CONFIG_TLS` for an option or a value nobody knows, a file that cannot be read,
 *   no certificate
 */
export function acceptorTlsOf(given: object | undefined, place: TlsPlace): TlsOptions | null {
  if (given === undefined) return null;
  const tls = checked(given, place);
  const missing = tls.cert === undefined ? 'cert' : tls.key === undefined ? 'key' : null;
  if (missing !== null) {
    const hint = 'who listens shows a certificate: give cert and key, as PEM files';
    throw wrong(place, ` has no ${missing}`, hint);
  }
  const requestCert = tls.verify ?? tls.ca !== undefined;
  return { ...wireOptions(tls, place), ...(requestCert ? { requestCert } : {}) };
}

/**
 * What a requestor connects with; null = no TLS, `true` = TLS as it comes.
 *
 * @throws DicomError `CONFIG_TLS` for an option or a value nobody knows, a file that cannot be read
 */
export function requestorTlsOf(
  given: object | boolean | undefined,
  place: TlsPlace,
): TlsOptions | null {
  if (given === undefined || given === false) return null;
  return given === true ? {} : wireOptions(checked(given, place), place);
}

/** The same settings with names of files made absolute. */
export function anchoredTls(given: object, folder: string): object {
  const entries = Object.entries(given).map(([key, value]: [string, unknown]) => {
    const isFile = ['ca', 'cert', 'key'].includes(key) && typeof value === 'string';
    return [key, isFile && !value.includes('-----BEGIN') ? resolve(folder, value) : value];
  });
  return Object.fromEntries(entries) as object;
}

function checked(given: object, place: TlsPlace): Checked {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [key, value] of entries as [string, unknown][]) {
    const kind = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
    if (kind === undefined) {
      throw wrong(place, ` has no option "${key}"`, `known are ${Object.keys(KINDS).join(', ')}`);
    }
    // Never the value itself: it may be a secret in the wrong place.
    if (kind === 'text' && typeof value !== 'string') throw wrong(place, `.${key}: must be a text`);
    if (kind === 'flag' && typeof value !== 'boolean') {
      throw wrong(place, `.${key}: must be true or false`);
    }
    if (typeof kind === 'object' && !kind.includes(value as string)) {
      throw wrong(place, `.${key}: must be ${kind.join(' or ')}, got ${JSON.stringify(value)}`);
    }
  }
  return Object.fromEntries(entries) as Checked;
}

function wireOptions(tls: Checked, place: TlsPlace): TlsOptions {
  const { passphrase, serverName, verify, minVersion, maxVersion, profile } = tls;
  return {
    ...pem('ca', tls, place),
    ...pem('cert', tls, place),
    ...pem('key', tls, place),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(verify === undefined ? {} : { rejectUnauthorized: verify }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function pem(key: 'ca' | 'cert' | 'key', tls: Checked, place: TlsPlace): { [key: string]: string } {
  const value = tls[key];
  if (value === undefined) return {};
  if (value.includes('-----BEGIN')) return { [key]: value };
  const folder = resolve(place.folder);
  try {
    return { [key]: readFileSync(resolve(folder, value), 'utf8') };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'error';
    throw wrong(place, `.${key}: cannot read "${value}" (${why})`, `looked for in ${folder}`);
  }
}

function wrong({ name }: TlsPlace, what: string, hint?: string): DicomError {
  return new DicomError('CONFIG_TLS', `${name}: tls${what}`, hint === undefined ? {} : { hint });
}
