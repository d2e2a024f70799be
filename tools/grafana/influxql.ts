// InfluxQL for the dashboards. Identifiers are quoted (`duration` is a keyword), the time filter and
// the run are always there. A point that stands for more than a second shows the worst of them.
import type { Ask, Dialect, Format, Stat, Where } from './asks.ts';
import type { InfluxTarget } from './schema.ts';

const RUN = '"testid" =~ /^$testid$/';

const conditions = ({ view, chosen = [], not = {} }: Where): string[] => [
  `"view" = '${view}'`,
  ...chosen.map((tag) => `"${tag}" =~ /^$${tag}$/`),
  ...Object.entries(not).map(([tag, value]) => `"${tag}" != '${value}'`),
];

function select(fields: string, from: string, where: readonly string[], tail: string): string {
  return `SELECT ${fields} FROM "${from}" WHERE ${[RUN, ...where, '$timeFilter'].join(' AND ')} ${tail}`.trim();
}

function queryOf(ask: Ask, format: Format): string {
  const { metric, where, by = [] } = ask;
  const tags = by.map((tag) => `"${tag}"`);
  const of = conditions(where);
  const every = ['GROUP BY time($__interval)', ...tags].join(', ');
  switch (ask.kind) {
    case 'perSecond':
      return select(`sum("${ask.field}") * 1000 / $__interval_ms`, metric, of, every);
    case 'soFar':
      return select('sum("count")', metric, of, '');
    case 'shareSoFar':
      return select('sum("passes") / (sum("passes") + sum("fails"))', metric, of, '');
    case 'gauge':
      return select(`${ask.how}("value")`, metric, of, ask.how === 'last' ? '' : every);
    case 'percentile':
      return select(`max("${ask.of}")`, metric, of, every);
    case 'events':
      return EVENT_TABLE;
    case 'samples':
      return select('"value"', metric, of.slice(1), '');
    case 'total': {
      const rows = [of[0] ?? '', `"metric" = '${metric}'`, ...of.slice(1)];
      const group = tags.length === 0 ? '' : `GROUP BY ${tags.join(', ')}`;
      return select(figures(ask, format), 'dicomrun_total', rows, group);
    }
  }
}

/** Rows of a whole run are written when it ends: one a run. */
function figures({ stats, run }: Ask & { readonly kind: 'total' }, format: Format): string {
  const names = Object.entries(stats) as [Stat, string][];
  const text = names.map(([stat, name]) => {
    const figure = run === true ? `"${stat}"` : `last("${stat}")`;
    return format === 'table' ? `${figure} AS "${name}"` : figure;
  });
  return text.join(', ');
}

export const influxql: Dialect = {
  source: { type: 'influxdb', uid: '${datasource}' },
  targets: (ask, format) => {
    const { alias } = ask;
    const target: Omit<InfluxTarget, 'refId'> = {
      datasource: influxql.source,
      rawQuery: true,
      query: queryOf(ask, format),
      resultFormat: format,
      ...(alias !== undefined && { alias }),
    };
    return [target];
  },
  columns: () => null,
};

/** Start, stages, thresholds crossed and end. */
export const EVENTS = `SELECT "title", "text", "type" FROM "dicomrun_events" WHERE ${RUN} AND $timeFilter`;
const EVENT_TABLE = `SELECT "testid", "type", "title", "text" FROM "dicomrun_events" WHERE ${RUN} AND $timeFilter ORDER BY time DESC LIMIT 200`;
