// TLS of stations and of where they send to, as scripts and specifications write it: PEM files.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StationTls } from '../../api/k6/simulate.ts';
import type { TlsOptions } from '../dicom/ul/associate-request.ts';
import { SpecError } from './spec-error.ts';

const KEYS = 'ca cert key passphrase serverName verify minVersion maxVersion profile'.split(' ');

/** Where a specification stands: how messages call it, and what file names are relative to. */
export interface TlsPlace {
  readonly name: string;
  readonly folder: string;
}

/**
 * What a station listens with; null = no TLS.
 *
 * @throws SpecError for an option nobody knows, a file that cannot be read, no certificate
 */
export function acceptorTlsOf(spec: StationTls | undefined, place: TlsPlace): TlsOptions | null {
  if (spec === undefined) return null;
  const { cert, key, ...rest } = read(spec, place);
  if (cert === undefined || key === undefined) {
    const hint = 'who listens shows a certificate: give cert and key, as PEM files';
    throw new SpecError(`${place.name}: tls has no ${cert === undefined ? 'cert' : 'key'}`, hint);
  }
  const requestCert = spec.verify ?? spec.ca !== undefined;
  return { ...rest, cert, key, ...(requestCert ? { requestCert } : {}) };
}

/**
 * What a station connects with; null = no TLS.
 *
 * @throws SpecError for an option nobody knows, a file that cannot be read
 */
export function requestorTlsOf(
  spec: StationTls | boolean | undefined,
  place: TlsPlace,
): TlsOptions | null {
  if (spec === undefined || spec === false) return null;
  return spec === true ? {} : read(spec, place);
}

function read(spec: StationTls, { name, folder }: TlsPlace): TlsOptions {
  const unknown = Object.keys(spec).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new SpecError(`${name}: tls has no option "${unknown}"`, `known are ${KEYS.join(', ')}`);
  }
  const pem = (key: 'ca' | 'cert' | 'key'): { [key: string]: string } => {
    const value = spec[key];
    if (value === undefined) return {};
    return {
      [key]: value.includes('-----BEGIN') ? value : fileText(value, `${name}: tls.${key}`, folder),
    };
  };
  const { passphrase, serverName, verify, minVersion, maxVersion, profile } = spec;
  return {
    ...pem('ca'),
    ...pem('cert'),
    ...pem('key'),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(verify === undefined ? {} : { rejectUnauthorized: verify }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function fileText(file: string, name: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new SpecError(`${name}: cannot read "${file}" (${why})`, `looked for in ${folder}`);
  }
}
