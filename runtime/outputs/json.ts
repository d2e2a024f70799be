// `--out json=FILE`: every sample, one JSON object a line, in the shape of k6's json output:
// `Metric` once per metric, `Point` per sample.
import { metricFacts } from '../metrics/threshold-expression.ts';
import type { OutputResult } from '../metrics/summary.ts';
import { FileWriter } from './file-writer.ts';
import type { Output, SampleBatch, SampleSeries } from './output.ts';

export interface FileOutputOptions {
  /** `.gz` at its end: gzipped. */
  readonly path: string;
  /** Wall clock of t0, ms since the epoch. */
  readonly t0: number;
}

export function createJsonOutput(options: FileOutputOptions): Output {
  const known = new Set<string>();
  return fileOutput('json', options, {
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

/** How a file output writes; `P` is what is made once per series. */
export interface LineFormat<P> {
  readonly head: string | null;
  readonly announce: (series: SampleSeries) => string | null;
  readonly prefix: (series: SampleSeries) => P;
  readonly line: (prefix: P, value: number, epochMs: number) => string;
}

export function fileOutput<P>(
  name: string,
  options: FileOutputOptions,
  format: LineFormat<P>,
): Output {
  const writer = new FileWriter(options.path);
  const threads = new Map<number, P[]>();
  let rejected = 0;
  if (format.head !== null) writer.line(format.head);
  const heads = { n: format.head === null ? 0 : 1 };
  const samples = (batch: SampleBatch): void => {
    const prefixes = threads.get(batch.thread) ?? [];
    for (let i = 0; i < batch.n; i++) {
      const prefix = prefixes[batch.series[i] ?? -1];
      const value = batch.value[i] ?? Number.NaN;
      if (prefix === undefined || !Number.isFinite(value)) rejected++;
      else writer.line(format.line(prefix, value, options.t0 + (batch.time[i] ?? 0)));
    }
  };
  const series = (thread: number, list: readonly SampleSeries[]): void => {
    const prefixes = threads.get(thread) ?? [];
    threads.set(thread, prefixes);
    for (const one of list) {
      prefixes[one.id] = format.prefix(one);
      const line = format.announce(one);
      if (line === null) continue;
      writer.line(line);
      heads.n++;
    }
  };
  return {
    name,
    destination: options.path,
    sink: { series, samples },
    start: () => Promise.resolve(),
    wake: () => writer.flush(),
    finish: async () => {
      await writer.close();
      return resultOf({ name, path: options.path, writer, rejected, heads: heads.n });
    },
  };
}

function resultOf(state: {
  readonly name: string;
  readonly path: string;
  readonly writer: FileWriter;
  readonly rejected: number;
  readonly heads: number;
}): OutputResult {
  const { name, path, writer, rejected, heads } = state;
  const why = writer.failure ?? (writer.dropped > 0 ? 'the disk was too slow' : null);
  return {
    name,
    destination: path,
    written: Math.max(0, writer.written - heads),
    rejected,
    unwritten: writer.dropped,
    ...(why === null ? {} : { note: why }),
  };
}

function metricLine({ metric, custom }: SampleSeries): string {
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
