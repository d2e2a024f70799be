// From the records of a run and its summary to the data of the report.
import { FAMILIES } from '../../metrics/families.ts';
import type { RequestFamily } from '../../metrics/families.ts';
import type { Summary } from '../../metrics/summary.ts';
import type { Totals, ViewTotals } from '../../metrics/totals.ts';
import type { LogRecord, Setting } from '../../runlog/format.ts';
import { REPORT_SCHEMA, type BreakdownRow, type Distribution, type PhaseRow } from './data.ts';
import type { ReportData, ReportEvent, Timeline } from './data.ts';
import { dueColumn, dueOf } from './due-column.ts';
import { ScatterCollector } from './scatter.ts';
import { TimelineBuilder } from './timeline.ts';

/** Takes every record of a run once, in order; answers the report's data at any moment. */
export class ReportCollector {
  readonly #timeline = new TimelineBuilder();
  readonly #scatter = new ScatterCollector();
  readonly #events: ReportEvent[] = [];
  #plan: unknown = null;
  #settings: readonly Setting[] = [];

  take(record: LogRecord): void {
    this.#timeline.take(record);
    if (record.k === 'points') this.#scatter.take(record);
    if (record.k === 'run') {
      this.#plan = record.plan ?? null;
      this.#settings = record.settings ?? [];
    }
    if (record.k !== 'event') return;
    const { at, type, title, text } = record;
    this.#events.push({ at: Math.max(0, at / 1000), type, title, text });
  }

  data(summary: Summary, totals: Totals, live = false): ReportData {
    const { durationMs } = summary.run;
    const timeline = this.#timeline.build(Math.ceil(durationMs / 1000));
    const leftMs = live ? endOf(this.#plan) - durationMs : 0;
    return {
      ...(leftMs > 0 ? { leftMs } : {}),
      schema: REPORT_SCHEMA,
      live,
      summary,
      services: servicesOf(totals),
      timeline: rounded(withDue(timeline, this.#plan)),
      scatter: this.#scatter.build(),
      distributions: distributionsOf(totals),
      breakdown: breakdownOf(totals),
      phases: phasesOf(totals),
      events: this.#events,
      plan: this.#plan,
      settings: this.#settings,
    };
  }
}

/** When the plan of a run log has no more work, ms after t0; 0 where it does not say. */
function endOf(plan: unknown): number {
  const ends = (plan as { readonly regularDurationMs?: unknown } | null)?.regularDurationMs;
  return typeof ends === 'number' ? ends : 0;
}

/** With the starts that a replayed recording asked for. */
function withDue(timeline: Timeline, plan: unknown): Timeline {
  const due = dueOf(plan);
  if (due === null) return timeline;
  const { time, bucketSeconds, columns } = timeline;
  return { ...timeline, columns: { ...columns, due: dueColumn(due, time, bucketSeconds) } };
}

/** Services with requests, the busiest first. */
function servicesOf(totals: Totals): string[] {
  return ofFamilies(totals, 'reqs', 'service')
    .filter(({ total }) => total.samples > 0)
    .sort((a, b) => countOf(b) - countOf(a))
    .map(({ key }) => key.tags['service'] ?? '');
}

function of(totals: Totals, metric: string, view: string): ViewTotals[] {
  return totals.filter(({ key }) => key.metric === metric && key.view === view);
}

/** Of both protocols: a service is of one of them. */
function ofFamilies(totals: Totals, part: keyof RequestFamily, view: string): ViewTotals[] {
  return FAMILIES.flatMap((family) => of(totals, family[part], view));
}

function countOf({ total }: ViewTotals): number {
  if (total.type === 'counter') return total.count;
  return total.type === 'rate' ? total.passes : total.samples;
}

const PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];
/** Buckets of the histogram per factor of ten. */
const PER_DECADE = 10;

function distributionsOf(totals: Totals): Distribution[] {
  return ofFamilies(totals, 'duration', 'service').flatMap(({ key, total }) => {
    if (total.type !== 'trend' || total.samples === 0) return [];
    // Of a run that goes on, the first histogram comes after ten seconds.
    if (!Number.isFinite(total.percentile(50))) return [];
    const percentiles = PERCENTILES.map((p) => [p, significant(total.percentile(p))] as const);
    return [{ service: key.tags['service'] ?? '', buckets: logBuckets(total), percentiles }];
  });
}

/** Counts by logarithmic bucket, from the percentile function: exact to one bucket of HDR. */
function logBuckets(
  total: ViewTotals['total'] & { readonly type: 'trend' },
): Distribution['buckets'] {
  const { min, max } = total.stats;
  const first = Math.floor(Math.log10(Math.max(min, 0.001)) * PER_DECADE);
  const last = Math.ceil(Math.log10(Math.max(max, 0.001)) * PER_DECADE);
  const edges = Array.from(
    { length: last - first + 1 },
    (_, at) => 10 ** ((first + at) / PER_DECADE),
  );
  let below = 0;
  return edges.map((edge) => {
    const upTo = edge >= max ? total.samples : rankOf(total, edge);
    const count = Math.max(0, upTo - below);
    below = Math.max(below, upTo);
    return [significant(edge), count] as const;
  });
}

/** How many samples are not above a value: a bisection over ranks. */
function rankOf(total: ViewTotals['total'] & { readonly type: 'trend' }, value: number): number {
  let [low, high] = [0, total.samples];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (total.percentile((middle / total.samples) * 100) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

const BREAKDOWNS: readonly (readonly [view: string, tag: string])[] = [
  ['service+route', 'route'],
  ['service+modality', 'modality'],
  ['service+size_class', 'size_class'],
  ['service+status', 'status'],
];

function breakdownOf(totals: Totals): BreakdownRow[] {
  return BREAKDOWNS.flatMap(([view, by]) => {
    const same = (part: 'failed' | 'duration', like: ViewTotals): ViewTotals | undefined =>
      ofFamilies(totals, part, view).find(
        ({ key }) =>
          key.tags['service'] === like.key.tags['service'] && key.tags[by] === like.key.tags[by],
      );
    return ofFamilies(totals, 'reqs', view).map((one) => {
      const failed = same('failed', one);
      const duration = same('duration', one)?.total;
      const trend = duration?.type === 'trend' && duration.samples > 0 ? duration.stats : null;
      return {
        view,
        by,
        service: one.key.tags['service'] ?? '',
        value: one.key.tags[by] ?? '',
        count: countOf(one),
        failed: failed ? countOf(failed) : 0,
        ...(trend && { p50: trend.med, p95: trend.p95, p99: trend.p99 }),
      };
    });
  });
}

const PHASES: readonly (readonly [metric: string, name: string])[] = [
  ['dicom_connecting', 'TCP connect'],
  ['dicom_tls_handshaking', 'TLS handshake'],
  ['dicom_associating', 'A-ASSOCIATE-RQ to AC'],
  ['dicom_req_sending', 'request: first to last byte sent'],
  ['dicom_req_waiting', 'last byte sent to first byte of the response'],
  ['dicom_req_receiving', 'response: first to last byte'],
  ['dicom_releasing', 'A-RELEASE-RQ to RP'],
  ['http_req_blocked', 'web: waiting for a connection'],
  ['http_req_sending', 'web: first to last byte sent'],
  ['http_req_waiting', 'web: last byte sent to first byte of the answer'],
  ['http_req_receiving', 'web: first to last byte of the answer'],
  ['dicom_delivery_duration', 'first byte sent to arrival at the receiver'],
  ['dicom_visible_duration', 'stored to found by C-FIND'],
  ['dicom_commit_duration', 'storage commitment requested to reported'],
];

function phasesOf(totals: Totals): PhaseRow[] {
  return PHASES.flatMap(([metric, name]) => {
    const [total] = of(totals, metric, 'all').map((one) => one.total);
    if (total?.type !== 'trend' || total.samples === 0) return [];
    const { med, p95, p99, max } = total.stats;
    return [{ name, count: total.samples, p50: med, p95, p99, max }];
  });
}

/** Four significant digits are more than a chart can show, and a third of the bytes. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

function rounded(timeline: Timeline): Timeline {
  const columns = Object.entries(timeline.columns).map(
    ([name, column]) =>
      [name, column.map((value) => (value === null ? null : significant(value)))] as const,
  );
  return { ...timeline, columns: Object.fromEntries(columns) };
}
