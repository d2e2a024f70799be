// What an output costs, what receivers take, large objects, queries.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, script, seconds, stores, target, type Case } from './bench.ts';
import { dicomrun, freePort, has, ourSink, type CliRun } from './peers.ts';
import { row } from './tally.ts';

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

export const receivers: Case = async (bench) => {
  const rows = [];
  for (const [name, image, vus] of [
    ['5 KB', 'BYTES=5000', 50],
    ['512 KB', 'BYTES=524288', 8],
    ['512 KB of RLE', 'SYNTAX=rle', 8],
  ] as const) {
    for (const level of ['counts', 'pixels', 'full']) {
      const rates: number[] = [];
      for (let i = 0; i < Math.min(2, bench.rounds); i++) {
        const load = [
          '--workers',
          '1',
          '--vus',
          String(vus),
          '--duration',
          bench.quick ? '2s' : '4s',
        ];
        const run = await dicomrun(
          [script('receive'), ...load, '-e', `LEVEL=${level}`, '-e', image],
          { cpu: null },
        );
        rates.push(stores(run).count / seconds(run));
      }
      rows.push(
        row(`receiver, ${level}, ${name}, ${vus} associations`, rates, {
          unit: 'stores/s',
          better: '>',
        }),
      );
    }
  }
  return rows;
};

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
