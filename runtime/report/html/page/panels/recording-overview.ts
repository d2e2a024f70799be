// A recording at a glance: whose it is, its key numbers, and how busy it was when.
import { bytes, count, plural, short, span } from '../../../../metrics/numbers.ts';
import type { HourRow, RecordingPageData } from '../../recording-data.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export function recordingBanner(data: RecordingPageData): HTMLElement {
  const { name, to, tool, summary } = data;
  const facts: [string, string][] = [
    ['from', wallClock(data, summary.fromMs)],
    ['until', wallClock(data, summary.toMs)],
    ['to', to],
    ['version', tool],
  ];
  const unread = Object.entries(summary.unread).map(
    ([why, n = 0]) => `${count(n)} not read: ${why}`,
  );
  return h(
    'header',
    { class: 'banner' },
    h('h1', {}, `Recording ${name}`),
    h(
      'p',
      {},
      `${plural(summary.associations, 'association')} in ${span(summary.toMs - summary.fromMs)}, ` +
        `without attribute values and UIDs of patients, studies and images`,
    ),
    ...unread.map((line) => h('p', { class: 'warn' }, `! ${line}`)),
    h(
      'dl',
      { class: 'facts' },
      ...facts
        .filter(([, value]) => value !== '')
        .map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))),
    ),
  );
}

/** As the clock on the wall showed it where it was recorded. */
function wallClock({ startedAt, utcOffsetMinutes }: RecordingPageData, offsetMs: number): string {
  const there = Date.parse(startedAt) + utcOffsetMinutes * MINUTE_MS + offsetMs;
  return new Date(there).toISOString().slice(0, 19).replace('T', ' ');
}

export function recordingNumbers({ summary }: RecordingPageData): HTMLElement {
  const { associations, operations, atOnce, studies, services, fromMs, toMs } = summary;
  const seconds = Math.max(1, (toMs - fromMs) / 1000);
  const all = summary.bytes[0] + summary.bytes[1];
  const failed = services.reduce((sum, one) => sum + one.failed, 0);
  const tiles = [
    tile('associations', count(associations), `at most ${count(atOnce)} at once`),
    tile('requests', count(operations), `${short(operations / seconds)} a second`),
    tile('bytes', bytes(all), `${bytes(all / seconds)}/s`),
    tile('failed requests', count(failed), `of ${count(operations)}`),
    tile(
      'studies stored',
      count(studies?.count ?? 0),
      studies === null ? '' : `median ${plural(studies.images.median, 'image')}`,
    ),
  ];
  return h(
    'section',
    { 'aria-label': 'key numbers' },
    h('h2', {}, 'Key numbers'),
    h('dl', { class: 'tiles' }, ...tiles),
  );
}

function tile(label: string, figure: string, note: string): HTMLElement {
  return h(
    'div',
    { class: 'tile' },
    h('dt', {}, label),
    h('dd', { class: 'figure' }, figure),
    h('dd', { class: 'note' }, note),
  );
}

export function overTime(data: RecordingPageData): HTMLElement {
  const frame = h('div', { class: 'charts' }, openAtOnce(data), byTheHour(data));
  return h('section', { 'aria-label': 'over time' }, h('h2', {}, 'Over time'), frame);
}

function openAtOnce({ summary: { curve } }: RecordingPageData): HTMLElement {
  const made = chart({
    title: 'Associations open at once, and starts a second',
    format: (value) => count(Math.round(value)),
    whole: true,
    formatRight: (value) => `${short(value)}/s`,
  });
  const perSecond = 1000 / curve.bucketMs;
  made.update({
    x: curve.open.map((_, at) => (at * curve.bucketMs) / 1000),
    lines: [
      { label: 'open at once', values: curve.open, colour: 'c1', style: 'area' },
      {
        ...{ label: 'starts', values: curve.starts.map((n) => n * perSecond) },
        ...{ right: true, colour: 'c4', dash: [2, 3] },
      },
    ],
  });
  return made.element;
}

function byTheHour(data: RecordingPageData): HTMLElement {
  const { byHour, fromMs } = data.summary;
  const made = chart({
    title: 'By the hour: associations, requests and bytes',
    format: (value) => count(Math.round(value)),
    whole: true,
    formatRight: bytes,
    formatX: (at) =>
      byHour[at] === undefined ? '' : wallClock(data, fromMs + at * HOUR_MS).slice(11, 16),
  });
  const values = (of: (hour: HourRow) => number): readonly number[] => byHour.map(of);
  made.update({
    x: byHour.map((_, at) => at),
    lines: [
      { label: 'requests', values: values((one) => one.requests), colour: 'c2', style: 'bars' },
      {
        ...{ label: 'associations', values: values((one) => one.associations) },
        ...{ colour: 'c6', style: 'bars' },
      },
      {
        ...{ label: 'bytes of data sets', values: values((one) => one.bytes) },
        ...{ right: true, colour: 'c4', style: 'dots' },
      },
    ],
  });
  return made.element;
}
