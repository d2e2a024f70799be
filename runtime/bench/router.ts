// What `serve router` passes on with a core of its own; who sends and who receives share the other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { load, script, stores, target, type Case } from './bench.ts';
import { CLI, CLIENT_CPU, dicomrun, freePort, ourSink, SINK_CPU, type Sink } from './peers.ts';
import { stationOf, type Station } from './process.ts';
import { repeated, row } from './tally.ts';

const ROUTER_CPU = CLIENT_CPU;

async function routeTo(sink: Sink): Promise<Station> {
  const port = await freePort();
  const to = ['--port', String(port), '--to', `SINK@127.0.0.1:${sink.port}`];
  const words = ['-c', String(ROUTER_CPU), process.execPath, CLI, 'serve', 'router', ...to];
  const child = spawn('taskset', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.resume();
  await once(child.stdout, 'data');
  child.stdout.resume();
  return stationOf(child, port);
}

/** Processor time once what waits in the router has left it. */
async function settled({ cpuS }: Station): Promise<number> {
  for (let before = cpuS(); ; before = cpuS()) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // Its status lines and timers take less.
    if (cpuS() - before < 0.03) return before;
  }
}

/** Images of 512 KB that came in and went on, per second of the router's core. */
export const router: Case = async (bench) => {
  const round = async (): Promise<readonly [perCpuS: number, perSecond: number]> => {
    const sink = await ourSink();
    const between = await routeTo(sink);
    const sent = async (duration: string): Promise<{ count: number; ratePerSecond: number }> => {
      const eight = load({ workers: 1, vus: 8, duration, env: { BYTES: 524_288 } });
      const args = [script('store'), ...target(between), ...eight];
      return stores(await dicomrun(args, { cpu: SINK_CPU }));
    };
    await sent('3s');
    const before = await settled(between);
    const { count, ratePerSecond } = await sent(bench.quick ? '3s' : '5s');
    const perCpuS = count / ((await settled(between)) - before);
    await between.stop();
    sink.stop();
    return [perCpuS, ratePerSecond];
  };
  const all = await repeated(bench.rounds, round, ([perCpuS]) => [perCpuS]);
  const taken = Math.round(all.at(-1)?.[1] ?? NaN);
  return [
    row(
      'serve router, 512 KB: images passed on for a second of its core',
      all.map(([perCpuS]) => perCpuS),
      { unit: '', better: '>', floor: 2500, difference: true, note: `took ${taken}/s` },
    ),
  ];
};
