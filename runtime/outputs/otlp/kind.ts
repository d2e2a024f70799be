// `--out otlp=http://host:4318`: an OpenTelemetry collector, or any other receiver of OTLP/HTTP.
import { httpUrl, urlOptions } from '../kind.ts';
import type { OutputKind } from '../kind.ts';

const OPTIONS: Readonly<Record<string, string>> = {
  username: 'username',
  password: 'password',
  token: 'token',
  insecure: 'insecure',
};
const HELP = { help: 'otlp=URL', example: 'otlp=http://127.0.0.1:4318' };
/** Where a collector takes metrics. */
const PATH = '/v1/metrics';

export const otlpOutput: OutputKind = {
  kind: 'otlp',
  help: HELP.help,
  secretsUnder: 'otlp',
  parse: (to, complaints) => {
    const url = httpUrl(to, complaints, HELP);
    if (url === undefined) return undefined;
    const options = urlOptions(url, OPTIONS, complaints);
    const path = url.pathname === '/' ? PATH : url.pathname;
    return { kind: 'otlp', to: `${url.protocol}//${url.host}${path}`, options };
  },
  open: async ({ config, folder, first, warn }) => {
    const { createOtlpOutput } = await import('./otlp.ts');
    return createOtlpOutput({ config, dir: folder, first, onMessage: warn });
  },
};
