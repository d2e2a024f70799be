// mode=raw: one point per sample, field `value`. Points of one series and timestamp overwrite each
// other in InfluxDB, so each thread (`w`) gets strictly increasing nanoseconds.
import type { LogRecord } from '../../runlog/format.ts';
import type { Point } from '../upload/client.ts';
import { cleanName, cleanTags, runTags } from './points.ts';

interface Series {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface Thread {
  readonly series: Series[];
  lastNs: number;
}

export class RawPointMaker {
  #run: Record<string, string> = {};
  #t0 = 0n;
  readonly #threads = new Map<number, Thread>();

  /** Of a record of samples.ndjson; read from the first one on. */
  points(record: LogRecord): Point[] {
    switch (record.k) {
      case 'run':
        this.#run = runTags(record);
        this.#t0 = BigInt(Math.floor(record.t0)) * 1_000_000n;
        return [];
      case 'series': {
        const thread = this.#thread(record.w);
        for (const { id, metric, tags } of record.series) {
          const clean = cleanTags({ ...tags, ...this.#run, w: String(record.w) });
          thread.series[id] = { measurement: cleanName(metric), tags: clean };
        }
        return [];
      }
      case 'samples':
        return this.#samples(record);
      default:
        return [];
    }
  }

  #samples(record: Extract<LogRecord, { k: 'samples' }>): Point[] {
    const thread = this.#thread(record.w);
    const points: Point[] = [];
    record.s.forEach((id, i) => {
      const series = thread.series[id];
      const value = record.v[i];
      if (series === undefined || value === undefined || value === null) return;
      // µs * 1000 stays exact for a hundred days, relative to t0
      const ns = Math.max(thread.lastNs + 1, (record.t[i] ?? 0) * 1000);
      thread.lastNs = ns;
      points.push({ ...series, fields: { value }, timestamp: String(this.#t0 + BigInt(ns)) });
    });
    return points;
  }

  #thread(number: number): Thread {
    let thread = this.#threads.get(number);
    if (thread === undefined) {
      this.#threads.set(number, (thread = { series: [], lastNs: -Number.MAX_SAFE_INTEGER }));
    }
    return thread;
  }
}
