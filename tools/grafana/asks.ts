// What a panel asks, as data: each language of a data source makes its own text of it. Exactly one
// view is selected: views overlap, so that selecting two would count everything twice.
import type { DataSource, Target } from './schema.ts';

export interface Where {
  readonly view: string;
  /** Tags that a variable of the dashboard chooses: `service` by `$service`. */
  readonly chosen?: readonly string[];
  /** Tags that must not have this value. */
  readonly not?: Readonly<Record<string, string>>;
}

interface About {
  readonly metric: string;
  readonly where: Where;
  /** A series for each value of these tags. */
  readonly by?: readonly string[];
  /** Name of the series; `$tag_NAME` stands for the value of a tag. */
  readonly alias?: string;
}

export type Ask = About &
  (
    | { readonly kind: 'perSecond'; readonly field: 'count' | 'passes' | 'fails' }
    | { readonly kind: 'soFar' }
    /** Passes of all; of the run so far. */
    | { readonly kind: 'shareSoFar' }
    | { readonly kind: 'gauge'; readonly how: 'max' | 'last' }
    /** A percentile: `p95`. Those of several seconds are never averaged. */
    | { readonly kind: 'percentile'; readonly of: Percentile }
    /** Figures of a whole run; `run`: one point a run over time. */
    | { readonly kind: 'total'; readonly stats: Stats; readonly run?: boolean }
    /** Single requests, where the source has them. */
    | { readonly kind: 'samples' }
    | { readonly kind: 'events' }
  );

export type Percentile = 'p50' | 'p95' | 'p99' | 'p999';
export type Stat = Percentile | 'count' | 'rate' | 'passes' | 'fails' | 'max';
/** Figure -> what its column is called. */
export type Stats = Partial<Readonly<Record<Stat, string>>>;
export type Format = 'time_series' | 'table';

/** The language of a data source. */
export interface Dialect {
  readonly source: DataSource;
  /** Queries of one question; none where the source does not hold the answer. */
  targets(ask: Ask, format: Format): readonly Omit<Target, 'refId'>[];
  /** Names of the columns of a table, by what Grafana calls them; null: the query says them. */
  columns(asks: readonly Ask[]): Readonly<Record<string, string>> | null;
}

/** Tags of every view that `$by` may choose; absent ones are empty in a name. */
export const VIEW_TAGS = [
  'service',
  'route',
  'modality',
  'size_class',
  'status',
  'called_aet',
  'scenario',
  'stage',
];

/** The service of the dashboard's variable. */
export const SERVICE: Where = { view: 'service', chosen: ['service'] };
export const ALL: Where = { view: 'all' };

export const perSecond = (
  metric: string,
  where: Where,
  more: { field?: 'count' | 'passes' | 'fails'; by?: readonly string[]; alias?: string } = {},
): Ask => ({ kind: 'perSecond', field: 'count', metric, where, ...more });

export const gauge = (metric: string, alias: string, how: 'max' | 'last' = 'max'): Ask => ({
  ...{ kind: 'gauge', metric, where: ALL, how, alias },
});

export const percentile = (
  of: Percentile,
  metric: string,
  where: Where,
  more: { by?: readonly string[]; alias?: string },
): Ask => ({ kind: 'percentile', of, metric, where, ...more });

export const total = (
  stats: Stats,
  metric: string,
  where: Where,
  more: { by?: readonly string[]; alias?: string; run?: boolean } = {},
): Ask => ({ kind: 'total', stats, metric, where, ...more });
