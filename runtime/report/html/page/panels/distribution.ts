// Panel 8: how the latencies of a service are distributed.
import type { Distribution, ReportData } from '../../data.ts';
import { chart } from '../chart.ts';
import { h } from '../dom.ts';
import { count, time } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table } from '../table.ts';
import { serviceChoice } from '../choice.ts';

export function distribution(): Panel {
  let buckets: Distribution['buckets'] = [];
  const histogram = chart({
    title: 'Requests by latency (logarithmic buckets)',
    format: (value) => count(Math.round(value)),
    whole: true,
    formatX: (at) => {
      const bucket = Number.isInteger(at) ? buckets[at] : undefined;
      return bucket ? time(bucket[0]) : '';
    },
  });
  const percentiles = table<readonly [number, number]>({
    caption: 'percentiles (nearest rank, within 0.1 %)',
    columns: [
      numbers(
        'percentile',
        ([p]) => p,
        (p) => (p === 100 ? 'max' : `p${p}`),
      ),
      numbers('latency', ([, value]) => value, time),
    ],
  });
  const choice = serviceChoice((data, service) => {
    const one = data.distributions.find((other) => other.service === service);
    buckets = one?.buckets ?? [];
    histogram.update({
      x: buckets.map((_, at) => at),
      lines: [{ label: service, values: buckets.map(([, n]) => n), colour: 'c1', style: 'bars' }],
    });
    percentiles.update(one?.percentiles ?? []);
  });
  const frame = h('div', { class: 'charts' }, histogram.element, percentiles.element);
  const measured = ({ services, distributions }: ReportData): string[] =>
    services.filter((service) => distributions.some((one) => one.service === service));
  return section('Distribution of latency', [choice.element, frame], (data) =>
    choice.update(data, measured(data)),
  );
}
