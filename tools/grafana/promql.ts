// PromQL for the dashboards, over what `--out prometheus=URL` writes: sums since the start of a run,
// buckets each 10 s. Times are in seconds there and in ms on the panels.
import { METRIC_TABLE } from '../../api/k6/metric-table.ts';
import type { Ask, Dialect, Stat, Where } from './asks.ts';
import type { PromTarget } from './schema.ts';

interface Metric {
  /** Without `_total`. */
  readonly name: string;
  /** Brings a value to the unit of the panels. */
  readonly scale: string;
  readonly isTrend: boolean;
}

function metricOf(metric: string): Metric {
  const row = METRIC_TABLE.find(({ name }) => name === metric);
  const isTime = row?.contains === 'time';
  const unit = isTime ? '_seconds' : row?.contains === 'data' ? '_bytes' : '';
  return {
    name: `${metric}${unit}`,
    scale: isTime ? '1000 * ' : '',
    isTrend: row?.type === 'trend',
  };
}

function selector({ view, chosen = [], not = {} }: Where): string {
  return [
    'testid=~"$testid"',
    `view="${view}"`,
    ...chosen.map((tag) => `${tag}=~"$${tag}"`),
    ...Object.entries(not).map(([tag, value]) => `${tag}!="${value}"`),
  ].join(',');
}

/** Of the seconds of a point; four scrape intervals of the data source at least. */
const WINDOW = '[$__rate_interval]';

class Question {
  readonly metric: Metric;
  readonly #selector: string;
  readonly #by: readonly string[];

  constructor({ metric, where, by = [] }: Ask) {
    this.metric = metricOf(metric);
    this.#selector = selector(where);
    this.#by = by;
  }

  /** Sum over the series of `NAME_ending`, by the tags asked for. */
  sum(ending: string, wrap: (series: string) => string, more: readonly string[] = []): string {
    const tags = [...more, ...this.#by].join(', ');
    const series = `${this.metric.name}${ending}{${this.#selector}}`;
    return `sum${tags === '' ? '' : ` by (${tags})`} (${wrap(series)})`;
  }

  /** The highest of a gauge, not their sum. */
  gauge(): string {
    return `${this.metric.scale}max(${this.metric.name}{${this.#selector}})`;
  }

  quantile(stat: string, wrap: (series: string) => string): string {
    const q = Number(`0.${stat.slice(1)}`);
    return `${this.metric.scale}histogram_quantile(${q}, ${this.sum('_bucket', wrap, ['le'])})`;
  }
}

const rate = (series: string): string => `rate(${series}${WINDOW})`;

/** Sums as they were last: of the chosen time, or, a point a run, of the time of a point. */
const lastOf =
  (run = false) =>
  (series: string): string =>
    `last_over_time(${series}[${run ? '$__interval' : '$__range'}])`;

/** By seconds in which there was something: a counter has a value for each, and one before. */
const perSecondOf =
  (run = false) =>
  (series: string): string => {
    const range = run ? '$__interval' : '$__range';
    return `last_over_time(${series}[${range}]) / clamp_min(count_over_time(${series}[${range}]) - 1, 1)`;
  };

function share(of: Question, run?: boolean): string {
  const [passes, fails] = ['_passes_total', '_fails_total'].map((end) => of.sum(end, lastOf(run)));
  return `${passes} / (${passes} + ${fails})`;
}

function statOf(ask: Ask & { readonly kind: 'total' }, stat: Stat): string | null {
  const of = new Question(ask);
  const { isTrend } = of.metric;
  switch (stat) {
    case 'count':
      return of.sum(isTrend ? '_count' : '_total', lastOf(ask.run));
    case 'passes':
    case 'fails':
      return of.sum(`_${stat}_total`, lastOf(ask.run));
    case 'rate':
      return METRIC_TABLE.find(({ name }) => name === ask.metric)?.type === 'rate'
        ? share(of, ask.run)
        : of.sum('_total', perSecondOf(ask.run));
    case 'max':
      return null; // buckets do not know it
    default:
      return of.quantile(stat, lastOf(ask.run));
  }
}

/** Expressions of one question; several only of a table's. */
function expressions(ask: Ask): readonly string[] {
  const of = new Question(ask);
  switch (ask.kind) {
    case 'perSecond':
      return [of.sum(ask.field === 'count' ? '_total' : `_${ask.field}_total`, rate)];
    case 'soFar':
      return [of.sum('_total', lastOf())];
    case 'shareSoFar':
      return [share(of)];
    case 'gauge':
      return [of.gauge()];
    case 'percentile':
      return [of.quantile(ask.of, rate)];
    case 'samples':
      return [of.sum('_bucket', rate, ['le'])];
    case 'total':
      return told(ask).map(({ expr }) => expr);
    case 'events':
      return []; // Prometheus has no place for them
  }
}

function told(ask: Ask & { readonly kind: 'total' }): { expr: string; column: string }[] {
  return (Object.entries(ask.stats) as [Stat, string][]).flatMap(([stat, column]) => {
    const expr = statOf(ask, stat);
    return expr === null ? [] : [{ expr, column }];
  });
}

export const promql: Dialect = {
  source: { type: 'prometheus', uid: '${datasource}' },
  targets: (ask, format) => {
    const instant = format === 'table' || (ask.kind === 'total' && ask.run !== true);
    const { alias } = ask;
    return expressions(ask).map((expr): Omit<PromTarget, 'refId'> => ({
      datasource: promql.source,
      editorMode: 'code',
      expr,
      ...(instant ? { instant: true, range: false } : { instant: false, range: true }),
      format: ask.kind === 'samples' ? 'heatmap' : format,
      legendFormat: (alias ?? '').replace(/\$tag_(\w+)/g, '{{$1}}'),
    }));
  },
  columns: (asks) => {
    const columns = asks.flatMap((ask) => (ask.kind === 'total' ? told(ask) : []));
    return Object.fromEntries(columns.map(({ column }, at) => [`Value #${LETTERS[at]}`, column]));
  },
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
