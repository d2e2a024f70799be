// `--out json=FILE`: every sample, one JSON object a line, in the shape of k6's json output:
// `Metric` once per metric, `Point` per sample.
import { metricFacts } from '../metrics/judge/threshold-expression.ts';
import { FileOutput, fileKind } from './file-output.ts';
import type { FileOutputOptions } from './file-output.ts';
import type { Output } from './output.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

/** `--out json=FILE`. */
export const jsonOutput = fileKind('json', (options) => createJsonOutput(options));

export function createJsonOutput(options: FileOutputOptions): Output {
  const known = new Set<string>();
  return new FileOutput('json', options, {
    head: null,
    announce: (series) => {
      if (known.has(series.metric)) return null;
      known.add(series.metric);
      return metricLine(series);
    },
    prefix: ({ metric, tags }) => ({ metric: JSON.stringify(metric), tags: JSON.stringify(tags) }),
    line: ({ metric, tags }, value, epochMs) => {
      const time = isoMicros(epochMs);
      return `{"metric":${metric},"type":"Point","data":{"time":"${time}","value":${value},"tags":${tags}}}`;
    },
  });
}

function metricLine({ metric, custom }: SeriesDecl): string {
  const facts = metricFacts(metric);
  const type = facts?.type ?? custom?.type ?? 'counter';
  const contains = facts?.contains ?? (custom?.isTime === true ? 'time' : 'default');
  const data = { name: metric, type, contains, thresholds: [], submetrics: null };
  return JSON.stringify({ type: 'Metric', data, metric });
}

/** ISO 8601 with µs: fractions of a ms matter for short operations. */
function isoMicros(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const micros = Math.min(999, Math.floor((epochMs - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
