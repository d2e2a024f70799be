// A gateway between the protocols proved by one account: Orthanc, told by a few lines of Lua.
import { afterEach, describe, expect, it } from 'vitest';
import {
  anyPortFree,
  orthancHasWeb,
  requirePeer,
  startOrthanc,
  type OrthancPeer,
} from './peers.ts';
import { runScript } from './script-run.ts';

const WEB = "import web from 'dicomweb';\n";

let orthanc: OrthancPeer | null = null;
afterEach(async () => {
  await orthanc?.stop();
  orthanc = null;
});

const tellDelivery = `
  const { expected, arrived, missing, unexpected, pixelsChanged, changedTags } = delivery;
  tell('delivery', { expected, arrived, missing, unexpected, pixelsChanged, changedTags });`;
const ALL = {
  expected: 6,
  arrived: 6,
  missing: 0,
  unexpected: 0,
  pixelsChanged: 0,
  changedTags: 0,
};

describe.skipIf(!requirePeer('Orthanc') || !orthancHasWeb())('Orthanc as a gateway', () => {
  it('from DIMSE to STOW-RS brings every image to the web receiver', async () => {
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
    const { told, out, err } = await runScript(
      `${WEB}
const images = dicom.synthetic({ modality: 'CT', rows: 64, columns: 64 });
const arrives = web.receiver({ port: ${port}, verify: 'full' });
const gateway = dicom.peer({ deliversTo: arrives });
export const options = { vus: 1, iterations: 1 };
export default async function () {
  const study = dicom.study({ from: images, images: 6 });
  await using association = await gateway.associate({ for: study });
  await association.storeAll(study);
  const delivery = await arrives.expect(study, { timeout: '15s' });
  ${tellDelivery}
  tell('at', { url: arrives.url });
}`,
      ['-c', `ORTHANC@${orthanc.host}:${orthanc.port}`],
    );
    expect(told['delivery'], out + err).toMatchObject(ALL);
    expect(told['at']).toEqual({ url: `http://127.0.0.1:${port}/dicom-web` });
    expect(out).toContain('all arrived, none changed');
  });

  it('from STOW-RS to DIMSE brings every image to the receiver', async () => {
    const port = await anyPortFree();
    orthanc = await startOrthanc({
      dicomWeb: true,
      modalities: { OUT: { host: '127.0.0.1', port } },
      lua: `function OnStoredInstance(id) SendToModality(id, 'OUT') end`,
    });
    const { told, out, err } = await runScript(
      `${WEB}
const images = dicom.synthetic({ modality: 'CT', rows: 64, columns: 64 });
const arrives = dicom.receiver({ aet: 'OUT', port: ${port}, verify: 'full' });
const gateway = web.server({ name: 'gateway', deliversTo: arrives });
export const options = { vus: 1, iterations: 1 };
export default async function () {
  const study = dicom.study({ from: images, images: 6 });
  const stored = await gateway.store(study, { perRequest: 2 });
  const delivery = await arrives.expect(study, { timeout: '15s' });
  ${tellDelivery}
  const one = await gateway.store(images);
  tell('one', { ok: one.ok, arrived: (await arrives.expect(one, { timeout: '15s' })).arrived });
}`,
      ['--web-target', orthanc.web],
    );
    expect(told['delivery'], out + err).toMatchObject(ALL);
    expect(told['one']).toEqual({ ok: true, arrived: 1 });
    expect(out).toMatch(/^ +gateway +7 +7 +7 +0 /m);
  });
});
