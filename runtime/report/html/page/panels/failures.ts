// Panel 6: failures over time by kind, and the grouped errors with what they mean and what to try.
import type {
  CheckResult,
  ErrorGroup,
  MissingRow,
  Summary,
  ThresholdResult,
} from '../../../../metrics/summary.ts';
import { missingName, missingWhere } from '../../../missing.ts';
import type { ReportData } from '../../data.ts';
import { chart } from '../chart.ts';
import { h, replace } from '../dom.ts';
import {
  clock,
  count,
  percent,
  plural,
  short,
  thresholdNumber,
} from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { marksOf } from '../stage-marks.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { look } from './timeline.ts';

const PREFIX = 'error ';

export function failures(): Panel {
  const made = chart({
    title: 'Failures per second, by kind',
    format: (value) => `${short(value)}/s`,
  });
  return section('Failures over time', [made.element], (data) => {
    const kinds = Object.keys(data.timeline.columns).filter((name) => name.startsWith(PREFIX));
    made.update({
      x: data.timeline.time,
      marks: marksOf(data.events),
      lines: kinds.map((name, at) => ({
        label: name.slice(PREFIX.length),
        values: data.timeline.columns[name] ?? [],
        ...look(at + 1),
        ...(kinds.length === 1 && { style: 'bars' as const }),
      })),
    });
    return kinds.length > 0;
  });
}

const COLUMNS: readonly TableColumn<ErrorGroup>[] = [
  words('operation', (row) => row.operation),
  words('what', (row) => row.code),
  words('called AE', (row) => row.calledAET ?? ''),
  numbers('count', (row) => row.count, count),
  numbers('share', (row) => row.share, percent),
  numbers('first', (row) => row.firstMs, clock),
  numbers('last', (row) => row.lastMs, clock),
  { label: 'example', cell: example, long: true },
];

export function errors(): Panel {
  const made = table<ErrorGroup>({
    caption: 'errors, most frequent first',
    empty: '',
    filter: true,
    columns: COLUMNS,
  });
  const omitted = h('p', { class: 'faint' });
  const broken = h('div', {});
  const none = h('p', { class: 'faint' });
  return section('Errors', [broken, none, made.element, omitted], ({ summary }: ReportData) => {
    const { groups, groupsOmitted } = summary.errors;
    const lists = brokenLists(summary);
    replace(broken, ...lists);
    made.update(groups);
    made.element.hidden = groups.length === 0;
    none.hidden = groups.length > 0;
    none.textContent =
      lists.length === 0 && summary.verdict.passed
        ? 'Nothing failed.'
        : 'No request, association or iteration failed.';
    omitted.textContent = groupsOmitted > 0 ? `and ${plural(groupsOmitted, 'rarer kind')}` : '';
  });
}

/** What went wrong without being an error of a request: lists with a heading, where there are any. */
function brokenLists({ verdict, thresholds, checks, delivery, timeUnit }: Summary): HTMLElement[] {
  const crossed = thresholds.filter((one) => one.failed);
  const failed = checks.items.filter((one) => one.fails > 0);
  const missing = delivery.missing ?? [];
  const lost = delivery.routes.reduce((sum, route) => sum + route.missing, 0);
  const seen = (one: ThresholdResult): string =>
    one.observed === undefined ? 'no data' : thresholdNumber(one, one.observed, timeUnit);
  const more = lost > missing.length ? [`and ${count(lost - missing.length)} more`] : [];
  return [
    ...list('Why the run failed', verdict.reasons),
    ...list(
      'Crossed thresholds',
      crossed.map((one) => `${one.metric} ${one.expression}: ${seen(one)}`),
    ),
    ...list('Failed checks', failed.map(failedCheck)),
    ...list('Images that did not arrive', lost === 0 ? [] : [...missing.map(missingText), ...more]),
  ];
}

/** With what its first failures saw. */
function failedCheck({ name, passes, fails, examples = [] }: CheckResult): HTMLElement {
  const seen = examples.filter(({ text }) => text !== '');
  return h(
    'div',
    {},
    `${name}: ${count(fails)} of ${plural(passes + fails, 'time')} false`,
    ...seen.map(({ text }) => h('div', { class: 'faint' }, text)),
  );
}

function missingText(one: MissingRow): string {
  return `${missingName(one)} ${missingWhere(one)}`;
}

function list(title: string, lines: readonly (string | HTMLElement)[]): HTMLElement[] {
  if (lines.length === 0) return [];
  return [h('h3', {}, title), h('ul', {}, ...lines.map((line) => h('li', {}, line)))];
}

function example({ message, hint, where, instances = [] }: ErrorGroup): HTMLElement {
  return h(
    'div',
    { class: 'example' },
    message,
    instances[0] !== undefined &&
      h('div', { class: 'faint' }, `e.g. instance ${instances[0].instance}`),
    hint !== undefined && h('div', { class: 'faint' }, `try: ${hint}`),
    where !== undefined && h('div', { class: 'faint' }, where),
  );
}
