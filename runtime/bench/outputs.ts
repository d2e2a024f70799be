// What an output costs, what receivers take, large objects, queries.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, script, seconds, stores, target, type Case } from './bench.ts';
import { dicomrun, freePort, has, ourSink, type CliRun } from './peers.ts';
import { repeated, row } from './tally.ts';

interface Influx {
  readonly url: string;
  stop(): void;
}

async function influxd(): Promise<Influx> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-influxd-'));
  const [port, rpc] = [await freePort(), await freePort()];
  const at = (name: string): string => join(folder, name);
  const config = `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = "${at('meta')}"
[data]
dir = "${at('data')}"
wal-dir = "${at('wal')}"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
`;
  writeFileSync(at('influxdb.conf'), config);
  const child = spawn('influxd', ['-config', at('influxdb.conf')], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 100; i++) {
    const up = await fetch(`${url}/ping`).then(
      () => true,
      () => false,
    );
    if (up) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stop };
}

/** With InfluxDB on the sink's core, and with one that is down. */
export const influx: Case = async (bench) => {
  if (!has('influxd')) {
    bench.note('influxd is not installed: the cost of an output is not measured');
    return [];
  }
  const up: number[] = [];
  const down: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const sink = await ourSink();
    const database = await influxd();
    const time = bench.quick ? '3s' : '6s';
    const args = [
      script('store'),
      ...target(sink),
      ...load({ workers: 1, vus: 500, duration: time }),
    ];
    const without = stores(await dicomrun(args)).count;
    const all = await dicomrun([...args, '--out', `influxdb=${database.url}/bench`]);
    database.stop();
    const dead = await dicomrun([...args, '--out', `influxdb=${database.url}/bench`]);
    sink.stop();
    up.push(stores(all).count / without);
    down.push(stores(dead).count / without);
  }
  return [
    row('500 VUs, 5 KB: stores/s with InfluxDB on / off', up, {
      unit: '',
      better: '>',
      floor: 0.88,
      aim: 0.95,
    }),
    row('same, InfluxDB down', down, { unit: '', better: '>', floor: 0.88, aim: 0.95 }),
  ];
};

/** Images that receivers take. */
interface Received {
  readonly name: string;
  readonly env: Readonly<Record<string, string | number>>;
  readonly vus: number;
  /** Least share of what one that only counts takes. */
  readonly floor?: number;
}

/** What looking into images costs a receiver: each level in turn, and against counting alone. */
function receiversOf({ name, env, vus, floor }: Received): Case {
  return async (bench) => {
    const rate = async (level: string): Promise<number> => {
      const duration = bench.quick ? '2s' : '3s';
      const words = load({ workers: 1, vus, duration, env: { ...env, LEVEL: level } });
      const run = await dicomrun([script('receive'), ...words], { cpu: null });
      return stores(run).count / seconds(run);
    };
    const shares = ([counts = NaN, ...others]: readonly number[]): number[] =>
      others.map((one) => one / counts);
    const round = async (): Promise<readonly number[]> => {
      const rates: number[] = [];
      for (const level of ['counts', 'pixels', 'full']) rates.push(await rate(level));
      return rates;
    };
    const rounds = await repeated(bench.rounds, round, shares);
    const what = `${name}, ${vus} associations`;
    const counts = rounds.map(([rate = NaN]) => rate);
    const share = (level: string, at: number) =>
      row(
        `same, ${level} / counts`,
        rounds.map((rates) => shares(rates)[at] ?? NaN),
        { unit: '', better: '>', difference: true, ...(floor === undefined ? {} : { floor }) },
      );
    return [
      row(`receiver, counts, ${what}`, counts, { unit: 'stores/s', better: '>' }),
      share('pixels', 0),
      share('full', 1),
    ];
  };
}

export const receiversSmall = receiversOf({ name: '5 KB', env: { BYTES: 5000 }, vus: 50 });
const HALF_MEGABYTE = { vus: 8, floor: 0.9 };
export const receiversNative = receiversOf({
  ...{ name: '512 KB', env: { BYTES: 524_288 } },
  ...HALF_MEGABYTE,
});
export const receiversRle = receiversOf({
  ...{ name: '512 KB of RLE', env: { SYNTAX: 'rle' } },
  ...HALF_MEGABYTE,
});

export const large: Case = async (bench) => {
  const more: number[] = [];
  for (let i = 0; i < Math.min(2, bench.rounds); i++) {
    const sink = await ourSink();
    const args = (bytes: number): string[] => [
      script('large'),
      ...target(sink),
      '--vus',
      '1',
      '--iterations',
      '1',
      '-e',
      `BYTES=${bytes}`,
    ];
    const small = await dicomrun(args(50_000));
    const huge = await dicomrun(args(2.4e9));
    sink.stop();
    more.push((huge.rssBytes - small.rssBytes) / 1e6);
  }
  return [
    row('2.4 GB multi-frame store: memory above a small one', more, {
      unit: 'MB',
      better: '<',
      floor: 100,
      aim: 40,
    }),
  ];
};

function matches(run: CliRun): number {
  const metrics = run.summary['metrics'] as Readonly<Record<string, { values: { rate: number } }>>;
  return metrics['dicom_matches']?.values.rate ?? NaN;
}

export const find: Case = async (bench) => {
  const rates: number[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const load = [
      '--embedded',
      '--workers',
      '1',
      '--vus',
      '4',
      '--duration',
      bench.quick ? '2s' : '4s',
    ];
    rates.push(matches(await dicomrun([script('find'), ...load], { cpu: null })));
  }
  return [
    row('C-FIND responses decoded (archive in the same process)', rates, {
      unit: '/s',
      better: '>',
      floor: 5000,
      aim: 20_000,
    }),
  ];
};
