// What several hosts as one run cost and keep to: the coordinator of 100 agents, when all begin, when a
// loss is known, what an engine that is away costs. Processes of this machine; needs nats-server.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { atSite, withServer } from './agents-site.ts';
import type { Site, Summary } from './agents-site.ts';
import { CLI } from './peers.ts';
import { timed } from './process.ts';
import { median, row } from './tally.ts';

const HERE = dirname(fileURLToPath(import.meta.url));

// ---------------------------------------------------------------- one of 100

const idle = (seconds: number): string =>
  `export const options = { scenarios: { s: {
  executor: 'constant-vus', vus: 1000, duration: '${seconds}s', gracefulStop: '1s' } } };
export default function () {}
`;

interface Conducted {
  readonly cpuS: number;
  /** Behind the end of each second, ms. */
  readonly behind: readonly number[];
}

async function conducted(site: Site, seconds: number): Promise<Conducted> {
  const id = `idle-${seconds}-${Math.round(performance.now())}`;
  writeFileSync(join(site.folder, `${id}.ts`), idle(seconds));
  const results = join(site.folder, 'results');
  const args = [
    ...[process.execPath, CLI, 'run', join(site.folder, `${id}.ts`), '--results', results, '-q'],
    ...['--creds', site.creds('coordinator'), '--agents', '100', '--testid', id, '--no-report'],
  ];
  const log = followed(join(results, id, 'run.ndjson'));
  const run = await timed(args, { timeoutMs: 90_000 });
  const behind = log.stop();
  if (run.code !== 0) throw new Error(`exit ${String(run.code)}\n${run.stderr}`);
  return { cpuS: run.cpuS, behind };
}

/** When each second stands in the log of a run, against its end. */
function followed(file: string): { stop(): readonly number[]; lastBehindMs(): number } {
  const behind: number[] = [];
  let [read, t0, last] = [0, NaN, -1];
  const look = (): void => {
    if (!existsSync(file)) return;
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(read)) {
      const one = JSON.parse(line) as { k: string; t0: number; at: number };
      if (one.k === 'run') t0 = one.t0;
      if (one.k !== 'rows') continue;
      last = one.at;
      behind.push(Date.now() - (t0 + (one.at + 1) * 1000));
    }
    read = lines.length;
  };
  const timer = setInterval(look, 20);
  return {
    lastBehindMs: () => Date.now() - (t0 + (last + 1) * 1000),
    stop: () => {
      clearInterval(timer);
      return behind;
    },
  };
}

export const crowd = withServer((bench) =>
  atSite(async (site) => {
    const program = [join(HERE, 'crowd.js'), site.creds('agent'), '100'];
    const simulated = site.program(program);
    await simulated.says(/ready/);
    const [cores, behind]: [number[], number[]] = [[], []];
    const [short, long] = [4, bench.quick ? 12 : 24];
    for (let i = 0; i < bench.rounds; i++) {
      const [one, other] = [await conducted(site, short), await conducted(site, long)];
      cores.push((other.cpuS - one.cpuS) / (long - short));
      behind.push(median(other.behind));
    }
    simulated.child.kill('SIGTERM');
    await simulated.ended;
    const { bytesPerFrame } = JSON.parse(simulated.text.trim().split('\n').at(-1) ?? '{}') as {
      bytesPerFrame: number;
    };
    const load = '100 simulated agents, 36 series and 1,000 samples a second each';
    return [
      row('coordinator of 100 agents: CPU', cores, {
        ...{ unit: 'cores', better: '<', floor: 0.25, aim: 0.16, note: load },
      }),
      row('same: a second is recorded after its end', behind, {
        ...{ unit: 'ms', better: '<', floor: 500, aim: 200 },
      }),
      row('same: report of an agent for a second', [bytesPerFrame], {
        ...{ unit: 'B', better: '<', floor: 3000 },
      }),
    ];
  }),
);

// ---------------------------------------------------------------- as one process

/** Each iteration gives the samples of its number, whoever does it. */
const NUMBERS = `import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter, Rate, Trend } from 'k6/metrics';
const work = new Trend('work', true), sum = new Counter('sum'), odd = new Rate('odd');
const first = new Trend('first');
export const options = {
  summaryTrendStats: ['min', 'max', 'avg', 'count', 'p(1)', 'p(10)', 'p(50)', 'p(90)', 'p(99)', 'p(99.9)'],
  scenarios: { s: { executor: 'per-vu-iterations', vus: 60, iterations: 50 } },
};
let begun = false;
export default async function () {
  if (!begun) first.add(Date.now() % 1e9);
  begun = true;
  const n = exec.scenario.iterationInTest;
  work.add((n * n) % 9973); sum.add(n); odd.add(n % 2 === 1);
  await sleep(0.01);
}
`;

export const parts = withServer((bench) =>
  atSite(async (site) => {
    await site.agents(3);
    const [other, skew]: [number[], number[]] = [[], []];
    writeFileSync(join(site.folder, 'one.ts'), NUMBERS);
    const whole = site.start(['run', 'one.ts', '--testid', 'one', '--no-report']);
    await whole.ended;
    for (let i = 0; i < bench.rounds; i++) {
      const run = site.run(NUMBERS, 3, `three-${i}`);
      await run.ended;
      const [expected, got] = [site.summary('one'), site.summary(`three-${i}`)];
      other.push(differing(expected, got));
      skew.push(skewOf(got));
    }
    const alone = `one process: ${skewOf(site.summary('one')).toFixed(1)} ms`;
    return [
      row('values of a run on 3 agents that one process has otherwise', other, {
        ...{ unit: '', better: '<', floor: 0 },
      }),
      row('first iterations of 60 VUs on 3 agents: p99 after the first', skew, {
        ...{ unit: 'ms', better: '<', floor: 5, note: alone },
      }),
    ];
  }),
);

/** One VU and one iteration on each of three agents: when it begins. */
const BEGIN = `import { Trend } from 'k6/metrics';
const began = new Trend('began');
export const options = {
  summaryTrendStats: ['min', 'max', 'avg', 'count'],
  scenarios: { s: { executor: 'per-vu-iterations', vus: 3, iterations: 1 } },
};
export default function () { began.add(Date.now() % 1e9); }
`;
/** Runs in a round. */
const RUNS = 12;

export const begin = withServer((bench) =>
  atSite(async (site) => {
    await site.agents(3);
    const off: number[] = [];
    for (let i = 0; i < bench.rounds * (bench.quick ? 2 : RUNS); i++) {
      await site.run(BEGIN, 3, `begin-${i}`).ended;
      off.push(...offT0(site.summary(`begin-${i}`)));
    }
    const sorted = off.map(Math.abs).sort((a, b) => a - b);
    const p99 = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? NaN;
    const note = `${off.length} starts, median ${median(off).toFixed(1)} ms`;
    return [
      row('3 agents begin their first iteration: p99 off the common t0', [p99], {
        ...{ unit: 'ms', better: '<', floor: 5, note },
      }),
    ];
  }),
);

/** Of three starts, how long each was after t0, ms. All processes have one clock here. */
function offT0({ run, metrics }: Summary): readonly number[] {
  const { min = NaN, max = NaN, avg = NaN, count } = metrics['began']?.values ?? {};
  if (count !== 3) throw new Error(`${String(count)} of 3 agents began`);
  const t0 = Date.parse(run.startedAt) % 1e9;
  return [min, 3 * avg - min - max, max].map((at) => at - t0);
}

function skewOf({ metrics }: Summary): number {
  const { min = NaN, 'p(99)': p99 = NaN } = metrics['first']?.values ?? {};
  return p99 - min;
}

function differing(expected: Summary, got: Summary): number {
  const values = ['work', 'sum', 'odd'].flatMap((metric) =>
    Object.entries(expected.metrics[metric]?.values ?? {}).map(([what, value]) => {
      // A rate per second is that of the length of the run.
      if (metric === 'sum' && what === 'rate') return 0;
      const found = got.metrics[metric]?.values[what] ?? NaN;
      return Math.abs(found - value) <= Math.abs(value) * 1e-12 ? 0 : 1;
    }),
  );
  return values.reduce<number>((sum, one) => sum + one, 0);
}

// ---------------------------------------------------------------- what breaks

const steady = (seconds: number, more = ''): string =>
  `export const options = { scenarios: { s: { executor: 'constant-arrival-rate', rate: 50,
  duration: '${seconds}s', preAllocatedVUs: 4, gracefulStop: '1s' } }, ${more} };
export default function () {}
`;

/** From the end of an agent until it is missed, and until it is lost, s. */
async function death(round: number): Promise<readonly [number, number]> {
  return atSite(async (site) => {
    const [, victim] = await site.agents(2);
    const run = site.run(steady(20), 2, `death-${round}`);
    await run.says(/clocks agree/);
    await delay(3_000);
    victim?.child.kill('SIGKILL');
    const began = performance.now();
    const missed = await run.says(/ is gone;/);
    const lost = await run.says(/was lost after second/);
    await run.ended;
    return [(missed - began) / 1000, (lost - began) / 1000];
  });
}

/** From the word of the coordinator until the last agent is over, s. */
async function abort(round: number): Promise<number> {
  return atSite(async (site) => {
    const agents = await site.agents(3);
    const rule = "thresholds: { iterations: [{ threshold: 'count<150', abortOnFail: true }] }";
    const run = site.run(steady(600, rule), 3, `abort-${round}`);
    const [said, ...over] = await Promise.all([
      run.says(/threshold crossed|count<150/),
      ...agents.map((one) => one.says(/: over,/)),
    ]);
    await run.ended;
    return (Math.max(...over) - said) / 1000;
  });
}

interface Away {
  /** Starts of which nothing is known. */
  readonly missing: number;
  /** From the return of the engine until the log has the second before, s. */
  readonly caughtUpS: number;
}

/** The engine is away for so long. */
async function away(round: number, seconds: number): Promise<Away> {
  return atSite(async (site) => {
    await site.agents(2);
    const run = site.run(steady(seconds + 6), 2, `away-${round}`);
    await run.says(/clocks agree/);
    await delay(2_000);
    site.engine.child.kill('SIGKILL');
    await site.engine.ended;
    await delay(seconds * 1000);
    const id = `away-${round}`;
    await site.startEngine().says(/dicomrun run SCRIPT/);
    const back = performance.now();
    const log = followed(join(site.folder, 'results', id, 'run.ndjson'));
    while (!(log.lastBehindMs() <= 1_000)) await delay(20);
    const caughtUpS = (performance.now() - back) / 1000;
    log.stop();
    await run.ended;
    const { iterations, dropped } = site.summary(id).execution;
    return { missing: 50 * (seconds + 6) - iterations - dropped, caughtUpS };
  });
}

const column = (all: readonly Away[], what: keyof Away): number[] => all.map((one) => one[what]);

export const faults = withServer(async (bench) => {
  const each = async <T>(what: (round: number) => Promise<T>): Promise<T[]> => {
    const all: T[] = [];
    for (let i = 0; i < bench.rounds; i++) all.push(await what(i));
    return all;
  };
  const s = { unit: 's', better: '<' } as const;
  const deaths = await each(death);
  const missed = deaths.map(([one]) => one);
  const lost = deaths.map(([, one]) => one);
  const aways = await each((i) => away(i, 10));
  return [
    row('an agent is killed: it is noticed after', missed, { ...s, floor: 1 }),
    row('an agent is killed: it is lost after', lost, { ...s, floor: 12 }),
    row('abortOnFail: all 3 agents are over after', await each(abort), { ...s, floor: 3 }),
    row('engine killed for 10 s: iterations missing', column(aways, 'missing'), {
      ...{ unit: '', better: '<', floor: 0 },
    }),
    row('engine killed for 10 s: all is recorded after', column(aways, 'caughtUpS'), {
      ...{ ...s, floor: 5 },
    }),
  ];
});
