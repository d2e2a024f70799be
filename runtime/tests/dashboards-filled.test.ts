// Every panel of every dashboard for the ways in which a run is made: against an address, by route,
// with everything embedded, with every sample. Only what such a run has none of may be empty.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { dashboardFiles } from '../../tools/grafana/dashboards.ts';
import { expanded, panelsOf, targetsOf } from '../../tools/grafana/preview-of-run.ts';
import { requirePeer, startInfluxd, startStorescp } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('filled');
afterAll(() => bench.remove());
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const SCRIPT = `
import dicom from 'dicom';
import { check } from 'k6';
import exec from 'k6/execution';
import { Trend } from 'k6/metrics';
export const options = { vus: 2, views: [['vu']] };
const images = new Trend('images_of_study');
const peer = dicom.peer({});
const scanner = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export default async function () {
  const study = dicom.study({ images: 2, from: scanner });
  await using association = await peer.associate({ for: study });
  for (const image of study.images) check(await association.store(image), { stored: (r) => r.ok });
  images.add(2, { vu: String(exec.vu.idInTest) });
}
`;

/** Nothing arrives anywhere unless a receiver expects it. */
const NO_DELIVERY = /^(Missing|Expected and arrived|Time to delivery|Missing instances)/;
const SINGLE = 'Latency of $service, every request';

describe.skipIf(!requirePeer('influxd', 'storescp'))('dashboards', () => {
  it('have no empty panel, however a run was made', { timeout: 120_000 }, async () => {
    const [influx, pacs] = [await startInfluxd(), await startStorescp({ aet: 'PACS' })];
    stops.push(
      () => influx.stop(),
      () => pacs.stop(),
    );
    const url = `influxdb=${influx.url}/dicomrun`;
    const route = { COMPASS_HOST: '127.0.0.1', COMPASS_PORT: String(pacs.port) };
    const pair = { COMPASS_ROUTE: 'GI', REMOTE_AE_GI: 'PACS', LOCAL_AE_GI: 'SCOPE' };
    const at = ['-c', `PACS@127.0.0.1:${pacs.port}`];
    const ways = [
      { testid: 'address', args: at, out: url, env: {} },
      { testid: 'route', args: [], out: url, env: { ...route, ...pair } },
      { testid: 'embedded', args: ['--embedded'], out: url, env: {} },
      { testid: 'raw', args: at, out: `${url}?mode=raw`, env: {} },
    ];
    const from = Date.now() - 2000;
    for (const { testid, args, out, env } of ways) {
      const more = ['--testid', testid, '--duration', '2s', '--no-report', '--settle', '1s'];
      const result = await bench.script(SCRIPT, [...args, ...more, '--out', out], { env });
      expect(result.code, result.stderr).toBe(0);
    }
    const to = Date.now() + 1000;
    const empty: string[] = [];
    for (const { testid } of ways) {
      for (const dashboard of Object.values(dashboardFiles())) {
        for (const panel of panelsOf(dashboard)) {
          const found = [];
          for (const { query } of targetsOf(panel)) {
            found.push(...(await influx.query(expanded(query, { testid, from, to }), 'dicomrun')));
          }
          if (panel.type !== 'row' && found.length === 0) empty.push(`${testid}: ${panel.title}`);
        }
      }
      const [events] = await influx.query(
        `SELECT "title" FROM "dicomrun_events" WHERE "testid" = '${testid}' AND "type" = 'end'`,
        'dicomrun',
      );
      expect(events?.values, testid).toHaveLength(1);
      const own = await influx.query(
        `SELECT sum("count") FROM "images_of_study" WHERE "testid" = '${testid}' AND "view" = 'vu' GROUP BY "vu"`,
        'dicomrun',
      );
      expect(own.map(({ tags }) => tags?.['vu'])).toEqual(['1', '2']);
    }
    const wrong = empty.filter((text) => {
      const [testid, title = ''] = text.split(': ');
      return !(NO_DELIVERY.test(title) || (title === SINGLE && testid !== 'raw'));
    });
    expect(wrong).toEqual([]);
    expect(empty).not.toContain(`raw: ${SINGLE}`);
  });
});
