// Records of the run log -> InfluxDB points. Pure, and the same for every replay: a record gives
// the same series and timestamp each time, so that importing twice adds nothing.
import type { ViewDecl, ViewRow } from '../../metrics/engine-types.ts';
import type { Point } from '../upload/client.ts';
import type { LogRecord, RunRecord } from '../../runlog/format.ts';

const ROW_FIELDS = {
  trend: ['count', 'sum', 'min', 'max', 'p50', 'p90', 'p95', 'p99', 'p999'],
  counter: ['count'],
  rate: ['passes', 'fails'],
  gauge: ['value', 'min', 'max'],
} as const;

/** Reads records in file order from the first one on. */
export class PointMaker {
  #run: Record<string, string> = {};
  #t0 = 0;
  #events = 0;
  readonly #views: ViewDecl[] = [];

  points(record: LogRecord): Point[] {
    switch (record.k) {
      case 'run':
        this.#run = runTags(record);
        this.#t0 = record.t0;
        return [];
      case 'view':
        this.#views[record.id] = record;
        return [];
      case 'rows':
        return this.#viewPoints(record.rows, record.at, record.ms, (view) => view.metric);
      case 'totals':
        return this.#viewPoints(record.rows, record.at, record.ms, () => 'dicomrun_total');
      case 'event':
        return [this.#event(record.at, record)];
      default:
        return [];
    }
  }

  /** Whole seconds: the wall clock of the second in which t0 lies, plus `at`. */
  #seconds(at: number): string {
    return `${Math.floor(this.#t0 / 1000) + at}000000000`;
  }

  #viewPoints(
    rows: readonly ViewRow[],
    at: number,
    ms: number,
    measurementOf: (view: ViewDecl) => string,
  ): Point[] {
    const extra = (view: ViewDecl): Record<string, string> =>
      measurementOf(view) === view.metric ? {} : { metric: view.metric };
    const timestamp = this.#seconds(at);
    const points: Point[] = [];
    for (const row of rows) {
      const view = this.#views[row[0] ?? -1];
      if (view === undefined) continue;
      const measurement = measurementOf(view);
      points.push({
        measurement: cleanName(measurement),
        tags: cleanTags({ ...view.tags, ...extra(view), ...this.#run, view: view.view }),
        fields: fieldsOf(view, row, ms),
        timestamp,
      });
    }
    return points;
  }

  #event(
    at: number,
    event: { readonly type: string; readonly title: string; readonly text: string },
  ): Point {
    // the running number keeps two events of one millisecond apart
    const ns = BigInt(Math.floor(this.#t0 + at)) * 1_000_000n + BigInt(this.#events++ % 1_000_000);
    return {
      measurement: 'dicomrun_events',
      tags: cleanTags({ ...this.#run, type: event.type }),
      fields: { title: cleanText(event.title), text: cleanText(event.text) },
      timestamp: String(ns),
    };
  }
}

function fieldsOf(view: ViewDecl, row: ViewRow, ms: number): Record<string, number> {
  const fields: Record<string, number> = {};
  ROW_FIELDS[view.type].forEach((name, i) => {
    const value = row[i + 1];
    // a number that cannot be told is null in the log, and InfluxDB refuses it
    if (typeof value === 'number' && Number.isFinite(value)) fields[name] = value;
  });
  if (view.type === 'counter') fields['rate'] = ms <= 0 ? 0 : (fields['count'] ?? 0) / (ms / 1000);
  if (view.type === 'rate') {
    const all = (fields['passes'] ?? 0) + (fields['fails'] ?? 0);
    fields['rate'] = all === 0 ? 0 : (fields['passes'] ?? 0) / all;
  }
  return fields;
}

/** What tells this run, and its part of the plan, from all others. */
export function runTags({ id, part }: RunRecord): Record<string, string> {
  return part === undefined ? { testid: id } : { testid: id, part };
}

/** The client does not escape measurement names well: keep them plain. */
export function cleanName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.:-]/g, '_');
}

/**
 * Tags that survive the line protocol: no empty ones, no control characters (a line break would
 * start another point), no backslash at the end, not the reserved name `time`.
 */
export function cleanTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(tags)) {
    const text = cleanText(value).replace(/\\+$/, '').trim();
    const key = cleanText(name).replace(/\\+$/, '').trim();
    if (text !== '' && key !== '') clean[key === 'time' ? 'time_' : key] = text;
  }
  return clean;
}

function cleanText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
