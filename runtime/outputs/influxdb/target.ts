// `--out influxdb=http://user:password@host:8086/database?mode=raw&token=…`
import { DicomRunError, ExitCode } from '../../errors.ts';

export interface InfluxTarget {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly database: string;
  /** InfluxDB 2: the organisation. */
  readonly org: string | undefined;
  /** InfluxDB 2 and 3, /api/v2/write; without it the one of version 1 is spoken. */
  readonly bucket: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Sent as `Authorization: Token …` . */
  readonly token: string | undefined;
  /** One row a second and view; one point a sample beside them; these points alone. */
  readonly mode: 'views' | 'raw' | 'samples';
  /** `30d`, `52w`, `INF`: makes the retention policy "dicomrun" the default of the database. */
  readonly retention: string | undefined;
  /** Accept any certificate. */
  readonly insecure: boolean;
}

const KNOWN = ['mode', 'org', 'bucket', 'token', 'retention', 'insecure'];

/** Default `http://127.0.0.1:8086/dicomrun`. Throws `CONFIG_OUTPUT` for what it does not understand. */
export function parseInfluxTarget(text: string): InfluxTarget {
  const { url, protocol } = urlOf(text);
  const unknown = [...url.searchParams.keys()].find((key) => !KNOWN.includes(key));
  if (unknown !== undefined)
    throw bad(`unknown parameter "${unknown}"; known: ${KNOWN.join(', ')}`);
  const mode = modeOf(url);
  const retention = url.searchParams.get('retention') ?? undefined;
  if (retention !== undefined && !/^(\d+[smhdw])+$|^INF$/.test(retention)) {
    throw bad(`retention must be like 30d, 52w or INF, got "${retention}"`);
  }
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const bucket = url.searchParams.get('bucket') ?? undefined;
  const org = url.searchParams.get('org') ?? undefined;
  if (org !== undefined && bucket === undefined) throw bad('org= wants a bucket= beside it');
  const database = bucket ?? decodeURIComponent(parts.at(-1) ?? 'dicomrun');
  const above = bucket === undefined ? parts.slice(0, -1) : parts;
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (protocol === 'https' ? 443 : 8086) : Number(url.port),
    path: `/${above.join('/')}`,
    ...{ database, org, bucket },
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    token: url.searchParams.get('token') ?? undefined,
    mode,
    retention,
    insecure: url.searchParams.get('insecure') === 'true',
  };
}

function modeOf(url: URL): InfluxTarget['mode'] {
  const mode = url.searchParams.get('mode') ?? 'views';
  if (mode === 'views' || mode === 'raw' || mode === 'samples') return mode;
  throw bad(`mode must be views, raw or samples, got "${mode}"`);
}

function urlOf(text: string): { readonly url: URL; readonly protocol: 'http' | 'https' } {
  if (text !== '' && !URL.canParse(text)) throw bad(`"${masked(text)}" is not a URL`);
  const url = new URL(text === '' ? 'http://127.0.0.1:8086/dicomrun' : text);
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'http' && protocol !== 'https') throw bad(`protocol ${protocol} is not http(s)`);
  return { url, protocol };
}

/** Without user, password and token. */
export function describeTarget(target: InfluxTarget): string {
  return addressOf(target) + (target.mode === 'views' ? '' : ` (${target.mode})`);
}

function addressOf(target: InfluxTarget): string {
  const path = target.path === '/' ? '' : target.path;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const base = `${target.protocol}://${host}:${target.port}${path}`;
  if (target.bucket === undefined) return `${base}/${target.database}`;
  const { org, bucket } = target;
  return `${base}?${new URLSearchParams({ ...(org === undefined ? {} : { org }), bucket }).toString()}`;
}

/** As it is written after `--out`, for a shell. */
export function targetArgument(target: InfluxTarget): string {
  const url = addressOf(target);
  const mode = `${url.includes('?') ? '&' : '?'}mode=${target.mode}`;
  const text = `influxdb=${url}${target.mode === 'views' ? '' : mode}`;
  return /[?&]/.test(text) ? `'${text}'` : text;
}

function masked(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//***@').replace(/token=[^&]*/, 'token=***');
}

function bad(why: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_OUTPUT',
    message: `output influxdb: ${why}`,
    hint: 'example: --out influxdb=http://127.0.0.1:8086/dicomrun',
  });
}
