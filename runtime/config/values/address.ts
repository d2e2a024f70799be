// AE titles and `AET@host:port`, as users of dcm4che and dcmtk write them.
import type { Place, Problems } from './problems.ts';
import type { Reader } from './values.ts';

export const DEFAULT_PORT = 104;

export interface Address {
  readonly aet: string;
  readonly host: string;
  readonly port: number;
}

/**
 * What is wrong with an AE title, or null. At most 16 characters of the default repertoire without
 * backslash and control characters, not only spaces (PS3.5 §6.2, AE).
 */
export function aeTitleFault(title: string): string | null {
  const trimmed = title.trim();
  if (trimmed === '') return 'must not be empty';
  if (trimmed.length > 16) return `must be at most 16 characters, has ${trimmed.length}`;
  if (!/^[\x20-\x5b\x5d-\x7e]*$/.test(trimmed)) {
    return 'must be plain ASCII without backslash and control characters';
  }
  return null;
}

/** An AE title without its insignificant spaces. */
export function readAETitle(r: Reader, value: unknown): string | undefined {
  const fault = typeof value === 'string' ? aeTitleFault(value) : 'must be a text';
  if (fault === null) return String(value).trim();
  r.problems.add('CONFIG_AE_TITLE', `${r.at.name}: AE title ${fault}: ${JSON.stringify(value)}`, {
    hint: 'PS3.5 §6.2: at most 16 characters, e.g. GI_ARCHIVE',
    where: r.at.origin,
  });
  return undefined;
}

/** `AET@host:port`; the port may be left out (104); IPv6 addresses in brackets. */
export function readAddress(r: Reader, value: unknown): Address | undefined {
  const match = /^([^@]*)@(\[[^\]]+\]|[^@:]+)(?::(.*))?$/.exec(
    typeof value === 'string' ? value : '',
  );
  if (match === null) {
    r.problems.value(r.at, 'AET@host:port', value, 'e.g. ARCHIVE@10.0.0.5:11112');
    return undefined;
  }
  const [, title = '', host = '', portText] = match;
  const aet = readAETitle(r, title);
  const port = portText === undefined ? DEFAULT_PORT : readPort(r.problems, r.at, portText);
  if (aet === undefined || port === undefined) return undefined;
  return { aet, host: host.replace(/^\[|\]$/g, ''), port };
}

export function readPort(problems: Problems, at: Place, value: unknown): number | undefined {
  const port = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535)
    return port;
  problems.value(at, 'a port from 1 to 65535', value);
  return undefined;
}

/** True for addresses of this machine. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host.endsWith('.localhost')) return true;
  return /^127(\.\d{1,3}){3}$/.test(host);
}
