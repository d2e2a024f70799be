// What the search found, as text: one bar a rate, the knee between what held and what did not.
import { percent, rate as rateText, time } from '../../../metrics/numbers.ts';
import { createPaint } from '../../../report/paint.ts';
import { table } from '../../../report/table.ts';
import type { PaintOptions } from '../../../report/paint.ts';
import type { Capacity } from './capacity.ts';
import { observedOf } from './judged.ts';
import type { Step } from './step.ts';

const BAR = 24;

/** Ends with a line break. */
export function capacityText(found: Capacity, options: PaintOptions): string {
  const paint = createPaint(options);
  const steps = byRate(found.steps);
  const slowest = Math.max(0, ...steps.map(({ p95Ms }) => p95Ms ?? 0));
  const judged = found.judgedBy;
  const rows = steps.map((step) => [
    step.holds ? paint.ok(paint.glyphs.ok) : paint.fail(paint.glyphs.fail),
    `${rateText(step.rate)}/s`,
    `${rateText(step.achieved)}/s`,
    judged === null ? '' : (observedOf(step, judged) ?? paint.glyphs.dash),
    step.p95Ms === null ? paint.glyphs.dash : time(step.p95Ms),
    percent(step.failedShare),
    bar(step, slowest, options.ascii),
    step.reasons[0] ?? (step.saturated ? 'generator saturated' : ''),
  ]);
  const names = ['', 'offered', 'started', judged === null ? '' : 'judged', 'iteration p95'];
  const lines = table([[...names, 'failed', '', ''], ...rows], { left: [0, 6, 7] });
  const first = steps.findIndex(({ holds }) => !holds);
  // The heading is a line of its own.
  if (first > 0) lines.splice(first + 1, 0, paint.faint(`  ${'- '.repeat(10)}knee`));
  const word = found.rate === null ? paint.fail('CAPACITY') : paint.ok('CAPACITY');
  const doubt = found.warnings.map(
    (text) => `${paint.warn(`${paint.glyphs.warn} warning`)}  ${text}`,
  );
  const by = judged === null ? [] : [`judged by ${judged}`];
  return `${[`${paint.bold(word)}  ${found.verdict}`, ...doubt, ...by, '', ...lines].join('\n')}\n`;
}

/** By rate; of two runs at one rate the search before its confirmation. */
function byRate(steps: readonly Step[]): readonly Step[] {
  return [...steps].sort((a, b) => a.rate - b.rate || Number(a.confirms) - Number(b.confirms));
}

function bar({ p95Ms }: Step, slowest: number, ascii: boolean): string {
  if (p95Ms === null || slowest === 0) return '';
  return (ascii ? '#' : '█').repeat(Math.max(1, Math.round((p95Ms / slowest) * BAR)));
}
