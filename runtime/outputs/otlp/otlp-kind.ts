// `--out otlp=http://host:4318`: an OpenTelemetry collector, or any other receiver of OTLP/HTTP.
import { postingTo } from '../kind.ts';

export const otlpOutput = postingTo(
  'otlp',
  { port: 4318, path: '/v1/metrics', server: 'the OpenTelemetry receiver' },
  async ({ config, folder, first, warn }) => {
    const { createOtlpOutput } = await import('./otlp.ts');
    return createOtlpOutput({ config, dir: folder, first, onMessage: warn });
  },
);
