// The examples of DICOMweb as they are: as smoke tests, and against Orthanc with its plugin, as archive
// and as gateway.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser, tableCells } from './browser.ts';
import { ROOT } from './example-list.ts';
import {
  anyPortFree,
  orthancHasWeb,
  requirePeer,
  startOrthanc,
  type OrthancPeer,
} from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('examples-web');
afterAll(() => bench.remove());

const env = { SCALE: 'ci', DURATION: '1s', PART: '1s', CELL: '1s' };
const folder = join(ROOT, 'examples/dicomweb');

it('each is a smoke test, too', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await bench.run(['smoke', folder, '--no-report'], { env });
  expect(code, stdout + stderr).toBe(0);
});

it.skipIf(!requirePeer('chromium'))(
  'web services stand in the report, and what they brought',
  async () => {
    const script = join(folder, 'both-protocols.ts');
    const run = await bench.run(['run', script, '-i', '2'], { env });
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const browser = await startBrowser();
    const { page } = await openPage(browser, pathToFileURL(join(run.folder(), 'report.html')).href);
    const rows = await tableCells(page, 'operations');
    await browser.close();
    expect(rows.map(([service]) => service).sort()).toEqual(['C-STORE', 'QIDO-RS', 'WADO-RS']);
    const wado = rows.find(([service]) => service === 'WADO-RS') ?? [];
    expect(wado.at(-2), wado.join(' ')).toMatch(/[kM]B\/s$/);
    expect(wado.at(-1)).toBe('200 × 2');
  },
);

describe.skipIf(!requirePeer('Orthanc') || !orthancHasWeb())('with Orthanc', () => {
  let orthanc: OrthancPeer | null = null;
  afterEach(async () => {
    await orthanc?.stop();
    orthanc = null;
  });

  async function passes(file: string, args: readonly string[]) {
    const all = ['run', join(folder, file), '--no-report', ...args];
    const run = await bench.run(all, { env });
    expect(run.code, run.stdout + run.stderr).toBe(0);
    return run;
  }

  it('as the archive', { timeout: 120_000 }, async () => {
    const archive = (orthanc = await startOrthanc({ dicomWeb: true }));
    const at = ['--web-target', archive.web];
    for (const file of ['store-at-peak', 'query-storm', 'viewers', 'retrieve']) {
      await passes(`${file}.ts`, at);
    }
    await passes('both-protocols.ts', ['-c', `ORTHANC@${archive.host}:${archive.port}`, ...at]);
  });

  it('as the gateway to the web', { timeout: 60_000 }, async () => {
    const port = await anyPortFree();
    orthanc = await startOrthanc({
      dicomWeb: true,
      lua: `function OnStoredInstance(id, tags, metadata, origin)
        if origin['RequestOrigin'] ~= 'DicomProtocol' then return end
        RestApiPost('/dicom-web/servers/out/stow', '{"Resources":["' .. id .. '"]}', false)
      end`,
      config: {
        DicomWeb: {
          ...{ Enable: true, Root: '/dicom-web/' },
          Servers: { out: [`http://127.0.0.1:${port}/dicom-web/`] },
        },
      },
    });
    const at = ['-c', `ORTHANC@${orthanc.host}:${orthanc.port}`, '-e', `PORT=${port}`];
    const run = await passes('gateway-to-web.ts', at);
    expect(run.summary().delivery.routes[0]).toMatchObject({ missing: 0, duplicated: 0 });
  });

  it('as the gateway to DIMSE', { timeout: 60_000 }, async () => {
    const port = await anyPortFree();
    orthanc = await startOrthanc({
      dicomWeb: true,
      modalities: { FROM_GATEWAY: { host: '127.0.0.1', port } },
      lua: `function OnStoredInstance(id) SendToModality(id, 'FROM_GATEWAY') end`,
    });
    const at = ['--web-target', orthanc.web, '--receiver', `*=127.0.0.1:${port}`];
    const run = await passes('gateway-to-dimse.ts', at);
    expect(run.summary().delivery.routes[0]).toMatchObject({ missing: 0, duplicated: 0 });
  });
});
