// The start of thousands of VUs, and the memory of the main job.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, stores, target, type Case } from './bench.ts';
import { bareScript, dicomrun, ourSink, SCRIPTS, type CliRun } from './peers.ts';
import type { StartedBare } from './start-bare.ts';
import { median, row, type Row } from './tally.ts';

/**
 * VUs that all open an association at once and store once a second from then on. The first and the
 * last second are stages 0 and 2.
 */
const SCRIPT = `import dicom from 'dicom';
import { sleep } from 'k6';
import exec from 'k6/execution';
import { Trend } from 'k6/metrics';

const vus = Number(__ENV.VUS);
const stages = [1, Number(__ENV.SECONDS) - 2, 1];
export const options = {
  scenarios: {
    start: {
      executor: 'ramping-vus',
      startVUs: vus,
      stages: stages.map((time) => ({ duration: time + 's', target: vus })),
    },
  },
  summaryTrendStats: ['p(95)', 'max'],
  thresholds: Object.fromEntries(
    ['dicom_req_duration{stage:0}', 'dicom_req_duration{stage:2}', 'dicom_reqs{stage:2}'].map((name) => [name, []]),
  ),
};
const peer = dicom.peer(__ENV.SOURCES === '' ? {} : { sourceAddress: __ENV.SOURCES.split(',') });
const pool = dicom.synthetic({ modality: 'MR', bytes: Number(__ENV.BYTES) });
const openedAfter = new Trend('opened_after', true);

export async function vuInit() {
  const association = await peer.associate({ for: pool, keep: true });
  openedAfter.add(exec.instance.currentTestRunDuration);
  return association;
}

export default async function (_data, association) {
  await association.store(pool);
  await sleep(1);
}
`;

interface StartLoad {
  readonly VUS: number;
  readonly SECONDS: number;
  readonly BYTES: number;
  /** Local addresses to connect from; '' leaves it to the system. */
  readonly SOURCES: string;
}

async function started(env: StartLoad): Promise<CliRun> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-start-'));
  const file = join(folder, 'start.ts');
  writeFileSync(file, SCRIPT);
  const words = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const sink = await ourSink();
  try {
    return await dicomrun([file, ...target(sink), '--workers', '1', ...words]);
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Started {
  /** Longest turn of the loop, ms. */
  readonly lag: number;
  /** Time from t0 until the last association was open, s. */
  readonly open: number;
  /** p95 of C-STORE in the first second against that in the tenth. */
  readonly first: number;
  /** Associations that were opened. */
  readonly accepted: number;
  /** Stores of the last second, in which each VU does one. */
  readonly stores: number;
}

type Metrics = Readonly<Record<string, { values?: Readonly<Record<string, number>> }>>;

function startedOf({ summary }: CliRun): Started {
  const { generator } = summary['execution'] as { generator: { loopLagMaxMs: number } };
  const metrics = summary['metrics'] as Metrics;
  const of = (name: string, statistic: string): number => metrics[name]?.values?.[statistic] ?? NaN;
  const p95 = (stage: number): number => of(`dicom_req_duration{stage:${stage}}`, 'p(95)');
  const open = of('opened_after', 'max') / 1000;
  const { accepted } = summary['associations'] as { accepted: number };
  const first = p95(0) / p95(2);
  const stores = of('dicom_reqs{stage:2}', 'count');
  return { lag: generator.loopLagMaxMs, open, first, accepted, stores };
}

/** The same start by bare sockets, over a sink of its own: no run finds a sink that another has warmed. */
async function startedBare({ VUS, SECONDS, BYTES }: StartLoad): Promise<StartedBare> {
  const sink = await ourSink();
  try {
    return await bareScript<StartedBare>('start-bare.js', [sink.port, VUS, SECONDS, BYTES]);
  } finally {
    sink.stop();
  }
}

/** What bounds them, found by profile. */
const COLLECTED = 'a collection of what was just made, all of which stays, takes 20 to 50 ms';
const ONE_CORE = 'the worker shares its core with the compiler and the collector of V8: half of it';
const FULL_CORE =
  'until all are open the core is full: V8 compiles on it, and a tenth of the time is collections of 20 to 30 ms';

/**
 * 5,000 VUs with an association each, all at once. Without a source address: for one, Linux looks for
 * a free port at every connect, over 1 ms each while those of the round before are not free yet.
 */
export const start: Case = async (bench) => {
  const rounds: Started[] = [];
  const env = { VUS: 5000, SECONDS: 10, BYTES: 32_768, SOURCES: '' };
  const bare: StartedBare[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    rounds.push(startedOf(await started(env)));
    bare.push(await startedBare(env));
  }
  return startRows(env.VUS, rounds, bare);
};

function startRows(
  vus: number,
  rounds: readonly Started[],
  bare: readonly StartedBare[],
): readonly Row[] {
  const of = (what: (one: Started) => number): number[] => rounds.map(what);
  const reached = of(({ accepted }) => accepted);
  const less = { better: '<', offered: { load: vus, unit: ' associations', reached } } as const;
  const eachSecond = { load: vus, reached: of(({ stores }) => stores) };
  const bareOpen = bare.map(({ openS }) => openS);
  const bareFirst = bare.map(({ firstMs, lastMs }) => firstMs / lastMs);
  const beside = (note: string, figure: string): string =>
    `${note}; bare sockets of Node ${figure}`;
  return [
    row(
      '5,000 VUs start at once: longest turn of the loop',
      of(({ lag }) => lag),
      { unit: 'ms', ...less, floor: 50, aim: 20, note: COLLECTED },
    ),
    row(
      'same: all associations open',
      of(({ open }) => open),
      {
        unit: 's',
        ...less,
        floor: 1.5,
        aim: 1,
        note: beside(ONE_CORE, `${median(bareOpen).toFixed(2)} s`),
      },
    ),
    row(
      'same: p95 of C-STORE in the first second / in the tenth',
      of(({ first }) => first),
      {
        ...{ unit: '×', better: '<', floor: 2, aim: 1.3, offered: eachSecond },
        note: beside(FULL_CORE, `${median(bareFirst).toFixed(1)} ×`),
      },
    ),
  ];
}

/** So many files may be open, in processes started from here, too; root may raise the limit. */
function openFiles(wanted: number): number {
  const limit = (): number =>
    Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }));
  if (limit() < wanted && process.getuid?.() === 0) {
    spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${wanted}:${wanted}`]);
  }
  return limit();
}

/** Memory of the most VUs that are promised. */
export const overAddresses: Case = async (bench) => {
  const vus = 20_000;
  const wanted = vus * 1.1;
  const limit = openFiles(wanted);
  if (limit < wanted) {
    bench.note(
      `20,000 VUs need ${wanted} open files: ulimit -Hn is ${limit}, and may not be raised`,
    );
    return [];
  }
  const SOURCES = [1, 2, 3, 4].map((n) => `127.0.0.${n}`).join(',');
  const env = { VUS: vus, SECONDS: bench.quick ? 5 : 15, BYTES: 5000, SOURCES };
  const run = await started(env);
  const { accepted } = run.summary['associations'] as { accepted: number };
  const offered = { load: vus, unit: ' associations', reached: [accepted] };
  const what = '20,000 VUs over 4 source addresses: memory';
  const limits = { floor: 900, aim: 600 };
  return [row(what, [run.rssBytes / 1e6], { unit: 'MB', better: '<', ...limits, offered })];
};

/** Images that came to the receivers, each once. */
function arrived({ summary }: CliRun): number {
  const { routes } = summary['delivery'] as { routes: readonly { unique: number }[] };
  return routes.reduce((sum, { unique }) => sum + unique, 0);
}

/** The main job against the embedded router and archive. */
export const mainJob: Case = async (bench) => {
  const file = join(SCRIPTS, '..', 'gi-routing.ts');
  const [ramp, duration] = bench.quick ? ['20s', '10s'] : ['2m', '1m'];
  const args = [file, '--embedded', '--ramp', ramp, ...load({ workers: 1, vus: 50, duration })];
  const run = await dicomrun(args, { cpu: null, timeoutMs: 300_000 });
  // A closed loop: what it offers is what it sent, all of which must have come through the router.
  const offered = { load: stores(run).count, unit: ' images of 922 KB', reached: [arrived(run)] };
  return [
    row('the main job, 50 VUs, embedded: memory', [run.rssBytes / 1e6], {
      ...{ unit: 'MB', better: '<', floor: 500, offered },
    }),
  ];
};
