// Against others: DCMTK's storescu, storescp as the sink, and our own transport without the sandbox.
import { load, script, seconds, stores, target, type Bench, type Case } from './bench.ts';
import { ours, sampleFile, storescu } from './clients.ts';
import type { Pace } from './lasting.ts';
import { bare, dicomrun, has, ourSink, storescp } from './peers.ts';
import { repeated, row, type Row } from './tally.ts';

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
  const round = async (): Promise<{ readonly a: Pace; readonly b: Pace }> => {
    const sink = await ourSink();
    const amount = { n, quick: bench.quick };
    const a = await ours(sink, amount, { args: ['-e', `BYTES=${bytes}`] });
    const b = await storescu(sink, file.path, amount);
    sink.stop();
    return { a, b };
  };
  const ratesOf = ({ a, b }: Awaited<ReturnType<typeof round>>): number =>
    a.perSecond / b.perSecond;
  const cpuOf = ({ a, b }: Awaited<ReturnType<typeof round>>): number => b.cpuUs / a.cpuUs;
  const all = await repeated(bench.rounds, round, (one) => [ratesOf(one), cpuOf(one)]);
  const figures = (one: Pace | undefined): string =>
    `${Math.round(one?.perSecond ?? NaN)}/s and ${Math.round(one?.cpuUs ?? NaN)} µs`;
  const last = all.at(-1);
  const note = `${figures(last?.a)} against ${figures(last?.b)}`;
  const [rates, cpu] = [all.map(ratesOf), all.map(cpuOf)];
  const difference = true;
  file.remove();
  const what = `1 VU, window 1, our sink, ${name}: stores/s vs storescu`;
  return [
    row(what, rates, { unit: '×', better: '>', ...judged, note, difference }),
    row('same: CPU per store, storescu / ours', cpu, {
      ...{ unit: '×', better: '>', floor: 2, aim: 3, difference },
    }),
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
  if (!has('storescp')) return [];
  const round = async (): Promise<number> => {
    const sink = await storescp();
    if (sink === null) return NaN;
    const amount = { n: bench.quick ? 2_000 : 8_000, quick: bench.quick };
    const run = await ours(sink, amount, { args: ['-e', 'BYTES=5000'] });
    sink.stop();
    return run.perSecond;
  };
  const rates = await repeated(bench.rounds, round, (one) => [one]);
  const what = '1 VU, window 1, storescp, 5 KB';
  return [row(what, rates, { unit: 'stores/s', better: '>', difference: true })];
};

// ---------------------------------------------------------------- row 3: against our own transport

interface AgainstBare {
  readonly scriptUs: number;
  readonly bareUs: number;
  readonly perSecond: number;
  readonly barePerSecond: number;
}

async function roundOfBare(time: number): Promise<AgainstBare> {
  const sink = await ourSink();
  const args = [
    script('store'),
    ...target(sink),
    ...load({ workers: 1, vus: 500, env: { BYTES: '5000' } }),
  ];
  const short = await dicomrun([...args, '--duration', '1s']);
  const long = await dicomrun([...args, '--duration', `${time + 1}s`]);
  const own = await bare([sink.port, 500, time, 5000]);
  sink.stop();
  const { count } = stores(long);
  return {
    scriptUs: ((long.cpuS - short.cpuS) / (count - stores(short).count)) * 1e6,
    bareUs: own.cpuUs,
    perSecond: count / seconds(long),
    barePerSecond: own.perSecond,
  };
}

export const againstBare: Case = async (bench) => {
  const time = bench.quick ? 2 : 5;
  const share = ({ bareUs, scriptUs }: AgainstBare): number => bareUs / scriptUs;
  const all = await repeated(
    bench.rounds,
    () => roundOfBare(time),
    (one) => [share(one)],
  );
  const last = all.at(-1);
  const note =
    `${(last?.scriptUs ?? NaN).toFixed(1)} µs against ${(last?.bareUs ?? NaN).toFixed(1)} µs, ` +
    `bare ${Math.round(last?.barePerSecond ?? NaN)}/s`;
  const shares = all.map(share);
  const what = '500 VUs, 5 KB, 1 worker, 1 iteration per store: CPU of bare transport / script';
  const limits = { floor: 0.45, aim: 0.65 };
  const each = (of: (one: AgainstBare) => number): number[] => all.map(of);
  return [
    row(what, shares, { unit: '', better: '>', ...limits, note, difference: true }),
    row(
      'same: CPU of the script',
      each(({ scriptUs }) => scriptUs),
      { unit: 'µs/store', better: '<', difference: true },
    ),
    row(
      'same: CPU of the bare transport',
      each(({ bareUs }) => bareUs),
      { unit: 'µs/store', better: '<' },
    ),
    row(
      'same: stores/s',
      each(({ perSecond }) => perSecond),
      { unit: 'stores/s', better: '>' },
    ),
  ];
};
