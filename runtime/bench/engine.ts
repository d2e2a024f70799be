// The engine alone, without a peer: VUs made, memory over time, what counting costs.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, script, seconds, stores, target, type Case } from './bench.ts';
import { dicomrun, ourSink, type CliRun } from './peers.ts';
import type { MemoryReading } from './process.ts';
import { profileShare } from './profile.ts';
import { row, trendLine } from './tally.ts';

const MANY = 10_000;

export const emptyIterations: Case = async (bench) => {
  const rates: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const duration = bench.quick ? '2s' : '4s';
    const run = await dicomrun([script('empty'), ...load({ workers: 2, vus: 2000, duration })], {
      cpu: null,
    });
    rates.push((run.summary['execution'] as { iterationsPerSecond: number }).iterationsPerSecond);
  }
  const limits = { unit: '/s', better: '>', floor: 100_000, aim: 200_000 } as const;
  return [row('empty iterations, 2 workers', rates, limits)];
};

/** Seconds from the start of the process to t0. */
async function start(args: readonly string[]): Promise<{ run: CliRun; readyS: number }> {
  const began = performance.timeOrigin + performance.now();
  const run = await dicomrun(args, { cpu: null });
  const { startedAt } = run.summary['run'] as { startedAt: string };
  return { run, readyS: (Date.parse(startedAt) - began) / 1000 };
}

/** 10,000 VUs that do nothing for a second, less a run of one. */
export const createdVus: Case = async (bench) => {
  const seconds: number[] = [];
  const bytes: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const wait = ['-e', 'WAIT=1', '--workers', '1'];
    const of = (vus: number): string[] => [
      ...[script('wait'), ...wait, '--vus', String(vus), '--iterations', String(vus)],
    ];
    const one = await start(of(1));
    const many = await start(of(MANY));
    seconds.push(many.readyS - one.readyS);
    bytes.push((many.run.rssBytes - one.run.rssBytes) / (MANY - 1) / 1000);
  }
  return [
    row('10,000 VUs created', seconds, { unit: 's', better: '<', floor: 2 }),
    row('same: memory of each, asleep in an iteration', bytes, {
      unit: 'KB',
      better: '<',
      floor: 12,
    }),
  ];
};

/** MB a minute, by least squares over what was read after a third of the run. */
export function slope(memory: readonly MemoryReading[]): number {
  const last = memory.at(-1)?.atMs ?? 0;
  const used = memory.filter(({ atMs }) => atMs > last / 3);
  const line = trendLine(used.map(({ atMs, bytes }) => [atMs / 60_000, bytes / 1e6]));
  return line.slope;
}

/** The script of many series at 200 iterations a second, 20 samples each, whatever an iteration takes. */
function seriesScript(duration: string): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-series-'));
  const file = join(folder, 'series.ts');
  const vus = { preAllocatedVUs: 20, maxVUs: 20 };
  const scenario = { executor: 'constant-arrival-rate', rate: 200, duration, ...vus };
  const options = JSON.stringify({ scenarios: { s: scenario } });
  writeFileSync(
    file,
    `${readFileSync(script('series'), 'utf8')}\nexport const options = ${options};\n`,
  );
  return { folder, file };
}

/** 1,000 series for a minute. */
export const manySeries: Case = async (bench) => {
  const slopes: number[] = [];
  const reached: number[] = [];
  let note = '';
  const duration = bench.quick ? '15s' : '60s';
  const { folder, file } = seriesScript(duration);
  for (let i = 0; i < Math.min(bench.rounds, 2); i++) {
    const run = await dicomrun([file, '--workers', '1']);
    slopes.push(slope(run.memory));
    const { iterations } = run.summary['execution'] as { iterations: number };
    reached.push((20 * iterations) / seconds(run));
    note = `${Math.round(run.rssBytes / 1e6)} MB at most in ${duration}`;
  }
  rmSync(folder, { recursive: true, force: true });
  const offered = { load: 4000, unit: ' samples/s', reached };
  const limits = { unit: 'MB/min', better: '<', floor: 10, aim: 3, note, offered } as const;
  return [row('1,000 series: growth of memory', slopes, limits)];
};

/**
 * What counting costs. Nothing in the product switches it off, so its share is read from a profile:
 * time in and below the code of samples, tags, metrics and the run log, on all threads.
 */
export const metricsShare: Case = async (bench) => {
  const rest: number[] = [];
  let last = '';
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const folder = mkdtempSync(join(tmpdir(), 'dicomrun-profile-'));
    const duration = bench.quick ? '3s' : '6s';
    const args = [
      ...[script('store'), ...target(sink)],
      ...load({ workers: 1, vus: 500, duration, env: { BYTES: 5000 } }),
    ];
    const node = ['--cpu-prof', '--cpu-prof-dir', folder];
    const run = await dicomrun(args, { node });
    sink.stop();
    const profiles = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    rmSync(folder, { recursive: true, force: true });
    const { share, busyS } = profileShare(profiles, /\/(metrics|runlog)\/|vu\/(samples|tags)\.js$/);
    rest.push(1 - share);
    last = `${((share * busyS * 1e6) / stores(run).count).toFixed(2)} µs of each store`;
  }
  return [
    row('metrics off vs on, 500 VUs, 5 KB: CPU per store, by profile', rest, {
      ...({ unit: '', better: '>', floor: 0.88, aim: 0.95 } as const),
      note: last,
    }),
  ];
};
