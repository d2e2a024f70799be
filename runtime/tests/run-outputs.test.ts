// Outputs of whole runs: several at once hold the same samples, an own one gets them all, and lost
// ones make the exit code that was asked for.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInfluxOutput } from '../outputs/influxdb/influxdb.ts';
import { requirePeer, startInfluxd, type InfluxPeer } from './peers.ts';
import { Bench, counted } from './run-cli.ts';
import { sampleRun } from './sample-run.ts';

const bench = new Bench('outputs');
afterAll(() => bench.remove());

const SCRIPT = `
import dicom from 'dicom';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
const pacs = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 32, columns: 32 });
const own = new Trend('own_time', true);
export default async function () {
  const study = dicom.study({ images: 2, from: ct });
  await using association = await pacs.associate({ for: study });
  for (const image of study.images) {
    const answer = await association.store(image);
    own.add(1.5, { say: 'a,"b"' });
    check(answer, { stored: (r) => r.ok });
  }
}
`;
const LOAD = ['--embedded', '--vus', '3', '--iterations', '200', '--settle', '1s', '--no-report'];

/** An output that adds up what it gets and writes it down when it is stopped. */
const OWN = `
import { writeFileSync } from 'node:fs';
import type { UserOutputFactory } from 'dicomrun/output';
const output: UserOutputFactory = (run) => {
  const seen: Record<string, number> = {};
  let last = 0n;
  return {
    SAMPLES
    points(points) {
      for (const { measurement, tags, fields, timestamp } of points) {
        if (!/^\\d{19}$/.test(timestamp)) return { refused: 'time ' + timestamp };
        if (tags['view'] !== undefined && tags['view'] !== 'all') continue;
        seen[measurement] = (seen[measurement] ?? 0) + (fields['count'] as number ?? 1);
      }
    },
    stop() {
      writeFileSync('NAME', JSON.stringify({ id: run.id, seen }));
    },
  };
};
export default output;
`;

function own(name: string, samples: boolean): string {
  const text = OWN.replace('SAMPLES', samples ? 'samples: true,' : '').replace('NAME', name);
  return bench.write(name.replace('.json', '.ts'), text);
}

interface Seen {
  readonly id: string;
  readonly seen: Readonly<Record<string, number>>;
}

const read = (name: string): string => readFileSync(join(bench.folder, name), 'utf8');

describe.skipIf(!requirePeer('influxd', 'openssl'))('outputs of a run', () => {
  let influx: InfluxPeer;
  beforeAll(async () => void (influx = await startInfluxd({ tls: true })));
  afterAll(() => influx.stop());

  const count = async (database: string, query: string): Promise<number> => {
    const [series] = await influx.query(query, database);
    return Number(series?.values[0]?.[1] ?? 0);
  };

  it('hold the same samples, seven of them at once, InfluxDB over TLS', async () => {
    const url = `influxdb=${influx.url}`;
    const result = await bench.script(SCRIPT, [
      ...LOAD,
      ...['--out', 'json=all.json.gz', '--out', 'csv=all.csv', '--out', 'csv=again.csv.gz'],
      ...['--out', `${url}/rows?insecure=true`, '--out', `${url}/raw?mode=raw&insecure=true`],
      ...['--out', `./${own('rows.json', false)}`, '--out', `./${own('samples.json', true)}`],
    ]);
    expect(result.code, result.stderr).toBe(0);
    const summary = result.summary();
    const stores = counted(summary, 'dicom_reqs');
    expect(stores).toBeGreaterThanOrEqual(400);
    const lines = gunzipSync(readFileSync(join(bench.folder, 'all.json.gz')))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { metric: string; type: string });
    const json = (metric: string): number =>
      lines.filter((line) => line.type === 'Point' && line.metric === metric).length;
    const rows = read('all.csv').trim().split('\n');
    const csv = (metric: string): number =>
      rows.filter((row) => row.startsWith(`${metric},`)).length;
    const mine = JSON.parse(read('rows.json')) as Seen;
    const samples = JSON.parse(read('samples.json')) as Seen;
    expect(mine.id).toBe(summary.run.id);
    for (const metric of ['dicom_reqs', 'dicom_req_duration', 'own_time', 'iterations']) {
      const wanted = metric === 'iterations' ? 200 : metric === 'own_time' ? 400 : stores;
      const where = `FROM "${metric}" WHERE "view"='all'`;
      expect({
        ...{ metric, json: json(metric), csv: csv(metric) },
        ...{ rows: mine.seen[metric], samples: samples.seen[metric] },
        influxRows: await count('rows', `SELECT sum("count") ${where}`),
        influxRaw: await count('raw', `SELECT count("value") FROM "${metric}"`),
      }).toEqual({
        ...{ metric, json: wanted, csv: wanted, rows: wanted, samples: wanted },
        ...{ influxRows: wanted, influxRaw: wanted },
      });
    }
    expect(gunzipSync(readFileSync(join(bench.folder, 'again.csv.gz'))).toString()).toBe(
      read('all.csv'),
    );
    expect(summary.outputs).toHaveLength(7);
    for (const output of summary.outputs) {
      expect(output).toMatchObject({ rejected: 0, unwritten: 0 });
    }
  });

  it('refuses a certificate that nobody signed, unless told otherwise', async () => {
    const messages: string[] = [];
    const output = createInfluxOutput({
      ...{ url: `${influx.url}/unsigned`, dir: join(bench.folder, 'unsigned') },
      onMessage: (text) => messages.push(text),
    });
    await sampleRun({ seconds: 1, dir: join(bench.folder, 'unsigned') });
    await output.start();
    const result = await output.finish(500);
    expect(result.written).toBe(0);
    expect(messages.join()).toMatch(/cannot write.*self.signed/i);
  });

  it('exit with 112 when points are lost and --strict-output asks, else with 0', async () => {
    await influx.query('CREATE DATABASE strict');
    // An integer fixes the type of the field, so our floats are refused: in a shard, which is a week.
    // The one of tomorrow is there for a week that ends meanwhile.
    for (const day of [0, 1]) {
      await influx.write('strict', `iterations count=1i ${Date.now() + day * 86_400_000}000000`);
    }
    const out = ['--out', `influxdb=${influx.url}/strict?insecure=true`];
    const lax = await bench.script(SCRIPT, [...LOAD, ...out]);
    expect(lax.code, lax.stderr).toBe(0);
    const strict = await bench.script(SCRIPT, [...LOAD, ...out, '--strict-output']);
    expect(strict.code, strict.stderr).toBe(112);
    expect(strict.stdout).toMatch(/^FAIL .*\(exit 112\)/);
    expect(strict.summary().outputs[0]?.rejected).toBeGreaterThan(0);
  });

  it('with a fault of its own is told before the run begins', async () => {
    const file = bench.write(
      'broken.ts',
      `export default () => ({ start() { throw new Error('no room'); }, points() {} });`,
    );
    const result = await bench.script(SCRIPT, [...LOAD, '--out', `./${file}`]);
    expect(result.code).toBe(104);
    expect(result.stderr).toContain('no room');
    expect(result.stdout).toBe('');
  });

  it('sends the token of 2.x and no user beside it', async () => {
    const asked: string[] = [];
    // Stands for InfluxDB 2.x, which is not here: it only looks at what it is asked with.
    const server = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      request.resume().on('end', () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/bucket?token=s3cret`;
    const result = await bench.script(SCRIPT, [...LOAD, '--out', `influxdb=${url}`]);
    server.close();
    expect(result.code, result.stderr).toBe(0);
    expect(asked.filter((one) => one.includes('/write')).length).toBeGreaterThan(0);
    for (const one of asked) expect(one).toMatch(/^Token s3cret \/(write|query)\?(?!.*\bu=)/);
    expect(result.stderr + result.stdout + JSON.stringify(result.summary())).not.toContain(
      's3cret',
    );
  });
});

describe('outputs to servers that refuse everything', () => {
  it('change no verdict, are counted each, and are 112 with --strict-output', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(403).end('no, canary'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outs = [`influxdb=${url}?bucket=b`, `prometheus=${url}`, `otlp=${url}`];
    const env = Object.fromEntries(
      ['INFLUXDB', 'PROMETHEUS', 'OTLP'].map((name) => [`DICOMRUN_${name}_TOKEN`, 'canary']),
    );
    const args = [...LOAD, '--iterations', '5', ...outs.flatMap((out) => ['--out', out])];
    const plain = await bench.script(SCRIPT, args, { env });
    const strict = await bench.script(SCRIPT, [...args, '--strict-output'], { env });
    server.close();
    expect([plain.code, strict.code], plain.stderr + strict.stderr).toEqual([0, 112]);
    const { outputs } = plain.summary();
    expect(outputs.map(({ name }) => name)).toEqual(['influxdb', 'prometheus', 'otlp']);
    for (const { written, unwritten, note } of outputs) {
      expect(written).toBe(0);
      expect(unwritten).toBeGreaterThan(10);
      expect(note).toMatch(/not allowed: 403 no, \*\*\*; \d+ points are in the run log only/);
    }
    expect(plain.stdout + plain.stderr + JSON.stringify(outputs)).not.toContain('canary');
  });
});

describe('what setup() does', () => {
  it('stands in an output at the time when it was done', async () => {
    const script = `
      import dicom from 'dicom';
      const pacs = dicom.peer({});
      export const setup = async () => void (await pacs.echo());
      export default async () => void (await pacs.echo());`;
    const began = Date.now() / 1000;
    const once = ['--embedded', '--vus', '1', '--iterations', '1', '--settle', '0s', '--no-report'];
    const { code, stderr } = await bench.script(script, [...once, '--out', 'csv=setup.csv']);
    expect(code, stderr).toBe(0);
    const rows = read('setup.csv').trim().split('\n').slice(1);
    const times = rows
      .filter((row) => row.startsWith('dicom_req_duration,'))
      .map((row) => Number(row.split(',')[1]));
    expect(times).toHaveLength(2);
    const [inSetup = 0, inRun = 0] = times;
    expect(inSetup).toBeGreaterThan(began);
    expect(inRun).toBeGreaterThan(inSetup);
    expect(inRun).toBeLessThan(Date.now() / 1000 + 1);
  });
});
