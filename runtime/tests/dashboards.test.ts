// Every query of every dashboard against a real InfluxDB that holds a real run: it is accepted, it
// finds something, and the counts are those of the summary. Grafana itself is not run here.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { replayToInfluxdb } from '../outputs/influxdb/influxdb.ts';
import { dashboardFiles } from '../../tools/grafana/dashboards.ts';
import type { Dashboard } from '../../tools/grafana/schema.ts';
import { expanded, panelsOf, targetsOf } from '../../tools/grafana/preview-of-run.ts';
import { requirePeer, startInfluxd, type InfluxPeer } from './peers.ts';
import { SAMPLE_T0, sampleRun } from './sample-run.ts';

const SECONDS = 30;

const TIMES = { from: SAMPLE_T0 - 60_000, to: SAMPLE_T0 + 120_000 };

describe.skipIf(!requirePeer('influxd'))('dashboards on InfluxDB', () => {
  let dir: string;
  let influx: InfluxPeer;
  let summary: Summary;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'dicomrun-dashboards-'));
    influx = await startInfluxd();
    for (const id of ['first', 'second']) {
      const run = join(dir, id);
      ({ summary } = await sampleRun({ seconds: SECONDS, dir: run, id }));
      const result = await replayToInfluxdb(run, `${influx.url}/dicomrun`, () => undefined);
      expect(result).toMatchObject({ rejected: 0, unwritten: 0 });
    }
    // A run with mode=raw leaves single samples; the heatmap reads nothing else of them.
    const line = `dicom_req_duration,testid=first,service=C-STORE,w=0 value=12.5 ${SAMPLE_T0}000001`;
    await fetch(`${influx.url}/write?db=dicomrun`, { method: 'POST', body: line });
  });
  afterAll(async () => {
    await influx.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function rows(query: string, testid = 'first'): Promise<readonly unknown[][]> {
    const series = await influx.query(expanded(query, { testid, ...TIMES }), 'dicomrun');
    return series.flatMap(({ values }) => values.map((value) => [...value]));
  }

  /** What this run has no samples of: accepted by InfluxDB, and empty. */
  const ABSENT =
    /http_req|dicom_(connecting|releasing|delivery_expected|delivery_unique)|generator_|data_received/;

  it.each(Object.entries(dashboardFiles()))(
    '%s: every query finds something',
    async (_, dashboard) => {
      for (const panel of panelsOf(dashboard)) {
        for (const { query } of targetsOf(panel)) {
          const found = await rows(query, 'first|second');
          if (!ABSENT.test(query))
            expect(found.length, `${panel.title}: ${query}`).toBeGreaterThan(0);
        }
      }
      for (const variable of dashboard.templating.list.filter(({ type }) => type === 'query')) {
        expect((await rows(variable.query)).length, variable.name).toBeGreaterThan(0);
      }
      for (const { target } of dashboard.annotations.list) {
        expect((await rows(target.query)).length).toBeGreaterThan(1);
      }
    },
  );

  it('counts as the summary does, and has its percentiles', async () => {
    const store = summary.operations.find(({ service }) => service === 'C-STORE');
    const panels = panelsOf(dashboardFiles()['run.json'] as Dashboard);
    const value = async (title: string, target = 0): Promise<unknown> => {
      const found = panels.filter((panel) => panel.title === title).flatMap(targetsOf);
      const query = found[target]?.query ?? '';
      return (await rows(query))[0]?.[1];
    };
    expect(await value('$service')).toBe(store?.count);
    expect(await value('$service p95')).toBe(store?.duration?.p95);
    const [failed, all] = summary.operations.reduce(
      ([f, n], one) => [f + one.failed, n + one.count],
      [0, 0],
    );
    expect(await value('Failed')).toBeCloseTo(failed / all, 12);
    expect(await value('Missing')).toBe(summary.delivery.routes[0]?.missing);
  });

  it('adds up a chart to the whole, at any zoom', async () => {
    const store = summary.operations.find(({ service }) => service === 'C-STORE');
    const [target] = panelsOf(dashboardFiles()['run.json'] as Dashboard)
      .filter(({ title }) => title === 'Load and response')
      .flatMap(targetsOf);
    const query = target?.query ?? '';
    for (const zoom of [1, 5, 10]) {
      const text = query
        .replaceAll('$__interval_ms', String(zoom * 1000))
        .replaceAll('$__interval', `${zoom}s`);
      const series = await influx.query(expanded(text, { testid: 'first', ...TIMES }), 'dicomrun');
      const own = series.find(({ tags }) => tags?.['service'] === 'C-STORE');
      const sum = own?.values.reduce(
        (total, [, rate]) => total + ((rate as number | null) ?? 0) * zoom,
        0,
      );
      expect(sum).toBeCloseTo(store?.count ?? Number.NaN, 6);
    }
  });
});
