// Panels 3 to 5, on one synchronised time axis: load and response, latency, throughput.
import type { ReportData } from '../../data.ts';
import { serviceChoice } from '../choice.ts';
import { chart, type ChartData, type Line, type Mark } from '../chart.ts';
import { familyOfService } from '../../../../metrics/families.ts';
import { bytes, count, time, short } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { marksOf } from '../stage-marks.ts';

export const perSecond = (value: number): string => `${short(value)}/s`;

/** A column of the timeline as a line; absent when nothing of it was measured. */
export function column(data: ReportData, name: string, look: Omit<Line, 'values'>): Line[] {
  const values = data.timeline.columns[name];
  return values?.some((value) => value !== null && value !== 0) ? [{ ...look, values }] : [];
}

export const COLOURS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8'];
const DASHES = [undefined, [8, 4], [2, 3], [10, 3, 2, 3]];

/** Colour and dash of the n-th line, so that colour is never the only difference. */
export function look(index: number): Pick<Line, 'colour' | 'dash'> {
  const dash = DASHES[index % DASHES.length];
  return { colour: COLOURS[index % COLOURS.length] ?? 'c1', ...(dash && { dash }) };
}

export function load(): Panel {
  const made = chart({
    title: 'Virtual users and requests per second',
    format: (value) => count(Math.round(value)),
    whole: true,
    formatRight: perSecond,
  });
  return section('Load and response', [made.element], (data) =>
    made.update({
      x: data.timeline.time,
      marks: marksOf(data.events),
      lines: [
        ...column(data, 'vus', { label: 'VUs', colour: 'c7', style: 'area' }),
        ...data.services.flatMap((service, at) =>
          column(data, `reqs ${service}`, { label: service, right: true, ...look(at) }),
        ),
        ...column(data, 'iterations', {
          label: 'iterations',
          right: true,
          colour: 'c4',
          dash: [2, 3],
        }),
        ...column(data, 'due', {
          label: 'starts as recorded, at this speed',
          right: true,
          colour: 'c6',
          dash: [8, 4],
        }),
        ...column(data, 'dropped', { label: 'dropped iterations', right: true, colour: 'c8' }),
      ],
    }),
  );
}

export function latency(): Panel {
  const made = chart({ title: 'Latency: median, p95, p99', format: time });
  const choice = serviceChoice((data, service) => made.update(latencyOf(data, service)));
  return section('Latency over time', [choice.element, made.element], (data) =>
    choice.update(data, data.services),
  );
}

function latencyOf(data: ReportData, service: string): ChartData {
  return {
    x: data.timeline.time,
    marks: marksOf(data.events),
    limits: limitsOf(data, service),
    lines: [
      ...column(data, `p50 ${service}`, { label: `${service} median`, ...look(0) }),
      ...column(data, `p95 ${service}`, { label: `${service} p95`, ...look(1) }),
      ...column(data, `p99 ${service}`, { label: `${service} p99`, ...look(2) }),
    ],
  };
}

function limitsOf({ summary }: ReportData, service: string): Mark[] {
  return summary.thresholds
    .filter(({ metric, expression }) => {
      const { duration } = familyOfService(service);
      const own = metric === duration || metric.includes(`service:${service}`);
      return own && metric.startsWith(duration) && /^(p\(|med|max)/.test(expression);
    })
    .map(({ limit, expression }) => ({ at: limit, label: expression }));
}

export function throughput(): Panel {
  const made = chart({ title: 'Bytes per second', format: (value) => `${bytes(value)}/s` });
  return section('Throughput', [made.element], (data) => {
    const lines = [
      ...column(data, 'sent', { label: 'sent', ...look(0), style: 'area' }),
      ...column(data, 'received', { label: 'received', ...look(1) }),
    ];
    made.update({ x: data.timeline.time, marks: marksOf(data.events), lines });
    return lines.length > 0;
  });
}
