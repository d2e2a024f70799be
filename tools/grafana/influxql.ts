// InfluxQL for the dashboards. Identifiers are quoted (`duration` is a keyword), the time filter and
// the run are always there, and exactly one view is selected: views overlap, so that selecting two
// would count everything twice. Percentiles of several seconds are never averaged: a point that
// stands for more than a second shows the worst of them.

export const RUN = '"testid" =~ /^$testid$/';
export const EVERY = 'GROUP BY time($__interval)';

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

export interface Where {
  readonly view: string;
  /** More conditions, already InfluxQL. */
  readonly and?: readonly string[];
}

/** A SELECT over the rows of one view of a metric. */
export function select(fields: string, metric: string, where: Where, tail: string = EVERY): string {
  const conditions = [RUN, `"view" = '${where.view}'`, ...(where.and ?? []), '$timeFilter'];
  return `SELECT ${fields} FROM "${metric}" WHERE ${conditions.join(' AND ')} ${tail}`.trim();
}

/** A SELECT over the whole-run rows, which are written when a run ends. */
export function total(fields: string, metric: string, where: Where, tail = ''): string {
  return select(
    fields,
    'dicomrun_total',
    { ...where, and: [`"metric" = '${metric}'`, ...(where.and ?? [])] },
    tail,
  );
}

/** Per second, at any zoom. */
export const perSecond = (field: string): string => `sum("${field}") * 1000 / $__interval_ms`;

/** The worst second of each point. */
export const worst = (field: string): string => `max("${field}")`;

export const SERVICE = '"service" =~ /^$service$/';
