// Single requests as the lines of a chart: points of every service and kind over shared times.
import type { ScatterKind } from '../../../../metrics/distribution/scatter.ts';
import type { ReportData } from '../../data.ts';
import type { ChartData, Line } from '../chart.ts';

const BAD_LOOK: Readonly<Record<Exclude<ScatterKind, 'ok'>, Pick<Line, 'label' | 'colour'>>> = {
  failure: { label: ' failed', colour: 'c8' },
  unanswered: { label: ' without answer', colour: 'c7' },
};

/** What a logarithmic axis can show at least, ms. */
const LEAST = 0.01;

/** Values (ms) of one service and kind by their time; several may have the same. */
type Points = Map<number, number[]>;

/**
 * Points of all kinds over their times, and the slowest of each moment among the successes. What
 * got no answer has no latency and stands at the bottom. `colourOf` is that of a service by number.
 */
export function scatterOf(
  { timeline, services, scatter }: ReportData,
  colourOf: (service: number) => Line['colour'],
): ChartData {
  const all = scatter.map(({ service, kind, time, value }) => {
    const points: Points = new Map();
    for (const [index, at] of time.entries()) add(points, at, value[index] ?? 0);
    if (kind === 'ok') addSlowest(points, timeline.time, timeline.columns[`max ${service}`] ?? []);
    const good = { label: '', colour: colourOf(Math.max(0, services.indexOf(service))) };
    const { label, colour } = kind === 'ok' ? good : BAD_LOOK[kind];
    return { label: `${service}${label}`, colour, points };
  });
  const known = all.flatMap(({ points }) => [...points.values()].flat()).filter((ms) => ms > 0);
  const bottom = Math.max(LEAST, known.length === 0 ? 1 : smallest(known));
  const ends = [0, (timeline.time.at(-1) ?? 0) + timeline.bucketSeconds];
  const places = placesOf(
    ends,
    all.map(({ points }) => points),
  );
  const lines = all.map(({ label, colour, points }): Line => {
    const values = places.map(({ at, nth }) => {
      const value = points.get(at)?.[nth];
      return value === undefined ? null : Math.max(bottom, value);
    });
    return { label, colour, values, style: 'dots' };
  });
  return { x: places.map(({ at }) => at), lines };
}

interface Place {
  readonly at: number;
  /** Which of the points of that time. */
  readonly nth: number;
}

/** Times in order, each as often as the line with the most points there needs it. */
function placesOf(ends: readonly number[], lines: readonly Points[]): Place[] {
  const most = new Map<number, number>(ends.map((at) => [at, 1]));
  for (const points of lines) {
    for (const [at, { length }] of points) most.set(at, Math.max(length, most.get(at) ?? 0));
  }
  return [...most]
    .sort(([a], [b]) => a - b)
    .flatMap(([at, n]) => Array.from({ length: n }, (_, nth) => ({ at, nth })));
}

function add(points: Points, at: number, value: number): void {
  const there = points.get(at);
  if (there === undefined) points.set(at, [value]);
  else there.push(value);
}

function smallest(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}

function addSlowest(
  points: Points,
  time: readonly number[],
  slowest: readonly (number | null)[],
): void {
  for (const [index, at] of time.entries()) {
    const value = slowest[index];
    if (value !== null && value !== undefined) add(points, at, value);
  }
}
