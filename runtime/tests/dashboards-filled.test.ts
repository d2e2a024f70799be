// Every panel of every dashboard for the ways in which a run is made: against an address, by route,
// with everything embedded, with every sample. Only what such a run has none of may be empty.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { dashboardFiles, prometheusFiles } from '../../tools/grafana/dashboards.ts';
import {
  expanded,
  expressionsOf,
  panelsOf,
  targetsOf,
} from '../../tools/grafana/preview-of-run.ts';
import type { Dashboard, Panel } from '../../tools/grafana/schema.ts';
import {
  requirePeer,
  startInfluxd,
  startPrometheus,
  startStorescp,
  startVictoriaMetrics,
} from './peers.ts';
import { accepted, Bench } from './run-cli.ts';

const bench = new Bench('filled');
afterAll(() => bench.remove());
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const SCRIPT = `
import dicom from 'dicom';
import web from 'dicomweb';
import { check } from 'k6';
import exec from 'k6/execution';
import { Trend } from 'k6/metrics';
export const options = { vus: 2, views: [['vu']] };
const images = new Trend('images_of_study');
const peer = dicom.peer({});
const scanner = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
const pacs = __ENV.WEB === 'yes' ? web.server({}) : null;
export default async function () {
  const study = dicom.study({ images: 2, from: scanner });
  await using association = await peer.associate({ for: study });
  for (const image of study.images) check(await association.store(image), { stored: (r) => r.ok });
  if (pacs !== null) check(await pacs.search('studies', {}), { found: (r) => r.ok });
  images.add(2, { vu: String(exec.vu.idInTest) });
}
`;

/** Nothing arrives anywhere unless a receiver expects it. */
const NO_DELIVERY = /^(Missing|Expected and arrived|Time to delivery|Missing instances)/;
/** Only the run that asks over the web, too. */
const WEB = /\b[Ww]eb\b/;
const SINGLE = 'Latency of $service, every request';

type Count = (panel: Panel, testid: string) => Promise<number>;

/** Panels without an answer, by run. */
async function emptyOf(
  files: Readonly<Record<string, Dashboard>>,
  testids: readonly string[],
  count: Count,
): Promise<string[]> {
  const empty: string[] = [];
  for (const testid of testids) {
    for (const panel of Object.values(files).flatMap(panelsOf)) {
      if (panel.type === 'row' || NO_DELIVERY.test(panel.title)) continue;
      if (testid !== 'embedded' && WEB.test(panel.title)) continue;
      if ((await count(panel, testid)) === 0) empty.push(`${testid}: ${panel.title}`);
    }
  }
  return empty;
}

/** What the variables of dashboards ask: `label_values(metric, label)`. */
function variablesOf(files: Readonly<Record<string, Dashboard>>): string[] {
  const variables = Object.values(files).flatMap(({ templating }) => templating.list);
  return variables.filter(({ type }) => type === 'query').map(({ query }) => query);
}

/** As Grafana asks for them. */
async function labelValues(url: string, query: string): Promise<readonly string[]> {
  const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
  const match = new URLSearchParams({ 'match[]': metric }).toString();
  const answer = await fetch(`${url}/api/v1/label/${label}/values?${match}`);
  return ((await answer.json()) as { data: readonly string[] }).data;
}

const PEERS = ['influxd', 'prometheus', 'victoria-metrics', 'storescp'];

describe.skipIf(!requirePeer(...PEERS))('dashboards', () => {
  it('have no empty panel, however a run was made', { timeout: 120_000 }, async () => {
    const influx = await startInfluxd();
    const [prometheus, victoria] = [await startPrometheus(), await startVictoriaMetrics()];
    const pacs = await startStorescp({ aet: 'PACS' });
    stops.push(...[influx, prometheus, victoria, pacs].map((peer) => () => peer.stop()));
    const url = `influxdb=${influx.url}/dicomrun`;
    const route = { COMPASS_HOST: '127.0.0.1', COMPASS_PORT: String(pacs.port) };
    const pair = { COMPASS_ROUTE: 'GI', REMOTE_AE_GI: 'PACS', LOCAL_AE_GI: 'SCOPE' };
    const at = ['-c', `PACS@127.0.0.1:${pacs.port}`];
    const overWeb: Readonly<Record<string, string>> = { WEB: 'yes' };
    const ways = [
      { testid: 'address', args: at, out: url, env: {} },
      { testid: 'route', args: [], out: url, env: { ...route, ...pair } },
      { testid: 'embedded', args: ['--embedded'], out: url, env: overWeb },
      { testid: 'raw', args: at, out: `${url}?mode=raw`, env: {} },
    ];
    const outs = [prometheus, victoria].flatMap((peer) => ['--out', `prometheus=${peer.url}`]);
    const from = Date.now() - 2000;
    const stores = new Map<string, number>();
    for (const { testid, args, out, env } of ways) {
      const more = ['--testid', testid, '--duration', '2s', '--no-report', '--settle', '1s'];
      const all = [...args, ...more, '--out', out, ...outs];
      const result = await bench.script(SCRIPT, all, { env });
      expect(result.code, result.stderr).toBe(0);
      for (const { unwritten, rejected } of result.summary().outputs) {
        expect({ unwritten, rejected }).toEqual({ unwritten: 0, rejected: 0 });
      }
      stores.set(testid, accepted(result.summary()));
    }
    const to = Date.now() + 1000;
    const testids = ways.map(({ testid }) => testid);

    const ask = (text: string, testid: string) =>
      influx.query(expanded(text, { testid, from, to }), 'dicomrun');
    const rows: Count = async (panel, testid) => {
      const found = [];
      for (const { query } of targetsOf(panel)) found.push(...(await ask(query, testid)));
      return found.length;
    };
    const single = testids.filter((testid) => testid !== 'raw');
    expect(await emptyOf(dashboardFiles(), testids, rows)).toEqual(
      single.map((testid) => `${testid}: ${SINGLE}`),
    );
    for (const testid of testids) {
      const end = `SELECT "title" FROM "dicomrun_events" WHERE "testid" = '$testid' AND "type" = 'end'`;
      expect((await ask(end, testid))[0]?.values, testid).toHaveLength(1);
      const own = `SELECT sum("count") FROM "images_of_study" WHERE "testid" = '$testid' AND "view" = 'vu' GROUP BY "vu"`;
      expect((await ask(own, testid)).map(({ tags }) => tags?.['vu'])).toEqual(['1', '2']);
    }

    for (const peer of [prometheus, victoria]) {
      const values = (expr: string, testid: string) =>
        peer.query(expanded(expr, { testid, from, to, interval: '10m' }), to / 1000);
      const series: Count = async (panel, testid) => {
        const found = [];
        for (const { expr } of expressionsOf(panel)) {
          found.push(...(await values(expr, testid)).filter(({ value }) => value >= 0));
        }
        return found.length;
      };
      expect(await emptyOf(prometheusFiles(), testids, series)).toEqual([]);
      for (const query of variablesOf(prometheusFiles())) {
        expect(await labelValues(peer.url, query), query).not.toEqual([]);
      }
      const [first] = panelsOf(prometheusFiles()['prometheus/run.json'] as Dashboard);
      for (const testid of testids) {
        const [count] = await values(expressionsOf(first as Panel)[0]?.expr ?? '', testid);
        expect(count?.value).toBe(stores.get(testid));
      }
    }
  });
});
