// Panel 7: who was slow, who failed.
import type { OperationRow } from '../../../../metrics/summary.ts';
import type { BreakdownRow } from '../../data.ts';
import { h } from '../dom.ts';
import { bytes, count, time, percent, short } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';

const OPERATIONS: readonly TableColumn<OperationRow>[] = [
  words('service', (row) => row.service),
  numbers('count', (row) => row.count, count),
  numbers('per second', (row) => row.ratePerSecond, short),
  numbers('failed', (row) => row.failedShare, percent),
  numbers('median', (row) => row.duration?.med, time),
  numbers('p90', (row) => row.duration?.p90, time),
  numbers('p95', (row) => row.duration?.p95, time),
  numbers('p99', (row) => row.duration?.p99, time),
  numbers('max', (row) => row.duration?.max, time),
  numbers(
    'sent',
    (row) => row.sentBytesPerSecond,
    (value) => `${bytes(value)}/s`,
  ),
  numbers(
    'received',
    (row) => row.receivedBytesPerSecond,
    (value) => `${bytes(value)}/s`,
  ),
  { label: 'status', cell: statuses },
];

const failedShare = ({ failed, count: all }: BreakdownRow): number => failed / Math.max(1, all);

const PARTS: readonly TableColumn<BreakdownRow>[] = [
  words('service', (row) => row.service),
  words('by', (row) => row.by.replace('_', ' ')),
  words('value', (row) => row.value),
  numbers('count', (row) => row.count, count),
  numbers('failed', failedShare, percent),
  numbers('median', (row) => row.p50, time),
  numbers('p95', (row) => row.p95, time),
  numbers('p99', (row) => row.p99, time),
];

export function breakdown(): Panel {
  const operations = table<OperationRow>({
    caption: 'operations',
    empty: 'No request was sent.',
    columns: OPERATIONS,
  });
  const parts = table<BreakdownRow>({
    caption: 'by route, modality, size and status',
    filter: true,
    columns: PARTS,
  });
  const more = h('h3', {}, 'In parts');
  const children = [operations.element, more, parts.element];
  return section('Operations', children, ({ summary, breakdown: rows }) => {
    operations.update(summary.operations);
    parts.update(rows);
    more.hidden = parts.element.hidden = rows.length === 0;
  });
}

function statuses({ statuses: counts }: OperationRow): string {
  return Object.entries(counts)
    .map(([status, n]) => `${status} × ${count(n)}`)
    .join(', ');
}
