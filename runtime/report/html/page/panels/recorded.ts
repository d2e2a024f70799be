// What a replayed recording was, above what it is now: the rate over time, and each service in numbers.
import { bytes, count, percent, short, time } from '../../../../metrics/numbers.ts';
import { thenAndNow, type ThenOrNow } from '../../../../metrics/recorded/then-and-now.ts';
import type { RecordedTimes } from '../../../../metrics/recorded/row.ts';
import type { ReportData } from '../../data.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table, words, type TableColumn } from '../table.ts';
import { column, perSecond } from './timeline.ts';

const SERVICES: readonly TableColumn<ThenOrNow>[] = [
  words('service', (row) => row.service),
  words('when', (row) => row.when),
  numbers('count', (row) => row.count, count),
  numbers('per second', (row) => row.ratePerSecond, short),
  numbers('failed', (row) => row.failedShare, percent),
  numbers('mean size', (row) => row.bytes, bytes),
  numbers('median', (row) => row.duration?.med, time),
  numbers('p95', (row) => row.duration?.p95, time),
  numbers('max', (row) => row.duration?.max, time),
];

/** C-STOREs of one size class, recorded or replayed. */
interface SizeRow {
  readonly size: string;
  readonly when: ThenOrNow['when'];
  readonly count: number;
  readonly duration?: Partial<RecordedTimes>;
}

const SIZES: readonly TableColumn<SizeRow>[] = [
  words('size', (row) => row.size),
  words('when', (row) => row.when),
  numbers('C-STOREs', (row) => row.count, count),
  numbers('median', (row) => row.duration?.med, time),
  numbers('p95', (row) => row.duration?.p95, time),
];

export function recorded(): Panel {
  const rate = chart({ title: 'Starts of associations: recorded and replayed', format: perSecond });
  const services = table({ caption: 'services, recorded and replayed', columns: SERVICES });
  const sizes = table({ caption: 'C-STORE by size, recorded and replayed', columns: SIZES });
  const note = h(
    'p',
    { class: 'faint' },
    'The rates of the recording are at the speed of the replay. Sizes: of the recording the data set, of the replay with command and headers. Times: of the recording up to the first byte of the final response, as the recorder saw it.',
  );
  const parts = [rate.element, services.element, sizes.element, note];
  return section('Recorded and replayed', parts, (data) => {
    const rows = thenAndNow(data.summary);
    if (rows.length === 0) return false;
    services.update(rows);
    const bySize = sizeRows(data);
    sizes.update(bySize);
    sizes.element.hidden = bySize.length === 0;
    rate.update({
      x: data.timeline.time,
      lines: [
        ...column(data, 'due', { label: 'recorded, at this speed', colour: 'c6', dash: [8, 4] }),
        ...column(data, 'iterations', { label: 'replayed, ended', colour: 'c4' }),
      ],
    });
    return true;
  });
}

function sizeRows({ summary, breakdown }: ReportData): SizeRow[] {
  const then = (summary.recorded ?? []).flatMap(({ sizes = [] }) => sizes);
  const now = breakdown.filter(({ by, service }) => by === 'size_class' && service === 'C-STORE');
  return SIZE_CLASSES.flatMap((size) => {
    const was = then.find(({ sizeClass }) => sizeClass === size);
    const is = now.find(({ value }) => value === size);
    if (was === undefined) return [];
    const { p50, p95 } = is ?? {};
    return [
      { size, when: 'recorded', ...was },
      {
        ...{ size, when: 'replayed', count: is?.count ?? 0 },
        ...(p50 === undefined || p95 === undefined ? {} : { duration: { med: p50, p95 } }),
      },
    ] satisfies SizeRow[];
  });
}

const SIZE_CLASSES = ['small', 'medium', 'large'];
