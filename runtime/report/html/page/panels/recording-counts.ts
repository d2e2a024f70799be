// What a recording holds, counted: services, studies and images, who spoke and how it was answered.
import { bytes, count, percent, time } from '../../../../metrics/numbers.ts';
import type {
  CountsUpTo,
  Counts,
  RecordedServiceRow,
  RecordingPageData,
} from '../../recording-data.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';

const SERVICES: readonly TableColumn<RecordedServiceRow>[] = [
  words('service', (row) => row.service),
  numbers('count', (row) => row.count, count),
  numbers('failed', (row) => row.failed / row.count, percent),
  numbers('bytes', (row) => row.bytes, bytes),
  numbers('size median', (row) => row.size.median, bytes),
  numbers('size p95', (row) => row.size.p95, bytes),
  numbers('size max', (row) => row.size.max, bytes),
  numbers('answer median', (row) => row.waiting?.median, time),
  numbers('answer p95', (row) => row.waiting?.p95, time),
  numbers('answer max', (row) => row.waiting?.max, time),
];

export function recordedServices({ summary }: RecordingPageData): HTMLElement {
  const services = table({
    caption: 'services',
    columns: SERVICES,
    empty: 'No request could be read.',
  });
  services.update(summary.services);
  return h('section', { 'aria-label': 'services' }, h('h2', {}, 'Services'), services.element);
}

export function images({ summary, modalities }: RecordingPageData): HTMLElement {
  const { studies, sizes, transferSyntaxes } = summary;
  const section = h(
    'section',
    { 'aria-label': 'studies and images' },
    h('h2', {}, 'Studies and images'),
    h(
      'div',
      { class: 'charts' },
      bars('Studies by number of images', studies?.histogram ?? [], count),
      bars('Images by size', sizes, bytes),
    ),
    counts('images by modality', 'modality', modalities),
    counts('images by transfer syntax', 'transfer syntax', transferSyntaxes),
  );
  section.hidden = sizes.length === 0;
  return section;
}

function bars(title: string, buckets: CountsUpTo, show: (value: number) => string): HTMLElement {
  const made = chart({
    title,
    format: (value) => count(Math.round(value)),
    whole: true,
    formatX: (at) => {
      const bucket = Number.isInteger(at) ? buckets[at] : undefined;
      return bucket ? show(bucket[0]) : '';
    },
  });
  const values = buckets.map(([, n]) => n);
  made.update({
    x: buckets.map((_, at) => at),
    lines: [{ label: title, values, colour: 'c1', style: 'bars' }],
  });
  return made.element;
}

/** Who spoke to whom, how it was answered, how it ended. */
export function counted({ summary }: RecordingPageData): HTMLElement {
  const ends = Object.entries(summary.ends).map(([end, n = 0]) => [end, n] as const);
  return h(
    'section',
    { 'aria-label': 'in detail' },
    h('h2', {}, 'In detail'),
    counts('associations by AE titles, calling → called', 'calling → called', summary.titles),
    counts('answers by status', 'answer', summary.answers),
    counts(
      'associations by how they ended',
      'end of the association',
      ends.sort((a, b) => b[1] - a[1]),
    ),
  );
}

function counts(caption: string, label: string, rows: Counts): HTMLElement {
  const all = rows.reduce((sum, [, n]) => sum + n, 0);
  const made = table<Counts[number]>({
    caption,
    columns: [
      words(label, ([name]) => name),
      numbers('count', ([, n]) => n, count),
      numbers('share', ([, n]) => n / all, percent),
    ],
  });
  made.update(rows);
  return made.element;
}
