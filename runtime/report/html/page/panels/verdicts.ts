// Panel 2: thresholds and checks, the part of a report that decides.
import type { CheckResult, ThresholdResult } from '../../../../metrics/summary.ts';
import { h } from '../dom.ts';
import { clock, count, percent, span, thresholdNumber } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';

const word = (good: boolean, text: string): HTMLElement =>
  h('span', { class: good ? 'good' : 'bad' }, `${good ? '✓' : '✗'} ${text}`);

/** Held, crossed, or neither: without data nothing was shown. */
function verdictOf({ failed, verdict, advisory }: ThresholdResult): HTMLElement {
  const text = advisory ? `${verdict} (advisory)` : verdict;
  if (failed || verdict !== 'no data') return word(!failed, text);
  return h('span', { class: 'faint' }, `– ${text}`);
}

function observed(row: ThresholdResult): string {
  return row.observed === undefined ? 'no data' : thresholdNumber(row, row.observed);
}

const THRESHOLDS: readonly TableColumn<ThresholdResult>[] = [
  {
    label: 'verdict',
    cell: verdictOf,
    sort: (row) => (row.failed ? 0 : 1),
  },
  { ...words<ThresholdResult>('metric', (row) => row.metric), long: true },
  { label: 'expression', cell: (row) => row.expression },
  { label: 'observed', cell: observed, sort: (row) => row.observed ?? -1, numeric: true },
  {
    label: 'over',
    cell: ({ windowMs }) => (windowMs ? span(windowMs) : 'whole run'),
    sort: ({ windowMs }) => windowMs ?? 0,
    folds: true,
  },
  { ...numbers<ThresholdResult>('first crossed', (row) => row.firstFailedMs, clock), folds: true },
];

const share = ({ passes, fails }: CheckResult): number => passes / Math.max(1, passes + fails);

const CHECKS: readonly TableColumn<CheckResult>[] = [
  {
    label: 'verdict',
    cell: (row) => word(row.fails === 0, row.fails === 0 ? 'held' : 'failed'),
    sort: share,
  },
  { ...words<CheckResult>('check', (row) => row.name), long: true },
  numbers('held', share, percent),
  numbers('passes', (row) => row.passes, count),
  numbers('fails', (row) => row.fails, count),
];

export function verdicts(): Panel {
  const thresholds = table<ThresholdResult>({
    caption: 'thresholds',
    empty: 'The script sets no thresholds.',
    columns: THRESHOLDS,
  });
  const checks = table<CheckResult>({
    caption: 'checks',
    empty: 'The script makes no checks.',
    columns: CHECKS,
  });
  return section(
    'Thresholds and checks',
    [h('h3', {}, 'Thresholds'), thresholds.element, h('h3', {}, 'Checks'), checks.element],
    ({ summary }) => {
      thresholds.update(summary.thresholds);
      checks.update(summary.checks.items);
    },
  );
}
