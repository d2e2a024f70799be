// `--out prometheus=http://host:9090`: Prometheus, VictoriaMetrics, Mimir, by remote write 1.0.
import { postingTo } from '../kind.ts';

export const prometheusOutput = postingTo(
  'prometheus',
  { port: 9090, path: '/api/v1/write', server: 'the remote write receiver' },
  async ({ config, folder, warn }) => {
    const { createPrometheusOutput } = await import('./prometheus.ts');
    return createPrometheusOutput({ config, dir: folder, onMessage: warn });
  },
);
