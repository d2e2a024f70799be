// How what is carried changes with size, and the memory with time. Flat is the aim.
import { stores, seconds, script, target, type Case } from './bench.ts';
import { dicomrun, ourSink, type CliRun } from './peers.ts';
import { row, type Row } from './tally.ts';

const load = (vus: number, time: string, bytes: number): string[] => [
  script('store'),
  '--workers',
  '1',
  '--vus',
  String(vus),
  '--duration',
  time,
  '-e',
  `BYTES=${bytes}`,
];

/** Bytes per second from 5 KB to 100 MB: no cliff between. */
export const sizes: Case = async (bench) => {
  const rows: Row[] = [];
  for (const [name, bytes, vus] of [
    ['5 KB', 5000, 64],
    ['32 KB', 32_768, 64],
    ['128 KB', 131_072, 32],
    ['512 KB', 524_288, 16],
    ['2 MB', 2_097_152, 8],
    ['10 MB', 10_485_760, 4],
    ['100 MB', 104_857_600, 2],
  ] as const) {
    const rates: number[] = [];
    for (let i = 0; i < Math.min(bench.rounds, 2); i++) {
      const sink = await ourSink();
      const run = await dicomrun([...load(vus, bench.quick ? '2s' : '4s', bytes), ...target(sink)]);
      sink.stop();
      rates.push((stores(run).count * bytes) / 1e6 / seconds(run));
    }
    rows.push(row(`size sweep: ${name}, ${vus} VUs`, rates, { unit: 'MB/s', better: '>' }));
  }
  return rows;
};

/** Memory of a run of a minute against one of ten seconds, 500 VUs. */
export const memory: Case = async (bench) => {
  const growth: number[] = [];
  let note = '';
  for (let i = 0; i < Math.min(bench.rounds, 2); i++) {
    const sink = await ourSink();
    const run = (time: string): Promise<CliRun> =>
      dicomrun([...load(500, time, 5000), ...target(sink)]);
    const short = await run(bench.quick ? '4s' : '10s');
    const long = await run(bench.quick ? '12s' : '60s');
    sink.stop();
    growth.push((long.rssBytes - short.rssBytes) / 1e6);
    note = `${Math.round(long.rssBytes / 1e6)} MB after ${stores(long).count.toLocaleString('en')} stores`;
  }
  return [
    row('memory over time: 60 s above 10 s, 500 VUs', growth, { unit: 'MB', better: '<', note }),
  ];
};
