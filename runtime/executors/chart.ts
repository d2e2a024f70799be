// A small text chart of steps over time, for `inspect`:
//
//   50 ┤      ▂▅████████
//   25 ┤   ▂▅███████████
//    0 ┼┴─────┴─────────
//      0s            3m
import { formatNs } from './duration.ts';
import type { VuStep } from './plan.ts';

const BARS = ' ▁▂▃▄▅▆▇█';
const ASCII_BARS = '  ..::##@';

export interface ChartStyle {
  /** Columns of the plot, without labels. Default 60. */
  readonly width?: number;
  /** Lines of the plot, never more than the highest value. Default 6. */
  readonly height?: number;
  /** The end is the latest possible one. */
  readonly atMost?: boolean;
  /** For consoles that are not UTF-8. */
  readonly ascii?: boolean;
}

/** Lines of text, the highest first. Empty for a plan without VUs or time. */
export function drawSteps(steps: readonly VuStep[], style: ChartStyle = {}): string[] {
  const { width = 60, ascii = false } = style;
  const endNs = steps.at(-1)?.atNs ?? 0;
  const most = steps.reduce((max, step) => Math.max(max, step.vus), 0);
  if (endNs === 0 || most === 0) return [];
  const height = Math.min(style.height ?? 6, most);
  const columns = sample(steps, endNs, width);
  const bars = ascii ? ASCII_BARS : BARS;
  const labelWidth = String(most).length;
  const lines: string[] = [];
  for (let row = height; row > 0; row--) {
    const label = row === height ? String(most) : '';
    const cells = columns.map((vus) => bar(bars, (vus / most) * height - (row - 1)));
    lines.push(`${label.padStart(labelWidth)} ${ascii ? '|' : '┤'}${cells.join('')}`.trimEnd());
  }
  const axis = (ascii ? '+' : '┼') + (ascii ? '-' : '─').repeat(width);
  lines.push(`${'0'.padStart(labelWidth)} ${axis}`);
  const end = `${style.atMost === true ? 'at most ' : ''}${formatNs(endNs)}`;
  lines.push(`${' '.repeat(labelWidth + 2)}0s ${end.padStart(width - 3)}`);
  return lines;
}

/** The highest value within each column: a spike is seen, however short. */
function sample(steps: readonly VuStep[], endNs: number, width: number): number[] {
  let i = 0;
  let vus = 0;
  return Array.from({ length: width }, (_, column) => {
    const untilNs = ((column + 1) * endNs) / width;
    const fromNs = (column * endNs) / width;
    let most = vus;
    for (let step = steps[i]; step !== undefined && step.atNs < untilNs; step = steps[++i]) {
      vus = step.vus;
      most = step.atNs <= fromNs ? vus : Math.max(most, vus);
    }
    return most;
  });
}

function bar(bars: string, filled: number): string {
  const eighths = Math.max(0, Math.min(8, Math.round(filled * 8)));
  return bars[eighths] ?? ' ';
}
