// The events of a run as marks of its charts: few words, and those of one moment in one.
import type { ReportEvent } from '../data.ts';
import type { Mark } from './chart.ts';
import { shortened } from './labels.ts';

const STAGE = /^(.*): (stage \d+)$/;
/** Characters of a scenario's or metric's name in a chart; the list of events has all of them. */
const MOST_CHARS = 24;
const MOST_MARKS = 60;
/** Events this close to each other are one mark. */
const MOMENTS_PER_SECOND = 2;

/** Where stages began and thresholds were crossed or held again. */
export function marksOf(events: readonly ReportEvent[]): Mark[] {
  const stages = events.filter(({ type }) => type === 'stage');
  const scenarios = new Set(stages.map(({ title }) => STAGE.exec(title)?.[1] ?? title));
  const crossings = events.filter(({ type, at }) => type === 'threshold' && at > 0);
  return [
    ...byMoment(crossings).map(([at, titles]) => ({ at, label: crossed(titles), first: true })),
    ...byMoment(stages).map(([at, titles]) => ({ at, label: stage(titles, scenarios.size) })),
  ].slice(0, MOST_MARKS);
}

function byMoment(events: readonly ReportEvent[]): [number, string[]][] {
  const moments = new Map<number, [number, string[]]>();
  for (const { at, title } of events) {
    const key = Math.round(at * MOMENTS_PER_SECOND);
    const moment = moments.get(key) ?? [at, []];
    moment[1].push(title);
    moments.set(key, moment);
  }
  return [...moments.values()];
}

/** `stage 2`, `stage 2 of scanners`, `stage 2 of 9 scenarios`. */
function stage(titles: readonly string[], scenarios: number): string {
  const parts = titles.map((title) => STAGE.exec(title) ?? ['', title, 'stage']);
  const [[, scenario = '', number = ''] = []] = parts;
  const what = parts.every((part) => part[2] === number) ? number : 'stages';
  if (scenarios === 1) return what;
  if (titles.length > 1) return `${what} of ${titles.length} scenarios`;
  return `${what} of ${shortened(scenario, MOST_CHARS)}`;
}

/** `✗ dicom_req_failed rate<=0.02`, or how many at once. */
function crossed(titles: readonly string[]): string {
  const held = titles.every((title) => title.endsWith(': ok'));
  const sign = held ? '✓' : '✗';
  if (titles.length > 1) return `${sign} ${titles.length} thresholds`;
  const rule = (titles[0] ?? '').replace(/: (ok|failed|no data)$/, '');
  const [, metric = rule, expression = ''] = /^(.*) (\S+)$/.exec(rule) ?? [];
  return `${sign} ${shortened(metric, MOST_CHARS)} ${shortened(expression, MOST_CHARS)}`.trim();
}
