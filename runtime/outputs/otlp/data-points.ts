// Records of the run log -> data points of OpenTelemetry, sums since the start of the run: counters
// and gauges each second, exponential histograms with each block of the log.
import type { ViewDecl, ViewRow } from '../../metrics/engine-types.ts';
import { RunHistogram } from '../../metrics/distribution/histogram.ts';
import type { LogRecord } from '../../runlog/format.ts';
import { cleanTags } from '../influxdb/points.ts';
import type { Point } from '../upload/client.ts';
import { ExponentialHistogram } from './exponential.ts';
import type { ExponentialBuckets } from './exponential.ts';

/** A data point, and the metric that it belongs to. */
export interface OtlpPoint extends Point {
  readonly kind: 'sum' | 'gauge' | 'histogram';
  /** UCUM: `s`, `By`, `1`. */
  readonly unit: string;
  /** ns since the epoch, decimal: since when the sums are. */
  readonly since: string;
  readonly histogram?: ExponentialBuckets & { readonly count: string; readonly sum: number };
}

interface View {
  readonly decl: ViewDecl;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: string;
  /** Multiplies a value of the log. */
  readonly scale: number;
  readonly sums: number[];
  readonly histogram: ExponentialHistogram;
  /** Sums of a trend by second, until its block comes. */
  waiting: { readonly at: number; readonly sum: number }[];
}

/** Reads records in file order from the first one on. */
export class DataPointMaker {
  #t0 = 0;
  readonly #views: View[] = [];

  points(record: LogRecord): OtlpPoint[] {
    switch (record.k) {
      case 'run':
        this.#t0 = Math.floor(record.t0 / 1000);
        return [];
      case 'view':
        this.#views[record.id] = viewOf(record);
        return [];
      case 'rows':
        return record.rows.flatMap((row) => this.#row(row, record.at));
      case 'block':
        return record.h.flatMap(([id, encoded]) => this.#block(id, encoded, record.to));
      default:
        return [];
    }
  }

  #row(row: ViewRow, at: number): OtlpPoint[] {
    const [id, a, b] = row;
    const view = this.#views[id ?? -1];
    if (view === undefined) return [];
    const { type } = view.decl;
    if (type === 'gauge') {
      return isNumber(a) ? [this.#point(view, at, a * view.scale)] : [];
    }
    if (type === 'trend') {
      if (isNumber(b)) view.waiting.push({ at, sum: b * view.scale });
      return [];
    }
    const [first, second] = [this.#added(view, 0, a), this.#added(view, 1, b)];
    if (type === 'counter') return [this.#point(view, at, first)];
    return [this.#point(view, at, first, '.passes'), this.#point(view, at, second, '.fails')];
  }

  #added(view: View, at: number, more: number | undefined): number {
    const scale = view.decl.type === 'counter' ? view.scale : 1;
    return (view.sums[at] = (view.sums[at] ?? 0) + (isNumber(more) ? more * scale : 0));
  }

  /** Blocks come a little after their seconds: what belongs to later ones waits. */
  #block(id: number, encoded: string, to: number): OtlpPoint[] {
    const view = this.#views[id];
    if (view === undefined) return [];
    const histogram = new RunHistogram();
    histogram.addEncoded(encoded);
    for (const { upTo, count } of histogram.distribution()) {
      view.histogram.add(upTo * view.scale, count);
    }
    let last = 0;
    for (const { at, sum } of view.waiting) {
      if (at >= to) continue;
      view.sums[0] = (view.sums[0] ?? 0) + sum;
      last = Math.max(last, at);
    }
    view.waiting = view.waiting.filter(({ at }) => at >= to);
    const sum = view.sums[0] ?? 0;
    const point = this.#point(view, last, sum);
    const count = String(view.histogram.count);
    return [{ ...point, histogram: { ...view.histogram.encoded(), count, sum } }];
  }

  #point(view: View, at: number, value: number, ending = ''): OtlpPoint {
    const { metric, type } = view.decl;
    return {
      measurement: `${metric}${ending}`,
      kind: KINDS[type],
      unit: view.unit,
      tags: view.attributes,
      fields: { value },
      since: `${this.#t0}000000000`,
      // the end of the second that a row is of: a sum at the start of all would span no time
      timestamp: `${this.#t0 + at + 1}000000000`,
    };
  }
}

const KINDS = { counter: 'sum', rate: 'sum', gauge: 'gauge', trend: 'histogram' } as const;

function viewOf(decl: ViewDecl): View {
  const isTime = decl.contains === 'time';
  return {
    decl,
    attributes: cleanTags({ ...decl.tags, view: decl.view }),
    unit: isTime ? 's' : decl.contains === 'data' ? 'By' : '1',
    scale: isTime ? 0.001 : 1,
    sums: [0, 0],
    histogram: new ExponentialHistogram(),
    waiting: [],
  };
}

function isNumber(value: number | undefined | null): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
