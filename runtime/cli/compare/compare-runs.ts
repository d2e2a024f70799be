// What changed from one run to another, figure by figure. Pure.
import type { OperationRow, Summary } from '../../metrics/summary.ts';
import { percent, rate, time } from '../../report/format.ts';
import type { Style } from '../terminal.ts';

export interface CompareRow {
  /** `C-STORE p95`. */
  readonly figure: string;
  readonly before: number;
  readonly after: number;
  /** (after - before) / before; null when before is 0. */
  readonly change: number | null;
  readonly verdict: 'better' | 'same' | 'worse';
  readonly unit: 'ms' | 'per second' | 'share' | 'count';
}

interface Figure {
  readonly name: string;
  readonly unit: CompareRow['unit'];
  /** Whether more is good. */
  readonly moreIsBetter: boolean;
  readonly of: (summary: Summary) => number | undefined;
}

/** Shares below this are noise. */
const SMALL_SHARE = 0.001;
/** Times that differ by less are noise. */
const SMALL_MS = 0.5;

/** Rows for every figure that both runs have. `tolerance` is a share: 0.1 = 10 %. */
export function compareRuns(
  before: Summary,
  after: Summary,
  tolerance: number,
): readonly CompareRow[] {
  const services = before.operations
    .map(({ service }) => service)
    .filter((service) => after.operations.some((row) => row.service === service));
  const figures = [...services.flatMap(serviceFigures), ...RUN_FIGURES];
  return figures.flatMap((figure) => {
    const [from, to] = [figure.of(before), figure.of(after)];
    return from === undefined || to === undefined ? [] : [rowOf(figure, from, to, tolerance)];
  });
}

function rowOf(figure: Figure, before: number, after: number, tolerance: number): CompareRow {
  const { name, unit, moreIsBetter } = figure;
  const change = before === 0 ? null : (after - before) / before;
  const noise = unit === 'share' ? SMALL_SHARE : unit === 'ms' ? SMALL_MS : 0;
  const differs =
    Math.abs(after - before) > noise && (change === null || Math.abs(change) > tolerance);
  const verdict = !differs ? 'same' : after > before === moreIsBetter ? 'better' : 'worse';
  return { figure: name, before, after, change, verdict, unit };
}

function serviceFigures(service: string): readonly Figure[] {
  const row = (summary: Summary): OperationRow | undefined =>
    summary.operations.find((one) => one.service === service);
  const trend = (statistic: 'med' | 'p95' | 'p99'): Figure => ({
    name: `${service} ${statistic === 'med' ? 'p50' : statistic}`,
    unit: 'ms',
    moreIsBetter: false,
    of: (summary) => row(summary)?.duration?.[statistic],
  });
  return [
    {
      name: `${service} rate`,
      unit: 'per second',
      moreIsBetter: true,
      of: (summary) => row(summary)?.ratePerSecond,
    },
    trend('med'),
    trend('p95'),
    trend('p99'),
    {
      name: `${service} failed`,
      unit: 'share',
      moreIsBetter: false,
      of: (summary) => row(summary)?.failedShare,
    },
  ];
}

const RUN_FIGURES: readonly Figure[] = [
  {
    name: 'associations failed',
    unit: 'share',
    moreIsBetter: false,
    of: ({ associations: { requested, accepted } }) =>
      requested === 0 ? undefined : (requested - accepted) / requested,
  },
  {
    name: 'association p95',
    unit: 'ms',
    moreIsBetter: false,
    of: ({ associations }) => associations.associating?.p95,
  },
  {
    name: 'missing',
    unit: 'count',
    moreIsBetter: false,
    of: ({ delivery: { routes } }) =>
      routes.length === 0 ? undefined : routes.reduce((sum, route) => sum + route.missing, 0),
  },
  {
    name: 'iterations failed',
    unit: 'share',
    moreIsBetter: false,
    of: ({ execution: { iterations, failed } }) =>
      iterations === 0 ? undefined : failed / iterations,
  },
];

/** A table, the worse ones marked by word and colour. */
export function compareText(
  rows: readonly CompareRow[],
  paint: (style: Style, text: string) => string,
): string {
  const cells = rows.map((row) => [
    row.figure,
    shown(row.before, row.unit),
    shown(row.after, row.unit),
    row.change === null ? '' : `${row.change > 0 ? '+' : ''}${Math.round(100 * row.change)}%`,
    row.verdict,
  ]);
  const table = [['figure', 'before', 'after', 'change', ''], ...cells];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...table.map((row) => (row[i] ?? '').length)));
  const lines = table.map((row) => {
    const [name = '', ...numbers] = row.slice(0, 4);
    const padded = numbers.map((text, i) => text.padStart(widths[i + 1] ?? 0));
    return `${name.padEnd(widths[0] ?? 0)}  ${padded.join('  ')}  ${word(row[4] ?? '', paint)}`.trimEnd();
  });
  const worse = rows.filter((row) => row.verdict === 'worse').length;
  const last = worse === 0 ? 'no regression' : `${worse} figures are worse`;
  return `${[...lines, '', last].join('\n')}\n`;
}

function word(verdict: string, paint: (style: Style, text: string) => string): string {
  if (verdict === 'worse') return paint('red', verdict);
  return verdict === 'better' ? paint('green', verdict) : '';
}

function shown(value: number, unit: CompareRow['unit']): string {
  if (unit === 'ms') return time(value);
  if (unit === 'share') return percent(value);
  return unit === 'per second' ? `${rate(value)}/s` : String(value);
}
