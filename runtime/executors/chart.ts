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
  /** Lines of the plot. Default 6. */
  readonly height?: number;
  /** For consoles that are not UTF-8. */
  readonly ascii?: boolean;
}

/** Lines of text, the highest first. Empty for a plan without VUs or time. */
export function drawSteps(steps: readonly VuStep[], style: ChartStyle = {}): string[] {
  const { width = 60, height = 6, ascii = false } = style;
  const endNs = steps.at(-1)?.atNs ?? 0;
  const most = steps.reduce((max, step) => Math.max(max, step.vus), 0);
  if (endNs === 0 || most === 0) return [];
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
  const end = formatNs(endNs);
  lines.push(`${' '.repeat(labelWidth + 2)}0s${end.padStart(width - 2)}`);
  return lines;
}

/** The value in the middle of each column. */
function sample(steps: readonly VuStep[], endNs: number, width: number): number[] {
  let i = 0;
  let vus = 0;
  return Array.from({ length: width }, (_, column) => {
    const atNs = ((column + 0.5) * endNs) / width;
    for (let step = steps[i]; step !== undefined && step.atNs <= atNs; step = steps[++i]) {
      vus = step.vus;
    }
    return vus;
  });
}

function bar(bars: string, filled: number): string {
  const eighths = Math.max(0, Math.min(8, Math.round(filled * 8)));
  return bars[eighths] ?? ' ';
}
