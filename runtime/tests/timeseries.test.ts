// Outputs beside InfluxDB 1 against the real servers: what they hold is what the summary says,
// also when they are killed and paused meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createInfluxOutput, replayToInfluxdb } from '../outputs/influxdb/influxdb.ts';
import { createPrometheusOutput } from '../outputs/prometheus/prometheus.ts';
import type { Output } from '../outputs/output.ts';
import {
  requirePeer,
  startPrometheus,
  startVictoriaMetrics,
  type TimeSeriesPeer,
} from './peers.ts';
import { sampleRun, type SampleRun } from './sample-run.ts';

const BASE = mkdtempSync(join(tmpdir(), 'dicomrun-series-'));
afterAll(() => rmSync(BASE, { recursive: true, force: true }));

let server: TimeSeriesPeer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

const SECONDS = 25;
/** Servers refuse what is far from now. */
const t0 = (): number => Date.now() - 60_000;

const STORES = `view="service",service="C-STORE"`;

async function one(peer: TimeSeriesPeer, query: string, at: number): Promise<number> {
  const found = await peer.query(query, at);
  expect(found, query).toHaveLength(1);
  return found[0]?.value ?? Number.NaN;
}

/** A run of 25 s in a few, while something happens to the server. */
async function follow(
  output: Output,
  run: { readonly dir: string; readonly t0: number; readonly id: string },
  trouble: (second: number) => Promise<void> = () => Promise.resolve(),
): Promise<SampleRun> {
  await output.start();
  return sampleRun({
    ...run,
    seconds: SECONDS,
    onSecond: async (second) => {
      output.wake();
      await trouble(second);
      await delay(50);
    },
  });
}

const KINDS = [
  ['victoria-metrics', startVictoriaMetrics],
  ['prometheus', startPrometheus],
] as const;

for (const [command, start] of KINDS) {
  describe.skipIf(!requirePeer(command))(`${command} by remote write`, () => {
    const open = (dir: string, messages: string[]): Output =>
      createPrometheusOutput({
        config: { kind: 'prometheus', to: `${server?.url}/api/v1/write`, options: {} },
        dir,
        onMessage: (text) => messages.push(text),
      });

    it('holds the numbers of the summary', { timeout: 60_000 }, async () => {
      server = await start();
      const messages: string[] = [];
      const run = { dir: join(BASE, `${command}-sums`), t0: t0(), id: 'sums' };
      const output = open(run.dir, messages);
      const { summary, stores } = await follow(output, run);
      expect(await output.finish(20_000)).toMatchObject({ rejected: 0, unwritten: 0 });
      expect(messages).toEqual([]);
      const end = Math.floor(run.t0 / 1000) + SECONDS;
      const store = summary.operations.find(({ service }) => service === 'C-STORE');
      const sum = (name: string): Promise<number> =>
        one(server as TimeSeriesPeer, `sum(${name}{${STORES},testid="sums"})`, end);
      expect(await sum('dicom_reqs_total')).toBe(stores);
      const failed = `dicom_req_failed_passes_total{view="all"}`;
      expect(await one(server, failed, end)).toBe(store?.failed);
      expect(await sum('dicom_req_duration_seconds_count')).toBe(store?.duration?.count);
      const buckets = `dicom_req_duration_seconds_bucket{${STORES},le="+Inf"}`;
      expect(await one(server, buckets, end)).toBe(store?.duration?.count);
      const avg = (await sum('dicom_req_duration_seconds_sum')) / stores;
      expect(avg).toBeCloseTo((store?.duration?.avg ?? 0) / 1000, 6);
      // Counters begin at 0, so that all of it is an increase.
      const risen = `max_over_time(dicom_reqs_total{${STORES}}[5m]) - min_over_time(dicom_reqs_total{${STORES}}[5m])`;
      expect(await one(server, risen, end)).toBe(stores);
      const times = `dicom_req_duration_seconds_bucket{${STORES}}`;
      const p95 = await one(server, `histogram_quantile(0.95, ${times})`, end);
      const truth = (store?.duration?.p95 ?? 0) / 1000;
      expect(p95).toBeGreaterThan(truth / 1.67);
      expect(p95).toBeLessThan(truth * 1.67);
    });

    it('stores all of it, once, though it is killed and paused', { timeout: 90_000 }, async () => {
      server = await start();
      const peer = server;
      const messages: string[] = [];
      const run = { dir: join(BASE, `${command}-killed`), t0: t0(), id: 'killed' };
      const output = open(run.dir, messages);
      const { stores } = await follow(output, run, async (second) => {
        if (second === 3) await peer.kill();
        if (second === 6) {
          await delay(2500);
          await peer.restart();
        }
        if (second === 12) peer.pause();
        if (second === 15) {
          await delay(6000); // longer than a request may take
          peer.resume();
        }
      });
      const result = await output.finish(30_000);
      expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
      const end = Math.floor(run.t0 / 1000) + SECONDS;
      expect(await one(peer, `dicom_reqs_total{${STORES},testid="killed"}`, end)).toBe(stores);
      const kept = await one(peer, `count_over_time(dicom_reqs_total{${STORES}}[5m])`, end);
      expect(kept).toBe(SECONDS + 1);
      expect(messages.some((text) => text.includes('cannot write'))).toBe(true);
      expect(messages.at(-1)).toContain('writing again');
    });
  });
}

describe.skipIf(!requirePeer('victoria-metrics'))('VictoriaMetrics as an InfluxDB 2', () => {
  it('holds the rows of a run, also after it was replayed', { timeout: 60_000 }, async () => {
    server = await startVictoriaMetrics();
    const run = { dir: join(BASE, 'bucket'), t0: t0(), id: 'bucket' };
    const url = `${server.url}?org=o&bucket=b`;
    const messages: string[] = [];
    const onMessage = (text: string): void => void messages.push(text);
    const output = createInfluxOutput({ url, dir: run.dir, onMessage });
    const { stores, summary } = await follow(output, run);
    expect(await output.finish(20_000)).toMatchObject({ rejected: 0, unwritten: 0 });
    expect(messages).toEqual([]);
    const end = Math.floor(run.t0 / 1000) + SECONDS;
    const all = `sum_over_time(dicom_reqs_count{${STORES}}[5m])`;
    expect(await one(server, all, end)).toBe(stores);
    const total = `last_over_time(dicomrun_total_p95{${STORES},metric="dicom_req_duration"}[5m])`;
    const p95 = summary.operations.find(({ service }) => service === 'C-STORE')?.duration?.p95;
    expect(await one(server, total, end)).toBeCloseTo(p95 ?? 0, 6);
    expect(await replayToInfluxdb(run.dir, url, onMessage)).toMatchObject({ unwritten: 0 });
    expect(await one(server, all, end)).toBe(stores);
  });
});

describe.skipIf(!requirePeer('victoria-metrics'))('VictoriaMetrics on a full disk', () => {
  it('gets everything once there is room, by each way in', { timeout: 60_000 }, async () => {
    server = await startVictoriaMetrics({ full: true });
    const peer = server;
    const messages: string[] = [];
    const onMessage = (text: string): void => void messages.push(text);
    const run = { dir: join(BASE, 'full'), t0: t0(), id: 'full' };
    const to = `${peer.url}/api/v1/write`;
    const outputs = [
      createPrometheusOutput({
        config: { kind: 'prometheus', to, options: {} },
        dir: run.dir,
        onMessage,
      }),
      createInfluxOutput({ url: `${peer.url}?org=o&bucket=b`, dir: run.dir, onMessage }),
    ];
    const [first, second] = outputs as [Output, Output];
    await second.start();
    const { stores } = await follow(first, run, async (at) => {
      second.wake();
      if (at === 10) await peer.restart();
    });
    for (const output of outputs) {
      expect(await output.finish(20_000)).toMatchObject({ rejected: 0, unwritten: 0 });
    }
    const outages = messages.filter((text) => text.includes('cannot write (503'));
    expect(outages.filter((text) => text.includes('read-only mode'))).toHaveLength(2);
    const end = Math.floor(run.t0 / 1000) + SECONDS;
    expect(await one(peer, `dicom_reqs_total{${STORES},testid="full"}`, end)).toBe(stores);
    const rows = `sum_over_time(dicom_reqs_count{${STORES},testid="full"}[5m])`;
    expect(await one(peer, rows, end)).toBe(stores);
  });
});
