// What is measured. Each case runs its variants in turn within a round, so that a ratio holds when the
// machine's speed drifts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { againstBare, againstStorescp, againstStorescu } from './against.ts';
import { begin, crowd, faults, parts } from './agents.ts';
import { captured } from './captured.ts';
import { load, script, seconds, stores, target, type Case } from './bench.ts';
import { data } from './data.ts';
import { createdVus, emptyIterations, manySeries, metricsShare } from './engine.ts';
import { forwarder } from './forwarder.ts';
import { find, influx, large, receiversNative, receiversRle, receiversSmall } from './outputs.ts';
import { clients, echoes, tls, windows } from './others.ts';
import { CLI, dicomrun, ourSink, type CliRun } from './peers.ts';
import { timed } from './process.ts';
import { memory, sizes } from './scaling.ts';
import { router } from './router.ts';
import { mainJob, overAddresses, start } from './start.ts';
import { sweepOf } from './sweep.ts';
import { repeated, row } from './tally.ts';
import { webFind } from './web-find.ts';
import { webGet, webMemory, webStore } from './web.ts';
import { bytesPerCpu, stamps } from './wire.ts';

// ---------------------------------------------------------------- rows 4 to 7

export const uniqueOrNot: Case = async (bench) => {
  const ratios: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const args = [
      script('store'),
      ...target(sink),
      ...load({ workers: 1, vus: 500, duration: bench.quick ? '2s' : '4s', env: { BYTES: 5000 } }),
    ];
    const fresh = stores(await dicomrun(args)).count;
    const same = stores(await dicomrun([...args, '-e', 'REPEAT=1'])).count;
    sink.stop();
    ratios.push(fresh / same);
  }
  return [
    row('unique vs repeated instance, 500 VUs, 5 KB', ratios, {
      unit: '',
      better: '>',
      floor: 0.95,
      aim: 1,
    }),
  ];
};

interface ManyVus {
  readonly cpu: number;
  readonly rss: number;
  readonly perSecond: number;
}

export const manyVus: Case = async (bench) => {
  const time = bench.quick ? 5 : 12;
  const vus = 5000;
  // Both after the start: that has rows of its own.
  const round = async (): Promise<ManyVus> => {
    const sink = await ourSink();
    const args = [
      script('store'),
      ...target(sink),
      ...load({ workers: 1, vus, env: { BYTES: 32_768, THINK: 1 } }),
    ];
    const short = await dicomrun([...args, '--duration', '4s']);
    const long = await dicomrun([...args, '--duration', `${4 + time}s`]);
    sink.stop();
    const s = seconds(long) - seconds(short);
    const perSecond = (stores(long).count - stores(short).count) / s;
    return { cpu: ((long.cpuS - short.cpuS) / s) * 100, rss: long.rssBytes / 1e6, perSecond };
  };
  const all = await repeated(bench.rounds, round, ({ cpu }) => [cpu]);
  const offered = { load: vus, reached: all.map(({ perSecond }) => perSecond) };
  const each = (of: (one: ManyVus) => number): number[] => all.map(of);
  return [
    row(
      '5,000 VUs × 1 store/s of 32 KB: CPU',
      each(({ cpu }) => cpu),
      { ...{ unit: '% of a core', better: '<', floor: 40, aim: 25 }, offered, difference: true },
    ),
    row(
      'same: memory',
      each(({ rss }) => rss),
      { ...{ unit: 'MB', better: '<', floor: 350, aim: 220 }, offered },
    ),
  ];
};

export const openAssociations: Case = async (bench) => {
  const rss: number[] = [];
  const reached: number[] = [];
  for (let i = 0; i < Math.min(bench.rounds, 2); i++) {
    const sink = await ourSink();
    const run = await dicomrun([
      script('hold'),
      ...target(sink),
      ...load({ workers: 1, vus: 10_000, env: { HOLD: 6 } }),
      ...['--iterations', '10000'],
    ]);
    sink.stop();
    reached.push((run.summary['associations'] as { accepted: number }).accepted);
    rss.push(run.rssBytes / 1e6);
  }
  const offered = { load: 10_000, unit: ' associations', reached };
  const limits = { unit: 'MB', better: '<', floor: 500, aim: 300 } as const;
  return [row('10,000 open associations: memory', rss, { ...limits, offered })];
};

/** Once code is compiled: a long run less a short one. */
export const churn: Case = async (bench) => {
  const accepted = (run: CliRun): number =>
    (run.summary['associations'] as { accepted: number }).accepted;
  const round = async (): Promise<number> => {
    const sink = await ourSink();
    const churned = (duration: string): Promise<CliRun> =>
      dicomrun([script('associate'), ...target(sink), ...load({ workers: 1, vus: 32, duration })]);
    const short = await churned('3s');
    const long = await churned(bench.quick ? '5s' : '9s');
    sink.stop();
    return (accepted(long) - accepted(short)) / (seconds(long) - seconds(short));
  };
  const rates = await repeated(bench.rounds, round, (one) => [one]);
  return [
    row('association churn: connect, associate, echo, release', rates, {
      ...{ unit: '/s', better: '>', floor: 5000, difference: true },
    }),
  ];
};

/** A script of a constant rate whose first seconds, in which code is compiled, are a stage of their own. */
function arrivalScript(s: number): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-arrival-'));
  const file = join(folder, 'arrival.ts');
  const source = readFileSync(script('store'), 'utf8');
  const stages = [3, s].map((time) => ({ duration: `${time}s`, target: 5000 }));
  const vus = { preAllocatedVUs: 500, maxVUs: 500 };
  const options = {
    summaryTrendStats: ['p(99)'],
    thresholds: { 'iteration_lag{stage:1}': [] },
    scenarios: { s: { executor: 'ramping-arrival-rate', startRate: 5000, stages, ...vus } },
  };
  writeFileSync(file, `${source}\nexport const options = ${JSON.stringify(options)};\n`);
  return { folder, file };
}

/** What bounds the start error with them, seen start by start: it grows for 0.1 to 0.5 s, and is gone after 0.7. */
const FIRST_CALLS =
  'late are those of the first half second, while V8 reads and compiles what they call';

export const arrival: Case = async (bench) => {
  const lag: number[] = [];
  const whole: number[] = [];
  const reached: number[] = [];
  let dropped = 0;
  const { folder, file } = arrivalScript(bench.quick ? 3 : 8);
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const run = await dicomrun([file, ...target(sink), '--workers', '1', '-e', 'BYTES=5000']);
    sink.stop();
    const metrics = run.summary['metrics'] as Readonly<
      Record<string, { values?: Readonly<Record<string, number>> }>
    >;
    const p99 = (name: string): number => metrics[name]?.values?.['p(99)'] ?? NaN;
    lag.push(p99('iteration_lag{stage:1}'));
    whole.push(p99('iteration_lag'));
    const { execution } = run.summary as { execution: { dropped: number; iterations: number } };
    dropped += execution.dropped;
    reached.push(execution.iterations / seconds(run));
  }
  rmSync(folder, { recursive: true, force: true });
  const offered = { load: 5000, reached };
  return [
    row('constant arrival 5,000/s: start error p99', lag, {
      unit: 'ms',
      better: '<',
      floor: 5,
      aim: 1.5,
      note: `${dropped} dropped`,
      offered,
    }),
    row('same, with the first three seconds', whole, {
      ...{ unit: 'ms', better: '<', floor: 5, aim: 2, note: FIRST_CALLS },
      offered,
    }),
  ];
};

export const coldStart: Case = async (bench) => {
  const walls: number[] = [];
  const cpus: number[] = [];
  const helps: number[] = [];
  for (let i = 0; i < bench.rounds + 2; i++) {
    helps.push((await timed([process.execPath, CLI, '--help'])).wallS);
    const sink = await ourSink();
    const began = performance.timeOrigin + performance.now();
    const run = await dicomrun(
      [script('store'), ...target(sink), '--vus', '1', '--iterations', '1'],
      { cpu: null },
    );
    sink.stop();
    const started = Date.parse((run.summary['run'] as { startedAt: string }).startedAt);
    walls.push((started - began) / 1000);
    cpus.push(run.cpuS);
  }
  return [
    row('cold start to the run’s t0, small script', walls, {
      unit: 's',
      better: '<',
      floor: 0.6,
      aim: 0.3,
    }),
    // A shared machine moves it less than the wall time.
    row('CPU of that run, all of it', cpus, { unit: 's', better: '<', floor: 0.6, aim: 0.4 }),
    row('dicomrun --help', helps, { unit: 's', better: '<', floor: 0.15, aim: 0.12 }),
  ];
};

export const CASES: Readonly<Record<string, Case>> = {
  storescu: againstStorescu,
  storescp: againstStorescp,
  clients,
  echoes,
  windows,
  tls,
  iperf: bytesPerCpu,
  stamps,
  bare: againstBare,
  unique: uniqueOrNot,
  empty: emptyIterations,
  created: createdVus,
  series: manySeries,
  metrics: metricsShare,
  start,
  addresses: overAddresses,
  job: mainJob,
  vus: manyVus,
  associations: openAssociations,
  churn,
  arrival,
  cold: coldStart,
  influx,
  large,
  find,
  'web-find': webFind,
  'web-store': webStore,
  'web-get': webGet,
  'web-memory': webMemory,
  'receivers-5k': receiversSmall,
  'receivers-512k': receiversNative,
  'receivers-rle': receiversRle,
  router,
  forwarder,
  captured,
  data,
  crowd,
  parts,
  begin,
  faults,
  'sweep-500': sweepOf(500),
  'sweep-2000': sweepOf(2000),
  'sweep-5000': sweepOf(5000),
  'sweep-10000': sweepOf(10_000),
  sizes,
  memory,
};

/** Names of several that belong together. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  web: ['web-find', 'web-store', 'web-get', 'web-memory'],
  receivers: ['receivers-5k', 'receivers-512k', 'receivers-rle'],
  sweep: ['sweep-500', 'sweep-2000', 'sweep-5000', 'sweep-10000'],
};
