// Against others: DCMTK's storescu, storescp as the sink, and our own transport without the sandbox.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileMeta } from '../dicom/data/part10.ts';
import { syntheticPool } from '../dicom/data/synthetic.ts';
import { script, seconds, stores, target, type Bench, type Case } from './bench.ts';
import { bare, CLIENT_CPU, dicomrun, has, ourSink, storescp, type Sink } from './peers.ts';
import { timed } from './process.ts';
import { row, type Row } from './tally.ts';

/** A Part 10 file of a size, for DCMTK. */
function sampleFile(bytes: number): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-file-'));
  const pool = syntheticPool(
    { modality: bytes < 20_000 ? 'SR' : 'MR', bytes },
    { id: 0, key: 'file' },
  );
  const [member] = pool.members;
  if (member === undefined || member.location.kind !== 'memory') throw new Error('no instance');
  const { segment, offset } = member.location;
  const data = Buffer.from(
    pool.segments[segment] ?? new ArrayBuffer(0),
    offset,
    member.datasetBytes,
  );
  const path = join(folder, 'image.dcm');
  writeFileSync(
    path,
    Buffer.concat([fileMeta(member.sopClass, member.sopInstance, member.transferSyntax), data]),
  );
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

// ---------------------------------------------------------------- rows 1 and 2: against storescu

const SIZES: readonly (readonly [string, number, number, readonly [number, number]])[] = [
  ['5 KB', 5_000, 6_000, [1.3, 1.9]],
  ['512 KB', 524_288, 1_200, [1.2, 1.6]],
  ['10 MB', 10_485_760, 100, [1.6, 2.2]],
];

/** storescu's rate and CPU per store: a run of one store is subtracted. */
async function storescu(
  sink: Sink,
  file: string,
  n: number,
): Promise<{ perSecond: number; cpuUs: number }> {
  const command = (repeat: number): string[] => [
    'storescu',
    '-xe',
    '--max-pdu',
    '131072',
    '--repeat',
    String(repeat),
    '-aec',
    'SINK',
    '127.0.0.1',
    String(sink.port),
    file,
  ];
  const one = await timed(command(1), { cpu: CLIENT_CPU });
  const many = await timed(command(n), { cpu: CLIENT_CPU });
  return {
    perSecond: (n - 1) / (many.wallS - one.wallS),
    cpuUs: ((many.cpuS - one.cpuS) / (n - 1)) * 1e6,
  };
}

/** Ours, the same way: rate of the run itself, CPU less that of a run of one store. */
async function ours(
  sink: Sink,
  bytes: number,
  n: number,
): Promise<{ perSecond: number; cpuUs: number }> {
  const args = (count: number): string[] => [
    script('store'),
    ...target(sink),
    '--vus',
    '1',
    '--iterations',
    String(count),
    '-e',
    `BYTES=${bytes}`,
  ];
  const one = await dicomrun(args(1));
  const many = await dicomrun(args(n));
  const cpuUs = ((many.cpuS - one.cpuS) / (n - 1)) * 1e6;
  return { perSecond: stores(many).count / seconds(many), cpuUs };
}

/** One size: rates and CPU of both, in turn. */
async function oneSize(
  bench: Bench,
  [name, bytes, n, limits]: (typeof SIZES)[number],
): Promise<readonly Row[]> {
  const [floor, aim] = limits;
  const file = sampleFile(bytes);
  const rates: number[] = [];
  const cpu: number[] = [];
  let note = '';
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const a = await ours(sink, bytes, bench.quick ? Math.ceil(n / 4) : n * 2);
    const b = await storescu(sink, file.path, bench.quick ? Math.ceil(n / 4) : n);
    sink.stop();
    rates.push(a.perSecond / b.perSecond);
    cpu.push(b.cpuUs / a.cpuUs);
    const figures = (one: typeof a): string =>
      `${Math.round(one.perSecond)}/s and ${Math.round(one.cpuUs)} µs`;
    note = `${figures(a)} against ${figures(b)}`;
  }
  file.remove();
  const what = `1 VU, window 1, our sink, ${name}: stores/s vs storescu`;
  return [
    row(what, rates, { unit: '×', better: '>', floor, aim, note }),
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
    const run = await ours(sink, 5_000, bench.quick ? 2_000 : 8_000);
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
      '--workers',
      '1',
      '--vus',
      '500',
      '-e',
      'BYTES=5000',
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
