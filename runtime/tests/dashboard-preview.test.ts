// The preview of the dashboards: real runs, a real InfluxDB, every panel's own query, drawn by our
// chart page. DICOMRUN_UPDATE=1 writes the picture of the help from longer runs; before it is
// committed, it is brought down to a palette of 256 colours.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardFiles } from '../../tools/grafana/dashboards.ts';
import { inkOfCanvases, startBrowser } from './browser.ts';
import { previewHtml, previewOf } from '../../tools/grafana/preview-of-run.ts';
import { ROOT } from './imports.ts';
import { anyPortFree, requirePeer, startInfluxd, type InfluxPeer } from './peers.ts';
import { Bench } from './run-cli.ts';

const UPDATE = process.env['DICOMRUN_UPDATE'] === '1';

/** Two routes through the embedded router, and an archive that is slow and sometimes full. */
const script = (ports: readonly [number, number]): string => `
import dicom from 'dicom';
import web from 'dicomweb';
import { check, sleep } from 'k6';
export const options = { thresholds: { dicom_req_failed: ['rate<=0.02'] } };
const archive = dicom.receiver({ aet: 'GI_ARCHIVE', port: ${ports[0]} });
const busy = dicom.receiver({
  aet: 'BUSY',
  port: ${ports[1]},
  faults: { delay: { lognormal: '12ms' }, status: { A700: 0.03 } },
});
const peers = [
  dicom.peer({ route: 'HTM_GI', deliversTo: archive }),
  dicom.peer({ route: 'HTM_ORTHO' }),
  dicom.peer({ connect: 'BUSY@127.0.0.1:${ports[1]}' }),
];
const pacs = web.server({});
const pools = [
  dicom.synthetic({ modality: 'ES', rows: 120, columns: 160 }),
  dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 }),
  dicom.synthetic({ modality: 'US', rows: 100, columns: 100 }),
];
export default async function () {
  for (const [at, peer] of peers.entries()) {
    const study = dicom.study({ images: 3, from: pools[at] });
    const association = await peer.associate({ for: study });
    for (const image of study.images) {
      check(await association.store(image), { stored: (r) => r.ok });
    }
    await association.release();
    if (at === 0) await archive.expect(study, { timeout: '10s' });
  }
  await pacs.search('studies', {}, { limit: 5 });
  await sleep(0.1);
}
`;

describe.skipIf(!requirePeer('influxd', 'chromium'))('preview of the dashboards', () => {
  const bench = new Bench('preview');
  let influx: InfluxPeer;
  let browser: Browser;
  beforeAll(async () => {
    influx = await startInfluxd();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await influx.stop();
    bench.remove();
  });

  /** Runs the script; answers when that began. */
  async function run(testid: string, vus: number, seconds: number): Promise<number> {
    const file = bench.write('run.ts', script([await anyPortFree(), await anyPortFree()]));
    const url = `influxdb=${influx.url}/dicomrun`;
    const result = await bench.run([
      ...['run', file, '--embedded', '--settle', '1s', '--no-report', '--testid', testid],
      ...['--vus', String(vus), '--ramp', `${seconds}s`, '--duration', `${seconds}s`],
      ...['--out', url, '--out', `${url}?mode=raw`],
    ]);
    expect([0, 99], result.stderr).toContain(result.code);
    // Rows are stamped with the whole second in which they begin.
    return Math.floor(Date.parse(result.summary().run.startedAt) / 1000) * 1000;
  }

  it('draws every panel from its own query', { timeout: 180_000 }, async () => {
    const seconds = UPDATE ? 15 : 2;
    const first = await run('nightly-1', 4, seconds);
    await run('nightly-2', 8, seconds);
    const last = await run('nightly-3', 12, seconds);
    const to = Date.now() + 1000;
    const one = { testid: 'nightly-3', from: last, to };
    const every = { testid: 'nightly-.*', from: first, to };
    const all = [];
    for (const [name, dashboard] of Object.entries(dashboardFiles())) {
      all.push(await previewOf(dashboard, influx, name === 'run.json' ? one : every));
    }
    for (const { title, panels } of all) {
      for (const panel of panels.filter(({ type }) => type !== 'row')) {
        const found = panel.lines.length + panel.tables.flatMap(({ rows }) => rows).length;
        expect(found, `${title}: ${panel.title}`).toBeGreaterThan(0);
      }
    }
    const html = join(bench.folder, 'preview.html');
    writeFileSync(html, await previewHtml(all));
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(pathToFileURL(html).href);
    await expect.poll(async () => (await inkOfCanvases(page)).length).toBeGreaterThan(15);
    expect(Math.min(...(await inkOfCanvases(page)))).toBeGreaterThan(500);
    const folder = UPDATE ? join(ROOT, 'runtime/help') : bench.folder;
    const picture = join(folder, 'dashboards.png');
    await page.screenshot({ path: picture, fullPage: true });
    expect(complaints).toEqual([]);
    expect(statSync(picture).size).toBeGreaterThan(50_000);
  });

  it('is in the help, small enough to be fetched by whoever only reads', () => {
    expect(statSync(join(ROOT, 'runtime/help/dashboards.png')).size).toBeLessThan(300_000);
  });
});
