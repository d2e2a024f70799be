// A 50-VU ramp against Orthanc with InfluxDB: three independent counts of the same stores, and the
// same percentiles in the database, the run log and the summary.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readRunLog } from '../runlog/cursor.ts';
import { RUNLOG_FILE } from '../runlog/format.ts';
import {
  requirePeer,
  startInfluxd,
  startOrthanc,
  type InfluxPeer,
  type OrthancPeer,
} from './peers.ts';
import { accepted, Bench, PACKAGE, type CliResult } from './run-cli.ts';

const bench = new Bench('influx');
afterAll(() => bench.remove());

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const DATABASE = 'dicomrun';
const STORES = `service='C-STORE' AND view='service'`;

/** First value of a query's first row; 0 when there is none. */
async function number(influx: InfluxPeer, statement: string): Promise<number> {
  const [series] = await influx.query(statement, DATABASE);
  return Number(series?.values[0]?.[1] ?? 0);
}

/** Stores by the increments of every second. */
function storedCount(influx: InfluxPeer): Promise<number> {
  return number(influx, `SELECT sum("count") FROM dicom_reqs WHERE ${STORES}`);
}

async function points(influx: InfluxPeer): Promise<number> {
  const all = await influx.query('SELECT count(*) FROM /.*/', DATABASE);
  let sum = 0;
  for (const { values } of all) {
    for (const count of values[0]?.slice(1) ?? []) sum += Number(count);
  }
  return sum;
}

/** The whole-run percentiles of C-STORE as the totals record of the run log has them. */
function loggedTotals(result: CliResult): Record<string, number> {
  const views = new Map<number, { metric: string; tags: Record<string, string>; view: string }>();
  let found: Record<string, number> = {};
  for (const record of readRunLog(join(result.folder(), RUNLOG_FILE))) {
    const known = record as unknown as Record<string, unknown>;
    if (known['k'] === 'view') views.set(known['id'] as number, known as never);
    if (known['k'] === 'totals') {
      for (const [id, ...fields] of known['rows'] as number[][]) {
        const view = views.get(id ?? -1);
        if (view?.metric !== 'dicom_req_duration' || view.view !== 'service') continue;
        if (view.tags['service'] !== 'C-STORE') continue;
        const [count = 0, , , , p50 = 0, , p95 = 0, p99 = 0] = fields;
        found = { count, p50, p95, p99 };
      }
    }
  }
  return found;
}

describe.skipIf(!requirePeer('Orthanc', 'influxd'))('a ramp to 50 VUs against Orthanc', () => {
  const ramp = (orthanc: OrthancPeer, influx: InfluxPeer, hold: string): string[] => [
    ...['run', join(PACKAGE, 'examples/store.ts')],
    ...['-c', `${orthanc.aet}@127.0.0.1:${orthanc.port}`],
    ...['--vus', '50', '--ramp', '6s', '--duration', hold],
    ...['--out', `influxdb=${influx.url}/${DATABASE}`],
  ];

  it(
    'counts the same in the summary, in Orthanc and in InfluxDB',
    { timeout: 120_000 },
    async () => {
      const [orthanc, influx] = [await startOrthanc(), await startInfluxd()];
      stops.push(
        () => orthanc.stop(),
        () => influx.stop(),
      );
      const result = await bench.run([...ramp(orthanc, influx, '3s'), '--no-thresholds']);
      expect(result.code, result.stderr + result.stdout).toBe(0);
      const summary = result.summary();
      const stores = accepted(summary);
      expect(stores).toBeGreaterThan(50);
      expect((await orthanc.counts()).instances).toBe(stores);
      expect(await storedCount(influx)).toBe(stores);

      const [series] = await influx.query(
        `SELECT "count", p50, p95, p99 FROM dicomrun_total
       WHERE metric='dicom_req_duration' AND ${STORES}`,
        DATABASE,
      );
      const [, count, p50, p95, p99] = (series?.values[0] ?? []) as number[];
      const { duration } = summary.operations.find(({ service }) => service === 'C-STORE') ?? {};
      expect({ count, p50, p95, p99 }).toEqual({
        count: duration?.count,
        p50: duration?.med,
        p95: duration?.p95,
        p99: duration?.p99,
      });
      expect(loggedTotals(result)).toEqual({ count, p50, p95, p99 });
    },
  );

  it(
    'loses nothing though influxd is killed and stopped meanwhile',
    { timeout: 120_000 },
    async () => {
      const [orthanc, influx] = [await startOrthanc(), await startInfluxd()];
      stops.push(
        () => orthanc.stop(),
        () => influx.stop(),
      );
      const args = [...ramp(orthanc, influx, '10s'), '--no-thresholds'];
      const run = bench.start(args, { timeoutMs: 90_000 });
      await run.says('outputs');
      await delay(2500);
      await influx.kill();
      await delay(3000);
      await influx.restart();
      await delay(1500);
      influx.pause();
      await delay(5000);
      influx.resume();
      const result = await run.ended;
      expect(result.code, result.stderr + result.stdout).toBe(0);
      const stores = accepted(result.summary());
      expect((await orthanc.counts()).instances).toBe(stores);
      expect(await storedCount(influx)).toBe(stores);
      expect(result.summary().outputs[0]).toMatchObject({ rejected: 0, unwritten: 0 });
      const before = await points(influx);
      const replay = await bench.run([
        ...['replay', result.folder(), '--out', `influxdb=${influx.url}/${DATABASE}`],
      ]);
      expect(replay.code, replay.stderr).toBe(0);
      expect(await points(influx)).toBe(before);
      expect(await storedCount(influx)).toBe(stores);
    },
  );
});
