// The cases of a smoke run, and panel 11: single requests, with every failure, and the slowest moments.
import type { ScatterKind } from '../../../../metrics/distribution/scatter.ts';
import type { CaseResult, FailedInstance } from '../../../../metrics/summary.ts';
import type { ReportData } from '../../data.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';
import { clock, count, time } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { marksOf } from '../stage-marks.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { scatterOf } from './scatter-lines.ts';
import { look } from './timeline.ts';

const LOOK: Readonly<Record<CaseResult['state'], string>> = {
  passed: 'good',
  failed: 'bad',
  error: 'bad',
  skipped: 'faint',
  manual: 'warn',
};

const CASE_COLUMNS: readonly TableColumn<CaseResult>[] = [
  {
    label: 'state',
    cell: (row) => h('span', { class: LOOK[row.state] }, row.state),
    sort: (row) => row.state,
  },
  words('suite', (row) => row.suite),
  words('case', (row) => row.name),
  numbers('duration', (row) => row.durationMs, time),
  {
    label: 'message',
    cell: ({ message, where }) => [message, where].filter((part) => part).join(' · '),
  },
];

export function cases(): Panel {
  const states = h('p');
  const made = table<CaseResult>({ caption: 'cases', filter: true, columns: CASE_COLUMNS });
  return section('Cases', [states, made.element], ({ summary }) => {
    made.update(summary.cases);
    const tally = new Map<string, number>();
    for (const { state } of summary.cases) tally.set(state, (tally.get(state) ?? 0) + 1);
    states.textContent = [...tally].map(([state, n]) => `${n} ${state}`).join(', ');
    return summary.cases.length > 0;
  });
}

interface Slow {
  readonly at: number;
  readonly service: string;
  readonly max: number;
  readonly median: number;
  readonly failed: number;
}

const SLOW_COLUMNS: readonly TableColumn<Slow>[] = [
  numbers('time', (row) => row.at * 1000, clock),
  words('service', (row) => row.service),
  numbers('slowest', (row) => row.max, time),
  numbers('median then', (row) => row.median, time),
  numbers('failed then', (row) => row.failed, count),
];

interface Failed extends FailedInstance {
  readonly operation: string;
  readonly code: string;
  readonly calledAET: string;
}

const FAILED_COLUMNS: readonly TableColumn<Failed>[] = [
  numbers('time', (row) => row.atMs, clock),
  words('operation', (row) => row.operation),
  words('what', (row) => row.code),
  words('called AE', (row) => row.calledAET),
  numbers('latency', (row) => row.durationMs, time),
  words('instance', (row) => row.instance),
];

const MOST_FAILED = 20;

/** The first of every kind of failure. */
function failedInstances({ summary }: ReportData): Failed[] {
  return summary.errors.groups
    .flatMap(({ operation, code, calledAET = '', instances = [] }) =>
      instances.map((one) => ({ ...one, operation, code, calledAET })),
    )
    .sort((a, b) => a.atMs - b.atMs)
    .slice(0, MOST_FAILED);
}

export function slowest(): Panel {
  const scatter = chart({ title: 'Latency of single requests', format: time, logarithmic: true });
  const shown = h('p', { class: 'faint' });
  const top = table<Slow>({
    caption: 'the 20 slowest moments',
    columns: SLOW_COLUMNS,
  });
  const failed = table<Failed>({
    caption: 'instances that failed, the first of each kind',
    columns: FAILED_COLUMNS,
  });
  const part = h('div', {}, h('h3', {}, 'Failed instances'), failed.element);
  const slow = h('h3', {}, 'Slowest moments');
  const parts = [scatter.element, shown, part, slow, top.element];
  return section('Single requests', parts, (data) => {
    const { services } = data;
    scatter.update({ ...scatterOf(data, (at) => look(at).colour), marks: marksOf(data.events) });
    shown.textContent = shownOf(data);
    const rows = failedInstances(data);
    failed.update(rows);
    part.hidden = rows.length === 0;
    top.update(slowMoments(data));
    return services.length > 0;
  });
}

/** How many of how many are drawn. */
function shownOf({ scatter }: ReportData): string {
  const of = (kinds: readonly ScatterKind[]): string => {
    const own = scatter.filter(({ kind }) => kinds.includes(kind));
    const shown = own.reduce((sum, { time }) => sum + time.length, 0);
    return `${count(shown)} of ${count(own.reduce((sum, { seen }) => sum + seen, 0))}`;
  };
  return `Drawn: ${of(['ok'])} successes by chance and the slowest of each moment; ${of(['failure', 'unanswered'])} failures.`;
}

function slowMoments({ timeline, services }: ReportData): Slow[] {
  const { time, columns, bucketSeconds } = timeline;
  return services
    .flatMap((service) =>
      time.flatMap((at, index): Slow[] => {
        const max = columns[`max ${service}`]?.[index];
        if (max === null || max === undefined) return [];
        const median = columns[`p50 ${service}`]?.[index] ?? 0;
        const failed = Math.round((columns[`failed ${service}`]?.[index] ?? 0) * bucketSeconds);
        return [{ at, service, max, median, failed }];
      }),
    )
    .sort((a, b) => b.max - a.max)
    .slice(0, 20);
}
