// Panel 10: what arrived where it was expected, and when.
import type { DeliveryAccount, DeliverySummary, MissingRow } from '../../../../metrics/summary.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';
import { count, time, short } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { marksOf } from '../stage-marks.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { column, look } from './timeline.ts';

/** A count that ought to be zero: red when it is not. */
function flaw(
  label: string,
  value: (row: DeliveryAccount) => number,
): TableColumn<DeliveryAccount> {
  const cell = (row: DeliveryAccount): Node =>
    h('span', { class: value(row) > 0 ? 'bad' : '' }, count(value(row)));
  return { label, cell, sort: value, numeric: true };
}

const ACCOUNTS: readonly TableColumn<DeliveryAccount>[] = [
  words('route', (row) => row.route),
  numbers('accepted', (row) => row.accepted, count),
  numbers('arrived once', (row) => row.unique, count),
  flaw('missing', (row) => row.missing),
  { ...flaw('late', (row) => row.late), folds: true },
  flaw('duplicated', (row) => row.duplicated),
  flaw('pixels changed', (row) => row.corrupted),
  {
    ...numbers('not compared', ({ recoded = 0, unhashed = 0 }) => recoded + unhashed, count),
    folds: true,
  },
  flaw('unexpected', (row) => row.unexpected),
  numbers('median', (row) => row.duration?.med, time),
  numbers('p95', (row) => row.duration?.p95, time),
  numbers('max', (row) => row.duration?.max, time),
  { ...numbers('wrong by up to', (row) => row.durationErrorMs, time), folds: true },
];

const MISSING: readonly TableColumn<MissingRow>[] = [
  words('route', (row) => row.route),
  words('study', (row) => row.study),
  words('instance', (row) => row.instance),
  words('file', (row) => row.file ?? ''),
];

export function delivery(): Panel {
  const made = chart({
    title: 'Expected and arrived per second, and how long it took',
    format: (value) => `${short(value)}/s`,
    formatRight: time,
  });
  const accounts = table<DeliveryAccount>({ caption: 'account per route', columns: ACCOUNTS });
  const missing = missingPart();
  const parts = [made.element, accounts.element, missing.element];
  return section('Delivery', parts, (data) => {
    made.update({
      x: data.timeline.time,
      marks: marksOf(data.events),
      lines: [
        ...column(data, 'expected', { label: 'expected', ...look(0) }),
        ...column(data, 'unique', { label: 'arrived', ...look(2) }),
        ...column(data, 'missing', { label: 'missing', colour: 'c8', style: 'area' }),
        ...column(data, 'delivery p95', { label: 'delivery p95', right: true, ...look(1) }),
      ],
    });
    accounts.update(data.summary.delivery.routes);
    missing.update(data.summary.delivery);
    return data.summary.delivery.routes.length > 0;
  });
}

/** Hidden while nothing is missing. */
function missingPart() {
  const made = table<MissingRow>({ caption: 'missing instances', columns: MISSING });
  const more = h('p', { class: 'faint' });
  const element = h('div', {}, h('h3', {}, 'Missing instances'), made.element, more);
  const update = ({ routes, missing = [] }: DeliverySummary): void => {
    made.update(missing);
    element.hidden = missing.length === 0;
    const rest = routes.reduce((sum, route) => sum + route.missing, 0) - missing.length;
    const shortened = missing.some(({ instance }) => instance.startsWith('…'));
    const notes = [
      ...(rest > 0 ? [`and ${count(rest)} more`] : []),
      ...(shortened ? ['UIDs in full: --phi-ok'] : []),
    ];
    more.textContent = notes.join('; ');
  };
  return { element, update };
}
