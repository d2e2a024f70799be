import { expect, it } from 'vitest';
import type { FromAcceptor } from '../threads/acceptor.ts';
import { NamedSamples, TallySamples } from './samples.ts';
import { newTally } from './account/tally.ts';

interface Heard {
  readonly series: { id: number; metric: string; tags: Record<string, string> }[];
  readonly samples: (readonly [metric: string, value: number, time: number])[];
}

function listen(): { writer: NamedSamples; heard: Heard } {
  const heard: Heard = { series: [], samples: [] };
  const post = (message: FromAcceptor): void => {
    if (message.kind === 'series') {
      for (const { id, metric, tags } of message.series) {
        heard.series.push({ id, metric, tags: { ...tags } });
      }
    } else if (message.kind === 'samples') {
      const { n, series, value, time } = message.columns;
      for (let i = 0; i < n; i++) {
        const metric = heard.series[series[i] ?? -1]?.metric ?? 'undeclared';
        heard.samples.push([metric, value[i] ?? NaN, time[i] ?? NaN]);
      }
    }
  };
  return { writer: new NamedSamples(post, { at: (reading) => reading }), heard };
}

it('declares a series once, before its first sample, and loses none', () => {
  const { writer, heard } = listen();
  for (let n = 0; n < 10_000; n++) {
    writer.addAt(writer.seriesOf('dicom_delivery_duration', { route: `R${n % 3}` }), n, n);
  }
  writer.flush();
  expect(heard.series.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(heard.samples).toHaveLength(10_000);
  expect(
    heard.samples.every(([metric, value, time]) => metric !== 'undeclared' && value === time),
  ).toBe(true);
});

it('tells zeros of an expectation once, then only what changed', () => {
  const { writer, heard } = listen();
  const samples = new TallySamples(writer, { route: 'R' });
  const tally = newTally();
  samples.emit(tally, 1);
  writer.flush();
  expect(heard.samples.map(([metric, value]) => [metric, value])).toEqual(
    'expected arrived unique missing late duplicated corrupted recoded unhashed unexpected'
      .split(' ')
      .map((name) => [`dicom_delivery_${name}`, 0]),
  );
  tally.accepted = 7;
  tally.missing = 2;
  samples.emit(tally, 2);
  tally.accepted = 8;
  samples.emit(tally, 3);
  samples.emit(tally, 4);
  writer.flush();
  expect(heard.samples.slice(10)).toEqual([
    ['dicom_delivery_expected', 7, 2],
    ['dicom_delivery_missing', 2, 2],
    ['dicom_delivery_expected', 1, 3],
  ]);
});
