// A run as it is compared: its summary, its histograms, and how each second went.
import type { Summary } from '../../../metrics/summary.ts';
import type { Totals } from '../../../metrics/totals.ts';
import type { LogRecord } from '../../../runlog/format.ts';
import { restoreRun } from '../../../runlog/restore.ts';
import type { Sampled, Second } from './noise.ts';

/** Where a row of a trend has its percentiles (see `ViewRow`). */
const COLUMN = { 50: 5, 95: 7, 99: 8 } as const;
export type Percentile = keyof typeof COLUMN;

/** Metrics whose seconds are kept, by the view they are kept of. */
const KEPT: Readonly<Record<string, string>> = {
  dicom_reqs: 'service',
  dicom_req_duration: 'service',
  http_reqs: 'service',
  http_req_duration: 'service',
  dicom_associating: 'all',
  dicom_delivery_duration: 'all',
  iterations: 'all',
};

export interface RunSide {
  readonly summary: Summary;
  /** The load as it was planned; whatever the run log says. */
  readonly plan: unknown;
  /** Counts of a metric second by second. */
  rates(metric: string, service?: string): readonly Second[];
  /** A percentile of a metric second by second. */
  percentiles(p: Percentile, metric: string, service?: string): readonly Second[];
  /** The histogram of the whole run; null without samples. */
  sampled(metric: string, service?: string): Sampled | null;
}

/** Reads a run's folder; throws `RUNLOG_UNREADABLE`. */
export function readSide(dir: string): RunSide {
  const seconds = new Seconds();
  const { run, summary, totals } = restoreRun(dir, (record) => seconds.take(record));
  // The second in which the run ended is not a whole one.
  const whole = Math.floor(summary.run.durationMs / 1000);
  const rows = (metric: string, service?: string): (readonly number[])[] => {
    const own = seconds.of(metric, service);
    return Array.from({ length: whole }, (_, at) => own?.get(at) ?? []);
  };
  return {
    summary,
    plan: run.plan,
    rates: (metric, service) =>
      rows(metric, service).map(([, count = 0]) => ({ value: count, weight: 1 })),
    percentiles: (p, metric, service) =>
      rows(metric, service).map((row) => ({ value: row[COLUMN[p]] ?? 0, weight: row[1] ?? 0 })),
    sampled: (metric, service) => sampledOf(totals, metric, service),
  };
}

function sampledOf(totals: Totals, metric: string, service?: string): Sampled | null {
  const found = totals.find(
    ({ key }) =>
      key.metric === metric && key.view === KEPT[metric] && key.tags['service'] === service,
  );
  if (found?.total.type !== 'trend' || found.total.samples === 0) return null;
  return found.total;
}

/** Rows of the kept views by their second. */
class Seconds {
  readonly #byName = new Map<string, Map<number, readonly number[]>>();
  readonly #byId: (Map<number, readonly number[]> | undefined)[] = [];

  take(record: LogRecord): void {
    if (record.k === 'view' && KEPT[record.metric] === record.view) {
      const own = new Map<number, readonly number[]>();
      this.#byId[record.id] = own;
      this.#byName.set(nameOf(record.metric, record.tags['service']), own);
    } else if (record.k === 'rows') {
      for (const row of record.rows) this.#byId[row[0] ?? -1]?.set(record.at, row);
    }
  }

  of(metric: string, service?: string): ReadonlyMap<number, readonly number[]> | undefined {
    return this.#byName.get(nameOf(metric, service));
  }
}

const nameOf = (metric: string, service = ''): string => `${metric} ${service}`;
