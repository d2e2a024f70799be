// One second of several parts as one: the rows of each view put together.
import type { ViewDecl, ViewRow } from '../../metrics/engine-types.ts';

/** Numbers of VUs are there once in each part: the whole has their sum. */
const SUMMED = /^vus(_max)?$/;
/** How a generator fares: of several, the worst is told. */
const WORST = /^generator_/;

/** A gauge that stands between its samples, and adds up over the parts. */
export const isStanding = ({ metric, type }: ViewDecl): boolean =>
  type === 'gauge' && SUMMED.test(metric);

/** `rows` of one view, of one part each, in the order of their time. */
export function combined(decl: ViewDecl, rows: readonly ViewRow[]): number[] {
  const column = (at: number): number[] => rows.map((row) => row[at] ?? 0);
  const sum = (at: number): number => column(at).reduce((all, value) => all + value, 0);
  const least = (at: number): number => Math.min(...column(at));
  const most = (at: number): number => Math.max(...column(at));
  switch (decl.type) {
    case 'counter':
    case 'rate':
      return [decl.id, sum(1), sum(2)];
    case 'trend':
      // The percentiles of the second: none of the whole can be above those of the worst part.
      return [decl.id, sum(1), sum(2), least(3), ...[4, 5, 6, 7, 8, 9].map(most)];
    case 'gauge': {
      if (SUMMED.test(decl.metric)) return summed(decl.id, rows);
      const last = WORST.test(decl.metric) ? most(1) : (rows.at(-1)?.[1] ?? 0);
      return [decl.id, last, least(2), most(3), sum(4), sum(5)];
    }
  }
}

/** Value, least, most and mean are those of the parts, added up. */
function summed(id: number, rows: readonly ViewRow[]): number[] {
  const sum = (of: (row: ViewRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const samples = Math.max(...rows.map(([, , , , n = 0]) => n));
  const mean = sum(([, , , , n = 0, total = 0]) => (n === 0 ? 0 : total / n));
  const of = (at: number): number => sum((row) => row[at] ?? 0);
  return [id, of(1), of(2), of(3), samples, mean * samples];
}
