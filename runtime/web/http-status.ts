// HTTP statuses in words, with what to look at.
import type { WebHeaders } from './http-client.ts';

const NAMES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted, but not all of it',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found elsewhere',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

const HINTS: Readonly<Record<number, string>> = {
  400: 'the server does not like the request: its log says why',
  401: 'it wants to know who asks: give auth: { bearer }, { basic } or { oauth2 }; of the web target, DICOMRUN_WEB_TARGET_TOKEN, or _USERNAME and _PASSWORD',
  403: 'it knows who asks, and refuses: look at the rights of this user',
  404: 'it is not there, or the URL is not the root of its DICOMweb service, e.g. http://host:8042/dicom-web',
  405: 'the server does not offer this service under that URL',
  406: 'the server has nothing in the media types and transfer syntaxes that were asked for',
  409: 'the server took none of the instances: failed says why, where it tells',
  413: 'the request is longer than the server, or a proxy before it, allows: fewer instances a request (perRequest)',
  415: 'the server does not take this media type or transfer syntax',
  429: 'the server limits how often it is asked',
  501: 'the server does not offer this service',
  502: 'the proxy got no proper answer of the server behind it',
  503: 'the server is overloaded or down for now',
  504: 'the proxy waited too long for the server behind it',
};

/** `Not Found`; '' for one that has no name here. */
export function statusName(status: number): string {
  return NAMES[status] ?? '';
}

/** What to do about it; null where nothing is known. */
export function statusHint(status: number, headers: WebHeaders): string | null {
  if (status >= 300 && status < 400) return redirectHint(headers['location'] ?? '');
  const after = headers['retry-after'];
  const wait = /^\d{1,9}$/.test(after ?? '') ? `; it asks for ${after} s before the next try` : '';
  const hint = HINTS[status];
  return hint === undefined ? null : `${hint}${wait}`;
}

/** Where a redirect leads to: its origin only, for the rest may name somebody. */
function redirectHint(location: string): string {
  const [, origin] = /^(https?:\/\/[^/?#@]+)/i.exec(location) ?? [];
  const where = origin === undefined ? 'elsewhere on the same server' : `to ${origin}`;
  return `redirects are not followed: it leads ${where}; give the URL of the service itself, and auth if it leads to a login`;
}

/** Lower-case word of the outcome tag. */
export function statusOutcome(status: number): 'success' | 'failure' {
  return status >= 200 && status < 300 ? 'success' : 'failure';
}
