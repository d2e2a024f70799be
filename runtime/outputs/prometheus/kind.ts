// `--out prometheus=http://host:9090`: Prometheus, VictoriaMetrics, Mimir, by remote write 1.0.
import { httpUrl, urlOptions } from '../kind.ts';
import type { OutputKind } from '../kind.ts';

const OPTIONS: Readonly<Record<string, string>> = {
  username: 'username',
  password: 'password',
  token: 'token',
  insecure: 'insecure',
};
const HELP = { help: 'prometheus=URL', example: 'prometheus=http://127.0.0.1:9090' };
/** Where both Prometheus and VictoriaMetrics take it. */
const PATH = '/api/v1/write';

export const prometheusOutput: OutputKind = {
  kind: 'prometheus',
  help: HELP.help,
  secretsUnder: 'prometheus',
  parse: (to, complaints) => {
    const url = httpUrl(to, complaints, HELP);
    if (url === undefined) return undefined;
    const options = urlOptions(url, OPTIONS, complaints);
    const path = url.pathname === '/' ? PATH : url.pathname;
    return { kind: 'prometheus', to: `${url.protocol}//${url.host}${path}`, options };
  },
  open: async ({ config, folder, warn }) => {
    const { createPrometheusOutput } = await import('./prometheus.ts');
    return createPrometheusOutput({ config, dir: folder, onMessage: warn });
  },
};
