// What it costs to be recorded: the same stores straight to the sink and through the forwarder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, script, stores, target, type Bench, type Case } from './bench.ts';
import { CLI, dicomrun, freePort, ourSink, SINK_CPU, type Sink } from './peers.ts';
import { stationOf, type Station } from './process.ts';
import { row } from './tally.ts';

/**
 * `dicomrun record` on the sink's core: who sends has the other one, as without it.
 *
 * @param out folder of the recording, which stays; left out: none is kept
 */
export async function recordTo(sink: Sink, out?: string): Promise<Station> {
  const folder = out ?? mkdtempSync(join(tmpdir(), 'dicomrun-bench-'));
  const port = await freePort();
  const to = ['--listen', String(port), '--to', `SINK@127.0.0.1:${sink.port}`, '--out', folder];
  const child = spawn(
    'taskset',
    ['-c', String(SINK_CPU), process.execPath, CLI, 'record', ...to, '-q'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [said] = (await once(child.stderr, 'data')) as [Buffer];
  if (!said.toString().includes('Ctrl-C')) throw new Error(`record: ${said.toString()}`);
  const station = stationOf(child, port);
  const stop = async (): Promise<void> => {
    await station.stop();
    if (out === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return { ...station, stop };
}

/** Median time of a store by one client, ms. */
async function median(to: Pick<Sink, 'port'>, bench: Bench): Promise<number> {
  const duration = bench.quick ? '2s' : '4s';
  const one = load({ workers: 1, vus: 1, duration, env: { BYTES: 5000 } });
  const { duration: times } = stores(await dicomrun([script('store'), ...target(to), ...one]));
  return times?.med ?? Number.NaN;
}

export const forwarder: Case = async (bench) => {
  const added: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const between = await recordTo(sink);
    const direct = await median(sink, bench);
    added.push((await median(between, bench)) - direct);
    const before = between.cpuS();
    const many = load({ workers: 1, vus: 4, duration: '4s', env: { BYTES: 1_000_000 } });
    const { sentBytes } = stores(await dicomrun([script('store'), ...target(between), ...many]));
    cpu.push(((between.cpuS() - before) * 1000) / (sentBytes / 1e6));
    await between.stop();
    sink.stop();
  }
  return [
    row('record: delay that it adds to a store of 5 KB, p50', added, {
      ...{ unit: 'ms', better: '<', floor: 0.5, aim: 0.2 },
    }),
    row('record: processor time for a MB passed on, images of 1 MB', cpu, {
      ...{ unit: 'ms', better: '<', floor: 2, aim: 1 },
    }),
  ];
};
