// Records of the run log -> samples of Prometheus. Rows are increments, Prometheus wants sums since
// the start: counters begin at 0 one second before their first row, so that `increase()` sees all.
import type { ViewDecl, ViewRow } from '../../metrics/engine-types.ts';
import { RunHistogram } from '../../metrics/distribution/histogram.ts';
import type { LogRecord } from '../../runlog/format.ts';
import { cleanTags, runTags } from '../influxdb/points.ts';
import type { Point } from '../upload/client.ts';

/** Six a decade: a quantile is within a bucket, at most 1.67 times the true one. */
const STEPS = [1, 1.5, 2, 3, 5, 7];
/** Upper edges, in the unit of Prometheus: 0.1 ms to 700 s, and 1 to 7 million of anything else. */
const SECONDS = edges(-4, 2);
const NUMBERS = edges(0, 6);

function edges(from: number, to: number): readonly number[] {
  const all: number[] = [];
  for (let decade = from; decade <= to; decade++) {
    for (const step of STEPS) all.push(Number(`${step}e${decade}`));
  }
  return all;
}

interface View {
  readonly decl: ViewDecl;
  /** Name with its unit, without `_total`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Multiplies a value of the log. */
  readonly scale: number;
  readonly edges: readonly number[];
  /** Sums since the start, as many as the type has. */
  readonly sums: number[];
  /** Samples up to each edge, and all of them. */
  readonly buckets: number[];
  begun: boolean;
  blocks: boolean;
}

/** Reads records in file order from the first one on. */
export class SeriesMaker {
  #run: Record<string, string> = {};
  #t0 = 0;
  /** Second of the newest rows: the last block is stamped no later, though it could be longer. */
  #at = 0;
  readonly #views: View[] = [];

  points(record: LogRecord): Point[] {
    switch (record.k) {
      case 'run':
        this.#run = runTags(record);
        this.#t0 = Math.floor(record.t0 / 1000);
        return [];
      case 'view':
        this.#views[record.id] = this.#view(record);
        return [];
      case 'rows':
        this.#at = record.at;
        return record.rows.flatMap((row) => this.#row(row, record.at));
      case 'block':
        return record.h.flatMap(([id, encoded]) => this.#block(id, encoded, record));
      default:
        return [];
    }
  }

  #view(decl: ViewDecl): View {
    const isTime = decl.contains === 'time';
    const unit = isTime ? '_seconds' : decl.contains === 'data' ? '_bytes' : '';
    const limits = isTime ? SECONDS : NUMBERS;
    return {
      decl,
      name: cleanMetric(`${decl.metric}${unit}`),
      labels: cleanLabels({ ...decl.tags, ...this.#run, view: decl.view }),
      scale: isTime ? 0.001 : 1,
      edges: limits,
      sums: [0, 0],
      buckets: new Array<number>(limits.length + 1).fill(0),
      ...{ begun: false, blocks: false },
    };
  }

  #row(row: ViewRow, at: number): Point[] {
    const view = this.#views[row[0] ?? -1];
    if (view === undefined) return [];
    const [, a, b] = row;
    if (view.decl.type === 'gauge') {
      return isNumber(a) ? [this.#point(view, view.name, a * view.scale, at)] : [];
    }
    const names = NAMES[view.decl.type].map((suffix) => `${view.name}${suffix}`);
    const points = view.begun ? [] : names.map((name) => this.#point(view, name, 0, at - 1));
    view.begun = true;
    const scales = view.decl.type === 'trend' ? [1, view.scale] : [view.scale, 1];
    names.forEach((name, i) => {
      const more = i === 0 ? a : b;
      if (isNumber(more)) view.sums[i] = (view.sums[i] ?? 0) + more * (scales[i] ?? 1);
      points.push(this.#point(view, name, view.sums[i] ?? 0, at));
    });
    return points;
  }

  /** Cumulative over time and over edges, as classic histograms are. */
  #block(
    id: number,
    encoded: string,
    span: { readonly from: number; readonly to: number },
  ): Point[] {
    const view = this.#views[id];
    if (view === undefined) return [];
    const points = view.blocks ? [] : this.#buckets(view, span.from - 1);
    view.blocks = true;
    const histogram = new RunHistogram();
    histogram.addEncoded(encoded);
    for (const { upTo, count } of histogram.distribution()) {
      const at = view.edges.findIndex((edge) => upTo * view.scale <= edge);
      const index = at < 0 ? view.edges.length : at;
      view.buckets[index] = (view.buckets[index] ?? 0) + count;
    }
    return [...points, ...this.#buckets(view, Math.min(span.to - 1, this.#at))];
  }

  #buckets(view: View, at: number): Point[] {
    let sum = 0;
    return view.buckets.map((count, i) => {
      sum += count;
      const le = view.edges[i] === undefined ? '+Inf' : String(view.edges[i]);
      const point = this.#point(view, `${view.name}_bucket`, sum, at);
      return { ...point, tags: { ...point.tags, le } };
    });
  }

  #point({ labels }: View, measurement: string, value: number, at: number): Point {
    const timestamp = `${this.#t0 + at}000000000`;
    return { measurement, tags: labels, fields: { value }, timestamp };
  }
}

/** Endings by type, in the order of a row's columns. */
const NAMES = {
  counter: ['_total'],
  rate: ['_passes_total', '_fails_total'],
  trend: ['_count', '_sum'],
} as const;

function isNumber(value: number | undefined | null): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function cleanMetric(name: string): string {
  return name.replace(/[^A-Za-z0-9_:]/g, '_').replace(/^(?=\d)/, '_');
}

function cleanLabels(tags: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(cleanTags(tags));
  return Object.fromEntries(pairs.map(([name, value]) => [labelName(name), value]));
}

/** `le` and what begins with `__` have a meaning of their own. */
function labelName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  return plain === 'le' || plain.startsWith('__') ? `tag_${plain}` : plain;
}
