// Two runs side by side, as text.
import { percent, plural, rate, time } from '../../../metrics/numbers.ts';
import type { Style } from '../../terminal.ts';
import type { CompareRow, CompareVerdict, RunChange } from './compare-runs.ts';
import type { Unit } from './figures.ts';

type Paint = (style: Style, text: string) => string;

/** What stands over the cells; the verdict needs no word. */
export const HEAD = ['figure', 'before', 'after', 'change', 'noise', ''];

/** A table, the worse ones marked by word and colour, and what that comes to. */
export function compareText(judged: RunChange, paint: Paint, plusMinus = '±'): string {
  const { rows } = judged;
  const table = [HEAD, ...rows.map((row) => cellsOf(row, plusMinus))];
  const widths = HEAD.map((_, i) => Math.max(...table.map((row) => (row[i] ?? '').length)));
  const lines = table.map((row) => {
    const [name = '', ...numbers] = row.slice(0, -1);
    const padded = numbers.map((text, i) => text.padStart(widths[i + 1] ?? 0));
    const verdict = word(row.at(-1) ?? '', paint);
    return `${name.padEnd(widths[0] ?? 0)}  ${padded.join('  ')}  ${verdict}`.trimEnd();
  });
  return `${[...lines, '', ...conclusion(judged, paint)].join('\n')}\n`;
}

export function cellsOf(row: CompareRow, plusMinus: string): string[] {
  return [
    row.figure,
    shown(row.before, row.unit),
    shown(row.after, row.unit),
    row.change === null ? '' : signed(row.change),
    noiseOf(row, plusMinus),
    row.verdict,
  ];
}

/** The same for programs; `regression` is what the exit code says. */
export function compareJson({ rows, broken }: RunChange, doubts: readonly string[]): string {
  const regression = broken.length > 0 || rows.some(({ verdict }) => verdict === 'worse');
  return `${JSON.stringify({ regression, broken, doubts, figures: rows }, null, 2)}\n`;
}

/** In percent of the run before, as the change is; without that in the figure's unit. */
function noiseOf({ noise, before, unit }: CompareRow, plusMinus: string): string {
  if (noise === null) return '?';
  if (unit === 'count') return '';
  if (before === 0) return noise === 0 ? '' : `${plusMinus}${shown(noise, unit)}`;
  return `${plusMinus}${wholePercent(noise / before)}`;
}

function signed(change: number): string {
  return `${change > 0 ? '+' : ''}${wholePercent(change)}`;
}

function wholePercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** What it comes to, and what the column of noise is. */
export function conclusion({ rows, broken }: RunChange, paint: Paint): string[] {
  const of = (verdict: CompareVerdict): number =>
    rows.filter((row) => row.verdict === verdict).length;
  const worse = of('worse');
  const first = [
    ...broken.map((line) => paint('red', line)),
    ...(worse > 0 ? [`${plural(worse, 'figure')} worse`] : []),
    ...(worse === 0 && broken.length === 0 ? ['no regression'] : []),
  ].join('; ');
  const noise = of('noise');
  const lines = [noise === 0 ? first : `${first}, ${plural(noise, 'change')} may be noise`];
  if (rows.some((row) => row.noise !== null)) lines.push(paint('dim', LEGEND));
  if (rows.some((row) => row.noise === null)) lines.push(paint('dim', UNKNOWN));
  return lines;
}

const LEGEND = 'noise: what two equal runs may differ by (99 %): histograms and single seconds';
const UNKNOWN = '?: a run is too short to tell';

function word(verdict: string, paint: Paint): string {
  if (verdict === 'worse') return paint('red', verdict);
  if (verdict === 'better') return paint('green', verdict);
  return verdict === 'noise' ? paint('dim', verdict) : '';
}

function shown(value: number, unit: Unit): string {
  if (unit === 'ms') return time(value);
  if (unit === 'share') return percent(value);
  return unit === 'per second' ? `${rate(value)}/s` : String(value);
}
