// Panel 6: failures over time by kind, and the grouped errors with what they mean and what to try.
import type { ErrorGroup } from '../../../../metrics/summary.ts';
import type { ReportData } from '../../data.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';
import { clock, count, percent, short } from '../format.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { look, stages } from './timeline.ts';

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
      marks: stages(data),
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
  numbers('first', (row) => row.firstMs / 1000, clock),
  numbers('last', (row) => row.lastMs / 1000, clock),
  { label: 'example', cell: example },
];

export function errors(): Panel {
  const made = table<ErrorGroup>({
    caption: 'errors, most frequent first',
    empty: 'Nothing failed.',
    filter: true,
    columns: COLUMNS,
  });
  const omitted = h('p', { class: 'faint' });
  return section('Errors', [made.element, omitted], ({ summary }: ReportData) => {
    const { groups, groupsOmitted } = summary.errors;
    made.update(groups);
    omitted.textContent = groupsOmitted > 0 ? `and ${groupsOmitted} rarer kinds` : '';
  });
}

function example({ message, hint, where, instances = [] }: ErrorGroup): HTMLElement {
  return h(
    'div',
    {},
    message,
    instances[0] !== undefined &&
      h('div', { class: 'faint' }, `e.g. instance ${instances[0].instance}`),
    hint !== undefined && h('div', { class: 'faint' }, `try: ${hint}`),
    where !== undefined && h('div', { class: 'faint' }, where),
  );
}
