// What a store costs by how many VUs share the load: the same number a second of each size, all
// associations open and the code compiled before anything is counted.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { target, type Bench, type Case } from './bench.ts';
import { CLI, CLIENT_CPU, countingSink, has, type CountingSink } from './peers.ts';
import { runningS, stationOf } from './process.ts';
import { repeated, row } from './tally.ts';

/** Each VU stores at its own beat; the beats are spread evenly. */
const SCRIPT = `import dicom from 'dicom';
import { sleep } from 'k6';

const peer = dicom.peer();
const pool = dicom.synthetic({ modality: 'SR', bytes: 5000 });
const vus = Number(__ENV.VUS);
const beatMs = (vus / Number(__ENV.RATE)) * 1000;
let next = 0;

export async function vuInit() {
  return peer.associate({ for: pool, keep: true });
}

export default async function (_data, association) {
  const now = Date.now();
  if (next === 0) next = now + (__VU / vus) * beatMs;
  // Whoever is late by more than a second lets it be.
  next = Math.max(next + beatMs, now - 1000);
  await sleep(Math.max(0, next - now) / 1000);
  await association.store(pool);
}
`;

const RATE = 8000;
const FEWEST = 50;
/** Longest time for the load to be reached, s. */
const MOST_S = 40;
/** After that: what the start left is collected, what was compiled last runs. */
const SETTLE_S = 3;

const pause = (s: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, s * 1000));

interface Steady {
  /** Processor time of a store, all threads. */
  readonly us: number;
  readonly perSecond: number;
}

/** A run of so many VUs, from when it carries the load. */
async function steady(vus: number, seconds: number): Promise<Steady> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-sweep-'));
  const file = join(folder, 'beat.ts');
  writeFileSync(file, SCRIPT);
  const sink = await countingSink();
  const words = [CLI, 'run', file, ...target(sink), '--results', folder, '--no-report', '-q'];
  const load = ['--workers', '1', '--vus', String(vus), '--duration', '10m', '--ledger', 'none'];
  const env = ['-e', `VUS=${vus}`, '-e', `RATE=${RATE}`];
  const pin = has('taskset') ? ['taskset', '-c', String(CLIENT_CPU)] : [];
  const [program = '', ...args] = [...pin, process.execPath, ...words, ...load, ...env];
  const child = spawn(program, args, { stdio: 'ignore' });
  const { pid = 0 } = child;
  const client = stationOf(child, 0);
  try {
    await reached(sink);
    await pause(SETTLE_S);
    const [before, usedBefore] = [await sink.stored(), runningS(pid)];
    await pause(seconds);
    const [after, used] = [await sink.stored(), runningS(pid)];
    const count = after.count - before.count;
    const perSecond = (count / (after.atMs - before.atMs)) * 1000;
    return { us: ((used - usedBefore) / count) * 1e6, perSecond };
  } finally {
    await client.stop();
    sink.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until all VUs are there and none is late any more. */
async function reached(sink: CountingSink): Promise<void> {
  let before = await sink.stored();
  for (let i = 0; i < MOST_S; i++) {
    await pause(1);
    const now = await sink.stored();
    const perSecond = ((now.count - before.count) / (now.atMs - before.atMs)) * 1000;
    if (Math.abs(perSecond / RATE - 1) < 0.02) return;
    before = now;
  }
}

async function against(bench: Bench, vus: number): Promise<readonly (readonly Steady[])[]> {
  const seconds = bench.quick ? 3 : 6;
  let turn = 0;
  // The machine drifts: who is first changes.
  const round = async (): Promise<readonly Steady[]> => {
    const sizes = turn++ % 2 === 0 ? [FEWEST, vus] : [vus, FEWEST];
    const both = new Map<number, Steady>();
    for (const size of sizes) both.set(size, await steady(size, seconds));
    return [FEWEST, vus].flatMap((size) => both.get(size) ?? []);
  };
  return repeated(bench.rounds, round, ([few, many]) => [(many?.us ?? NaN) / (few?.us ?? NaN)]);
}

/** What bounds it, found by profile, and by a bare script over the same sink at the same rate. */
const KEPT =
  'an iteration that waits outlives two collections: what it holds is copied twice; 10,000 bare sockets of Node 1.0 ×, with async functions that sleep 1.2 ×';
/** From so many on they wait longer than from one collection to the next. */
const MANY = 2000;

/** Processor time per store of so many VUs against that of the fewest, at the same rate. */
export const sweepOf =
  (vus: number): Case =>
  async (bench) => {
    const rounds = await against(bench, vus);
    const ratios = rounds.map(([few, many]) => (many?.us ?? NaN) / (few?.us ?? NaN));
    const us = rounds.at(-1)?.map((one) => one.us.toFixed(1)) ?? [];
    const reached = rounds.map((round) => Math.min(...round.map(({ perSecond }) => perSecond)));
    return [
      row(`CPU per store, 5 KB: ${vus.toLocaleString('en')} VUs / ${FEWEST} VUs`, ratios, {
        ...{ unit: '×', better: '<', floor: 1.1, difference: true },
        note: [`${us.reverse().join(' and ')} µs`, ...(vus < MANY ? [] : [KEPT])].join('; '),
        offered: { load: RATE, reached },
      }),
    ];
  };
