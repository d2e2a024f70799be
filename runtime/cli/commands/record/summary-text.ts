// What a recording holds, for a person.
import { modalityOf } from '../../../dicom/synthetic/synthetic.ts';
import { bytes, count, percent, plural, span, time } from '../../../metrics/numbers.ts';
import type { ServiceSummary, TrafficSummary } from '../../../recording/summary.ts';
import { table } from '../../../report/table.ts';
import { printable } from '../../problem-text.ts';

/** Of a list that may be long, so many are shown. */
const MOST_ROWS = 8;
const BAR_CHARS = 40;
const HOUR_MS = 3_600_000;

export function summaryLines(summary: TrafficSummary, startedAt: Date): string[] {
  if (summary.associations === 0) return ['nothing came'];
  const { associations, fromMs, toMs, atOnce, bytes: sizes } = summary;
  const all = bytes(sizes[0] + sizes[1]);
  return [
    `${plural(associations, 'association')} in ${span(toMs - fromMs)}, at most ${atOnce} at once, ${all}`,
    ...endLines(summary),
    ...serviceLines(summary.services),
    ...studyLines(summary),
    ...list('AE titles (calling → called)', summary.titles),
    ...list('instances', summary.sopClasses.map(named)),
    ...list('answers other than success', summary.statuses),
    ...hourLines(summary, startedAt),
  ];
}

function endLines({ ends, unread }: TrafficSummary): string[] {
  const parts = Object.entries(ends).map(([end, n]) => `${count(n)} ${end}`);
  const unreadable = Object.entries(unread).map(([why, n]) => `${count(n)} not read (${why})`);
  return [`  ${[...parts, ...unreadable].map(printable).join(', ')}`];
}

function serviceLines(services: readonly ServiceSummary[]): string[] {
  if (services.length === 0) return [];
  const head = ['', 'count', 'failed', 'bytes', 'size p50', 'answer p50', 'p95', 'max'];
  const rows = services.map((one) => [
    one.service,
    count(one.count),
    one.failed === 0 ? '0' : `${count(one.failed)} (${percent(one.failed / one.count)})`,
    bytes(one.bytes),
    bytes(one.size.median),
    ...[one.waiting?.median, one.waiting?.p95, one.waiting?.max].map((ms) => time(ms ?? null)),
  ]);
  return table([head, ...rows]);
}

function studyLines({ studies }: TrafficSummary): string[] {
  if (studies === null) return [];
  const { median, p95, max } = studies.images;
  return [
    `${plural(studies.count, 'study', 'studies')}; images of a study: ` +
      `${count(median)} at the median, ${count(p95)} at p95, ${count(max)} at most`,
  ];
}

/** An SOP class by its modality, where it has one. */
export function named([sopClass, n]: readonly [string, number]): readonly [string, number] {
  const modality = modalityOf(sopClass);
  return [modality === null ? sopClass : `${modality} (${sopClass})`, n];
}

function list(title: string, rows: readonly (readonly [string, number])[]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, MOST_ROWS).map(([name, n]) => [printable(name), count(n)]);
  const rest = rows.length - shown.length;
  return [`${title}:`, ...table(shown), ...(rest > 0 ? [`  and ${count(rest)} more`] : [])];
}

/** Where it took more than an hour. */
function hourLines({ byHour, fromMs }: TrafficSummary, startedAt: Date): string[] {
  const most = byHour.reduce((max, { associations }) => Math.max(max, associations), 1);
  if (byHour.length < 2) return [];
  const rows = byHour.map(({ associations }, hour) => {
    const bar = '#'.repeat(Math.ceil((associations / most) * BAR_CHARS));
    return [hourText(startedAt, fromMs + hour * HOUR_MS), count(associations), bar];
  });
  return ['associations an hour:', ...table(rows, { left: [0, 2] })];
}

/** When something was on the clock of the wall: `08:00`. */
function hourText(startedAt: Date, offsetMs: number): string {
  return new Date(startedAt.getTime() + offsetMs).toTimeString().slice(0, 5);
}
