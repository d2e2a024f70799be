// `--out influxdb=http://user:password@host:8086/database?mode=raw`, in version 2 and 3
// `influxdb=http://host:8086?org=o&bucket=b`: the kind, and its URL.
import { httpUrl, urlOptions } from '../kind.ts';
import type { OutputConfig, OutputKind } from '../kind.ts';

/** One row a second and view; one point a sample beside them; these points alone. */
const MODES = ['views', 'raw', 'samples'] as const;

const OPTIONS: Readonly<Record<string, string>> = {
  mode: 'mode',
  org: 'org',
  bucket: 'bucket',
  username: 'username',
  password: 'password',
  token: 'token',
  retention: 'retention',
  insecure: 'insecure',
  u: 'username',
  p: 'password',
  rp: 'retention',
};
const HELP = { help: 'influxdb=URL', example: 'influxdb=http://127.0.0.1:8086/dicomrun' };

const INFLUX_2 = 'e.g. influxdb=http://127.0.0.1:8086?org=lab&bucket=dicomrun';

export const influxOutput: OutputKind = {
  kind: 'influxdb',
  help: HELP.help,
  credentials: {
    username: 'user of InfluxDB',
    password: 'its password',
    token: 'token of InfluxDB 2 and 3',
  },
  parse: (to, complaints) => {
    const url = httpUrl(to, complaints, HELP);
    if (url === undefined) return undefined;
    const options = urlOptions(url, OPTIONS, complaints);
    const { mode } = options;
    if (mode !== undefined && !MODES.some((one) => one === mode)) {
      complaints.value('mode=views, mode=raw or mode=samples', mode);
    }
    const { org, bucket } = options;
    if (org !== undefined && bucket === undefined) {
      complaints.value('bucket=NAME beside org=', `org=${org}`, INFLUX_2);
    }
    const path = url.pathname.replace(/^\/+|\/+$/g, '');
    const database = path === '' && bucket === undefined ? 'dicomrun' : path;
    return { kind: 'influxdb', to: `${url.protocol}//${url.host}/${database}`, options };
  },
  open: async ({ config, folder, warn, sampleLog }) => {
    const { createInfluxOutput } = await import('./influxdb.ts');
    return createInfluxOutput({ url: influxUrl(config), dir: folder, onMessage: warn, sampleLog });
  },
};

/** The URL as it was written, put together again from its parts. */
export function influxUrl({ to, options }: OutputConfig): string {
  const { username, password, mode, ...rest } = options;
  const url = new URL(to);
  if (username !== undefined) url.username = username;
  if (password !== undefined) url.password = password;
  if (mode !== undefined && mode !== 'views') url.searchParams.set('mode', mode);
  for (const [key, value] of Object.entries(rest)) url.searchParams.set(key, value);
  return url.href;
}
