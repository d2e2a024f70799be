// `--out influxdb=http://127.0.0.1:8086/dicomrun?mode=raw`, `json=file`, `csv`; `--scrape NAME=URL`.
import { didYouMean } from './suggest.ts';
import type { OutputConfig, ScrapeConfig } from '../types.ts';
import type { Reader } from './values.ts';

/** Stands for the metrics page of the embedded router. */
export const EMBEDDED_PAGE = 'embedded';

const KINDS = ['influxdb', 'json', 'csv'] as const;
const INFLUX_OPTIONS = [
  'mode',
  'username',
  'password',
  'token',
  'retention',
  'insecure',
  'u',
  'p',
  'rp',
];
const ALIASES: Readonly<Record<string, string>> = { u: 'username', p: 'password', rp: 'retention' };

export function readOutput(r: Reader, text: string): OutputConfig | undefined {
  if (/^[^=]+\.(ts|mts|js|mjs)$/.test(text)) return { kind: 'module', to: text, options: {} };
  const [name = '', ...rest] = text.split('=');
  const to = rest.join('=');
  const kind = KINDS.find((known) => known === name.trim());
  if (kind === undefined) {
    r.problems.value(
      r.at,
      'influxdb=URL, json=FILE, csv=FILE or ./my-output.ts',
      text,
      didYouMean(name, KINDS),
    );
    return undefined;
  }
  return kind === 'influxdb' ? influxdb(r, to) : { kind, to, options: {} };
}

function influxdb(r: Reader, to: string): OutputConfig | undefined {
  const url = URL.canParse(to) ? new URL(to) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    r.problems.value(r.at, 'influxdb=URL', to, 'e.g. influxdb=http://127.0.0.1:8086/dicomrun');
    return undefined;
  }
  const options: Record<string, string> = {};
  for (const [key, value] of url.searchParams) {
    if (INFLUX_OPTIONS.includes(key)) options[ALIASES[key] ?? key] = value;
    else r.problems.unknownKey(r.at, key, INFLUX_OPTIONS);
  }
  if (options.mode !== undefined && options.mode !== 'raw' && options.mode !== 'views') {
    r.problems.value(r.at, 'mode=views or mode=raw', options.mode);
  }
  if (url.username !== '') options.username = decodeURIComponent(url.username);
  if (url.password !== '') options.password = decodeURIComponent(url.password);
  const database = url.pathname.replace(/^\/+|\/+$/g, '') || 'dicomrun';
  return { kind: 'influxdb', to: `${url.protocol}//${url.host}/${database}`, options };
}

export function readScrape(r: Reader, text: string): ScrapeConfig | undefined {
  const [, name = '', url = ''] = /^([A-Za-z0-9_]+)=(.+)$/.exec(text) ?? [];
  if (name !== '' && url === EMBEDDED_PAGE) return { name, url };
  if (name !== '' && URL.canParse(url) && /^https?:/.test(url)) return { name, url };
  r.problems.value(r.at, 'NAME=URL', text, 'e.g. router=http://10.0.0.5:9100/metrics');
  return undefined;
}
