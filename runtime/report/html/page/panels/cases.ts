// The cases of a smoke run, and panel 11: the slowest moments with every failure beside them.
import type { CaseResult } from '../../../../metrics/summary.ts';
import type { ReportData } from '../../data.ts';
import { chart, type Line } from '../chart.ts';
import { h } from '../dom.ts';
import { clock, count, ms } from '../format.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { look, stages } from './timeline.ts';

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
  numbers('duration', (row) => row.durationMs, ms),
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
  numbers('time', (row) => row.at, clock),
  words('service', (row) => row.service),
  numbers('slowest', (row) => row.max, ms),
  numbers('median then', (row) => row.median, ms),
  numbers('failed then', (row) => row.failed, count),
];

export function slowest(): Panel {
  const scatter = chart({
    title: 'Slowest request of each moment, and failures',
    format: ms,
    formatRight: (n) => `${count(Math.round(n))} failed`,
    logarithmic: true,
  });
  const top = table<Slow>({
    caption: 'the 20 slowest moments',
    columns: SLOW_COLUMNS,
  });
  return section('Worst moments', [scatter.element, top.element], (data) => {
    const { timeline, services } = data;
    scatter.update({
      x: timeline.time,
      marks: stages(data),
      lines: [...slowestLines(data), ...failedLine(data)],
    });
    top.update(slowMoments(data));
    return services.length > 0;
  });
}

function slowestLines({ timeline, services }: ReportData): Line[] {
  return services.map((service, at) => ({
    label: service,
    values: timeline.columns[`max ${service}`] ?? [],
    style: 'dots',
    ...look(at),
  }));
}

function failedLine({ timeline, services }: ReportData): Line[] {
  const size = timeline.bucketSeconds;
  const values = timeline.time.map((_, at) => {
    const sum = services.reduce(
      (n, service) => n + (timeline.columns[`failed ${service}`]?.[at] ?? 0),
      0,
    );
    return sum > 0 ? sum * size : null;
  });
  if (values.every((value) => value === null)) return [];
  return [{ label: 'failed', values, colour: 'c8', right: true, style: 'dots' }];
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
