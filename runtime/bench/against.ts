// Against others: DCMTK's storescu, storescp as the sink, and our own transport without the sandbox.
import { load, script, seconds, stores, target, type Bench, type Case } from './bench.ts';
import { ours, sampleFile, storescu, type Pace } from './clients.ts';
import { bare, dicomrun, has, ourSink, storescp } from './peers.ts';
import { row, type Row } from './tally.ts';

// ---------------------------------------------------------------- rows 1 and 2: against storescu

const SIZES: readonly (readonly [string, number, number, readonly number[]])[] = [
  ['5 KB', 5_000, 6_000, [1.3, 1.9]],
  ['512 KB', 524_288, 3_200, [1.2, 1.6]],
  ['10 MB', 10_485_760, 250, [1.6, 2.2]],
  ['100 MB', 104_857_600, 12, []],
];

/** One size: rates and CPU of both, in turn. */
async function oneSize(
  bench: Bench,
  [name, bytes, n, limits]: (typeof SIZES)[number],
): Promise<readonly Row[]> {
  const [floor, aim] = limits;
  const judged = floor === undefined || aim === undefined ? {} : { floor, aim };
  const file = sampleFile(bytes);
  const rates: number[] = [];
  const cpu: number[] = [];
  let note = '';
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const a = await ours(sink, bench.quick ? Math.ceil(n / 2) : n * 2, {
      args: ['-e', `BYTES=${bytes}`],
    });
    const b = await storescu(sink, file.path, bench.quick ? Math.ceil(n / 4) : n);
    sink.stop();
    rates.push(a.perSecond / b.perSecond);
    cpu.push(b.cpuUs / a.cpuUs);
    const figures = (one: Pace): string =>
      `${Math.round(one.perSecond)}/s and ${Math.round(one.cpuUs)} µs`;
    note = `${figures(a)} against ${figures(b)}`;
  }
  file.remove();
  const what = `1 VU, window 1, our sink, ${name}: stores/s vs storescu`;
  return [
    row(what, rates, { unit: '×', better: '>', ...judged, note }),
    row('same: CPU per store, storescu / ours', cpu, { unit: '×', better: '>', floor: 2, aim: 3 }),
  ];
}

export const againstStorescu: Case = async (bench) => {
  if (!has('storescu')) {
    bench.note('storescu is not installed: rows 1 and 2 are not measured');
    return [];
  }
  const rows: Row[] = [];
  for (const size of SIZES) rows.push(...(await oneSize(bench, size)));
  return rows;
};

/** The same against storescp. */
export const againstStorescp: Case = async (bench) => {
  const rates: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await storescp();
    if (sink === null) return [];
    const run = await ours(sink, bench.quick ? 2_000 : 8_000, { args: ['-e', 'BYTES=5000'] });
    sink.stop();
    rates.push(run.perSecond);
  }
  return [row('1 VU, window 1, storescp, 5 KB', rates, { unit: 'stores/s', better: '>' })];
};

// ---------------------------------------------------------------- row 3: against our own transport

export const againstBare: Case = async (bench) => {
  const share: number[] = [];
  const rate: number[] = [];
  let last = '';
  const time = bench.quick ? 2 : 5;
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const args = [
      script('store'),
      ...target(sink),
      ...load({ workers: 1, vus: 500, env: { BYTES: '5000' } }),
    ];
    const short = await dicomrun([...args, '--duration', '1s']);
    const long = await dicomrun([...args, '--duration', `${time + 1}s`]);
    const cpuUs = ((long.cpuS - short.cpuS) / (stores(long).count - stores(short).count)) * 1e6;
    const own = await bare([sink.port, 500, time, 5000]);
    sink.stop();
    share.push(own.cpuUs / cpuUs);
    rate.push(stores(long).count / seconds(long));
    last = `${cpuUs.toFixed(1)} µs against ${own.cpuUs.toFixed(1)} µs, bare ${Math.round(own.perSecond)}/s`;
  }
  return [
    row('500 VUs, 5 KB, 1 worker, 1 iteration per store: CPU of bare transport / script', share, {
      unit: '',
      better: '>',
      floor: 0.45,
      aim: 0.65,
      note: last,
    }),
    row('same: stores/s', rate, { unit: 'stores/s', better: '>' }),
  ];
};
