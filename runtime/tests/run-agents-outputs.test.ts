// What a run on agents writes, and how it ends by a threshold: on the whole, and by the coordinator.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Site } from './agents-site.ts';
import { requirePeer, startInfluxd } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('agents-outputs');
afterAll(() => bench.remove());

/** Would go on for minutes. */
const SCRIPT = `export const options = {
  scenarios: { s: {
    executor: 'constant-arrival-rate', rate: 20, duration: '5m', preAllocatedVUs: 4, gracefulStop: '1s',
  } },
  thresholds: { iterations: [{ threshold: 'count<50', abortOnFail: true }] },
};
export default function () {}
`;

describe.skipIf(!requirePeer('nats-server', 'influxd'))('local:2', () => {
  it('a threshold that the whole crosses ends all; InfluxDB has each iteration once', async () => {
    const influx = await startInfluxd();
    bench.write('plan.ts', SCRIPT);
    const flags = ['--no-report', '--out', `influxdb=${influx.url}/agents`];
    const result = await bench.run(['run', 'plan.ts', '--agents', 'local:2', ...flags]);
    const sums = await influx.query(
      'SELECT SUM("count") FROM "iterations" GROUP BY "view", "agent"',
      'agents',
    );
    await influx.stop();
    expect(result.code, result.stdout + result.stderr).toBe(99);
    expect(result.stdout).toContain('count<50');
    const { execution, run } = result.summary();
    const { iterations, generator } = execution;
    expect(iterations).toBeGreaterThanOrEqual(50);
    expect(run.durationMs).toBeLessThan(60_000);
    const agents = Object.fromEntries(
      (generator.agents ?? []).map((one) => [one.name, one.iterations]),
    );
    const sumOf = (view: string, agent: string): unknown =>
      sums.find(({ tags }) => tags?.['view'] === view && tags['agent'] === agent)?.values[0]?.[1];
    expect(sumOf('all', '')).toBe(iterations);
    expect({
      'local-1': sumOf('agent', 'local-1'),
      'local-2': sumOf('agent', 'local-2'),
    }).toEqual(agents);
  }, 60_000);
});

const SAMPLES = `import { Counter } from 'k6/metrics';
import exec from 'k6/execution';
const sum = new Counter('sum');
export const options = { vus: 4, iterations: 40 };
export default function () { sum.add(exec.scenario.iterationInTest); }
`;

describe.skipIf(!requirePeer('nats-server', 'influxd'))('mode=raw', () => {
  it('brings the samples of local agents in, and of others says how: each once', async () => {
    const influx = await startInfluxd();
    bench.write('samples.ts', SAMPLES);
    bench.write('steady.ts', SAMPLES);
    const to = (database: string) => ['--out', `influxdb=${influx.url}/${database}?mode=raw`];
    const sum = 'SELECT SUM("value"), COUNT("value") FROM "sum"';
    const rows = `SELECT SUM("count") FROM "sum" WHERE "view"='all'`;
    const whole = async (database: string): Promise<unknown> => [
      (await influx.query(sum, database))[0]?.values[0]?.slice(1),
      (await influx.query(rows, database))[0]?.values[0]?.slice(1),
    ];
    const each = [[780, 40], [780]];

    const flags = ['--no-report', '--agents', 'local:2', ...to('local')];
    const local = await bench.run(['run', 'samples.ts', ...flags]);
    expect(local.code, local.stdout + local.stderr).toBe(0);
    expect(local.summary().outputs.map(({ destination }) => destination)).toEqual([
      `${influx.url}/local`,
      `${influx.url}/local (samples)`,
      `${influx.url}/local (samples)`,
    ]);
    expect(await whole('local')).toEqual(each);

    const site = await Site.open(bench, 'engine-raw');
    // As two are called that are started without a name at one host.
    await Promise.all([site.agent('same'), site.agent('same')]);
    const far = await site.run('2', ...to('far')).ended;
    await site.close();
    expect(far.code, far.stdout + far.stderr).toBe(0);
    const agents = await influx.query(
      'SHOW TAG VALUES FROM "iterations" WITH KEY = "agent"',
      'far',
    );
    expect(agents[0]?.values).toEqual([
      ['agent', 'same'],
      ['agent', 'same-2'],
    ]);
    for (const { note = '' } of far.summary().outputs.slice(1)) {
      const [, folder = '', out = ''] = /dicomrun replay (\S+) --out '(\S+)'/.exec(note) ?? [];
      for (let times = 0; times < 2; times++) {
        const { code, stderr } = await bench.run(['replay', folder, '--out', out]);
        expect([code, stderr]).toEqual([0, '']);
      }
    }
    expect(await whole('far')).toEqual(each);
    await influx.stop();
  }, 90_000);
});

describe.skipIf(!requirePeer('nats-server'))('single samples', () => {
  const sums = (path: string): number[] =>
    readFileSync(join(bench.folder, path), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('sum,'))
      .map((line) => Number(line.split(',')[2]));
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const sorted = (all: readonly number[]) => [...all].sort((a, b) => a - b);

  it('of agents of this machine are a file of each, with each sample once', async () => {
    bench.write('samples.ts', SAMPLES);
    const flags = ['--no-report', '--agents', 'local:2', '--out', 'csv=x.csv'];
    const result = await bench.run(['run', 'samples.ts', ...flags]);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.stderr).toContain('samples: x.csv, a file of each agent');
    const found = ['x-local-1.csv', 'x-local-2.csv'].map(sums);
    expect(sorted(found.flat())).toEqual(numbers);
    for (const one of found) expect(one.length).toBeGreaterThan(0);
    expect(result.stdout).toMatch(/csv x-local-1\.csv: \d+ points written/);
    const { outputs } = result.summary();
    expect(outputs.map(({ destination }) => destination)).toEqual([
      'x-local-1.csv',
      'x-local-2.csv',
    ]);
  }, 60_000);

  it('of other agents stay there, and the results say where', async () => {
    bench.write('steady.ts', SAMPLES);
    const site = await Site.open(bench, 'engine');
    await Promise.all([site.agent('one'), site.agent('two')]);
    const result = await site.run('2', '--out', 'csv').ended;
    await site.close();
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const paths = result.summary().outputs.map(({ destination }) => {
      const [, path = ''] = /^agent (?:one|two) \(host [^)]*\): (.*)$/.exec(destination) ?? [];
      return relative(bench.folder, path);
    });
    expect(paths.map((path) => path.split('/').at(-1))).toEqual(['samples.csv', 'samples.csv']);
    expect(sorted(paths.flatMap(sums))).toEqual(numbers);
  }, 60_000);

  it('are nothing that an output of the user gets from all', async () => {
    bench.write('own.ts', 'export default () => ({ samples: true, points() {} });');
    const run = ['run', 'samples.ts', '--no-report', '--agents', 'local:1', '--out'];
    const own = await bench.run([...run, './own.ts']);
    expect(own.code).toBe(104);
    expect(own.stderr).toContain('output ./own.ts: asks for single samples');
  }, 60_000);
});
