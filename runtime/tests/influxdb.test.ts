// The InfluxDB output against a real influxd that is killed, paused and refuses: what was produced
// is stored, exactly, and importing it again adds nothing.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInfluxOutput, replayToInfluxdb } from '../outputs/influxdb/influxdb.ts';
import { PointMaker } from '../outputs/influxdb/points.ts';
import { REJECTED_FILE } from '../outputs/upload/uploader.ts';
import { readRunLog } from '../runlog/cursor.ts';
import { RUNLOG_FILE, RUNLOG_SCHEMA } from '../runlog/format.ts';
import type { RunRecord } from '../runlog/format.ts';
import { SampleLog } from '../runlog/sample-log.ts';
import { requirePeer, startInfluxd } from './peers.ts';
import type { InfluxPeer } from './peers.ts';
import { SAMPLE_T0, sampleRun } from './sample-run.ts';

const BASE = mkdtempSync(join(tmpdir(), 'dicomrun-influx-'));
afterAll(() => rmSync(BASE, { recursive: true, force: true }));

/** Points by measurement that a log holds. */
function produced(dir: string): Map<string, number> {
  const maker = new PointMaker();
  const counts = new Map<string, number>();
  for (const record of readRunLog(join(dir, RUNLOG_FILE))) {
    for (const { measurement } of maker.points(record)) {
      counts.set(measurement, (counts.get(measurement) ?? 0) + 1);
    }
  }
  return counts;
}

/** Fields of which every point has exactly one, whatever its type. */
const ONE_OF = ['count_count', 'count_passes', 'count_value', 'count_title'];

/** Points by measurement that the server holds. */
async function stored(influx: InfluxPeer, database: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const all = await influx.query('SELECT count(*) FROM /.*/', database);
  for (const { name, columns, values } of all) {
    const row = values[0] ?? [];
    const counted = columns.map((column, i) => (ONE_OF.includes(column) ? Number(row[i]) : 0));
    counts.set(
      name,
      counted.reduce((a, b) => a + b),
    );
  }
  return counts;
}

const sorted = (counts: Map<string, number>): [string, number][] => [...counts].sort();
const total = (counts: Map<string, number>): number => [...counts.values()].reduce((a, b) => a + b);

describe.skipIf(!requirePeer('influxd'))('InfluxDB', () => {
  let influx: InfluxPeer;
  beforeAll(async () => void (influx = await startInfluxd()));
  afterAll(() => influx.stop());

  it('stores what was produced though the server is killed and paused meanwhile', async () => {
    const dir = join(BASE, 'killed');
    const messages: string[] = [];
    const url = `${influx.url}/killed`;
    const output = createInfluxOutput({ url, dir, onMessage: (text) => messages.push(text) });
    await output.start();
    const began = Date.now();
    let state = 0;
    const { summary, stores } = await sampleRun({
      seconds: 160,
      perSecond: 50,
      dir,
      id: 'killed',
      onSecond: async () => {
        output.wake();
        await delay(100);
        const now = Date.now() - began;
        if (state === 0 && now > 1500) {
          state = 1;
          await influx.kill();
        } else if (state === 1 && now > 4500) {
          state = 2;
          await influx.restart();
        } else if (state === 2 && now > 7000) {
          state = 3;
          influx.pause();
        } else if (state === 3 && now > 13_500) {
          // Longer than a request may take (5 s), so that one of them is seen to fail.
          state = 4;
          influx.resume();
        }
      },
    });
    expect(state).toBe(4);
    const result = await output.finish(30_000);
    const expected = produced(dir);
    expect(result).toMatchObject({ written: total(expected), rejected: 0, unwritten: 0 });
    expect(sorted(await stored(influx, 'killed'))).toEqual(sorted(expected));
    expect(messages.filter((text) => text.includes('cannot write'))).toHaveLength(2);
    expect(messages.filter((text) => text.includes('writing again'))).toHaveLength(2);

    const where = `"service"='C-STORE' AND "view"='service' AND "testid"='killed'`;
    const sum = await influx.query(
      `SELECT sum("count") FROM "dicom_reqs" WHERE ${where}`,
      'killed',
    );
    expect(sum[0]?.values[0]?.[1]).toBe(stores);
    const whole = await influx.query(
      `SELECT "count","p50","p95","p99" FROM "dicomrun_total" WHERE ${where} AND "metric"='dicom_req_duration'`,
      'killed',
    );
    const stats = summary.operations.find(({ service }) => service === 'C-STORE')?.duration;
    expect(whole[0]?.values).toHaveLength(1);
    expect(whole[0]?.values[0]?.slice(1)).toEqual([
      stats?.count,
      stats?.med,
      stats?.p95,
      stats?.p99,
    ]);

    const again = await replayToInfluxdb(dir, url, () => undefined);
    expect(again).toMatchObject({ written: total(expected), rejected: 0, unwritten: 0 });
    expect(sorted(await stored(influx, 'killed'))).toEqual(sorted(expected));
  });

  it('counts and names what is unwritten when the server never comes back, and replays it', async () => {
    const dir = join(BASE, 'gone');
    const output = createInfluxOutput({
      url: 'http://127.0.0.1:9/gone',
      dir,
      onMessage: () => undefined,
    });
    await output.start();
    await sampleRun({ seconds: 5, dir, id: 'gone' });
    const result = await output.finish(700);
    const expected = produced(dir);
    expect(result).toMatchObject({ written: 0, rejected: 0, unwritten: total(expected) });
    expect(result.note).toContain(
      `${total(expected)} points are in the run log only: dicomrun replay`,
    );
    await replayToInfluxdb(dir, `${influx.url}/gone`, () => undefined);
    expect(sorted(await stored(influx, 'gone'))).toEqual(sorted(expected));
  });

  it('stores every sample in raw mode, equal times included', async () => {
    const dir = join(BASE, 'raw');
    const run: RunRecord = {
      k: 'run',
      schema: RUNLOG_SCHEMA,
      ...{ id: 'raw', t0: SAMPLE_T0, script: 's.ts', version: '0', mode: 'run', embedded: false },
      ...{ tags: {}, thresholds: {}, trendStats: [], timeUnit: 'ms' },
    };
    const log = new SampleLog(dir, run, (text) => {
      throw new Error(text);
    });
    const output = createInfluxOutput({
      url: `${influx.url}/raw?mode=raw`,
      dir,
      onMessage: () => undefined,
      sampleLog: () => log,
    });
    await output.start();
    const n = 4096;
    for (const thread of [0, 1]) {
      output.sink?.series(thread, [
        { id: 0, metric: 'dicom_req_duration', tags: { service: 'C-STORE', uid: 'a b,c=d\\' } },
        { id: 1, metric: 'iterations', tags: { time: '1', empty: '' } },
      ]);
      for (let batch = 0; batch < 5; batch++) {
        output.sink?.samples({
          thread,
          n,
          series: Uint32Array.from({ length: n }, (_, i) => i % 2),
          value: Float64Array.from({ length: n }, (_, i) => (i === 0 ? Number.NaN : i / 3)),
          time: new Float64Array(n).fill(batch),
        });
      }
      output.wake();
    }
    const result = await output.finish(30_000);
    const every = 2 * 5 * n;
    const refusedByUs = 2 * 5;
    expect(result).toMatchObject({ written: every - refusedByUs, rejected: 0, unwritten: 0 });
    expect(total(await stored(influx, 'raw'))).toBe(every - refusedByUs);
    await replayToInfluxdb(dir, `${influx.url}/raw?mode=raw`, () => undefined);
    expect(total(await stored(influx, 'raw'))).toBe(every - refusedByUs);
  });

  it('sets refused points aside, each of them and no other', async () => {
    await influx.query('CREATE DATABASE refusing');
    // An integer field fixes the type, so our floats are refused: in the same shard (a week) only,
    // hence the time of the samples.
    await fetch(`${influx.url}/write?db=refusing&precision=ms`, {
      method: 'POST',
      body: `iterations count=1i ${SAMPLE_T0}`,
    });
    const dir = join(BASE, 'refusing');
    const messages: string[] = [];
    const output = createInfluxOutput({
      url: `${influx.url}/refusing`,
      dir,
      onMessage: (text) => messages.push(text),
    });
    await output.start();
    await sampleRun({ seconds: 12, dir, id: 'refusing' });
    const result = await output.finish(30_000);
    const expected = produced(dir);
    const refused = expected.get('iterations') ?? 0;
    expect(result).toMatchObject({ rejected: refused, written: total(expected) - refused });
    expected.delete('iterations');
    const held = await stored(influx, 'refusing');
    held.delete('iterations');
    expect(sorted(held)).toEqual(sorted(expected));
    const lines = readFileSync(join(dir, REJECTED_FILE), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(refused);
    expect(lines[0]).toContain('field type conflict');
    expect(messages.filter((text) => text.includes('refused a point of iterations'))).toHaveLength(
      1,
    );
  });

  it('survives what peers and scripts may put into tags and texts', async () => {
    const dir = join(BASE, 'tags');
    const maker = new PointMaker();
    const output = createInfluxOutput({
      url: `${influx.url}/tags`,
      dir,
      onMessage: (text) => {
        throw new Error(text);
      },
    });
    await output.start();
    const { engine } = await sampleRun({
      seconds: 1,
      dir,
      id: 'id with, = "quotes"\nand a break\\',
    });
    expect(engine.counts.rejected).toBe(0);
    const result = await output.finish(30_000);
    expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
    const [series] = await influx.query('SHOW TAG VALUES FROM "vus" WITH KEY = "testid"', 'tags');
    expect(series?.values[0]?.[1]).toBe('id with, = "quotes" and a break');
    expect(maker.points({ k: 'rows', at: 0, ms: 1, rows: [] })).toEqual([]);
  });
});

describe.skipIf(!requirePeer('influxd'))('InfluxDB with users', () => {
  let influx: InfluxPeer;
  beforeAll(async () => {
    influx = await startInfluxd({ auth: true });
    const q = new URLSearchParams({
      q: `CREATE USER boss WITH PASSWORD 's3:cret' WITH ALL PRIVILEGES`,
    });
    await fetch(`${influx.url}/query`, { method: 'POST', body: q });
  });
  afterAll(() => influx.stop());

  it('stops and says so without rights, and writes with them', async () => {
    const dir = join(BASE, 'forbidden');
    const messages: string[] = [];
    const output = createInfluxOutput({
      url: `${influx.url.replace('http://', 'http://boss:wrong@')}/secured`,
      dir,
      onMessage: (text) => messages.push(text),
    });
    await output.start();
    await sampleRun({ seconds: 3, dir, id: 'forbidden' });
    const result = await output.finish(30_000);
    const all = total(produced(dir));
    expect(result).toMatchObject({ written: 0, unwritten: all });
    expect(messages.join()).toContain('not allowed to write');
    expect(`${messages.join()}${result.destination}${result.note}`).not.toContain('wrong');
    const allowed = influx.url.replace('http://', 'http://boss:s3%3Acret@');
    const again = await replayToInfluxdb(dir, `${allowed}/secured?retention=INF`, () => undefined);
    expect(again).toMatchObject({ written: all, unwritten: 0 });
  });
});
