// Scripts against Orthanc's DICOMweb: what is stored is found, read back, and the same.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getFiles } from '../cli/web/get.ts';
import { sendFilesOverWeb } from '../cli/web/send.ts';
import { WebPeer } from '../cli/web/web-peer.ts';
import { compileEdits } from '../dicom/edit/edits.ts';
import { patchHeader } from '../dicom/edit/header-patch.ts';
import { headerFacts } from '../dicom/pool/pool-builder.ts';
import { fileMeta, readMeta } from '../dicom/file/part10.ts';
import { writeAwkwardFiles } from './byte-identity-files.ts';
import { orthancHasWeb, requirePeer, startOrthanc, type OrthancPeer } from './peers.ts';
import { runScript, type ScriptRun } from './script-run.ts';

const WEB = "import web from 'dicomweb';\n";

describe.skipIf(!requirePeer('Orthanc') || !orthancHasWeb())('DICOMweb of Orthanc', () => {
  let orthanc: OrthancPeer;
  beforeAll(async () => {
    orthanc = await startOrthanc({ dicomWeb: true });
  });
  afterAll(() => orthanc.stop());

  const run = (script: string, args: readonly string[] = []): Promise<ScriptRun> =>
    runScript(WEB + script, ['--web-target', orthanc.web, ...args]);

  it('stores, finds, reads back, and is told what Orthanc does not offer', async () => {
    const before = (await orthanc.counts()).instances;
    const { told, out, err, code } = await run(`
const images = dicom.synthetic({ modality: 'CT', rows: 64, columns: 64, count: 3 });
const pacs = web.server();
export const options = { vus: 1, iterations: 1 };
export default async function () {
  const study = dicom.study({ from: images, images: 6 });
  const stored = await pacs.store(study, { perRequest: 4 });
  const { status, ok, outcome, failed, statuses, warnings } = stored;
  tell('stored', { status, ok, outcome, failed, statuses, warnings, stored: stored.stored, accepted: study.accepted, phases: stored.phases });
  const found = await pacs.search('studies', { StudyInstanceUID: study.uid, PatientName: '' });
  tell('found', { status: found.status, count: found.count, match: found.matches[0], same: found.matches[0].StudyInstanceUID === study.uid });
  const none = await pacs.search('studies', { PatientID: 'NOBODY' });
  tell('none', { status: none.status, ok: none.ok, count: none.count });
  const numbers = [];
  for await (const one of pacs.search('instances', { InstanceNumber: '' }, { study: study.uid, limit: 4 })) numbers.push(Number(one.InstanceNumber));
  tell('numbers', numbers.sort());
  const got = await pacs.retrieve({ study: study.uid }, { transferSyntax: '*', verify: 'pixels' });
  const hashes = new Set(study.images.map((image) => image.pixelHash));
  tell('got', { status: got.status, received: got.received, bytes: got.bytes, first: got.firstByteMs > 0, same: got.instances.every((one) => hashes.has(one.pixelHash)), uids: new Set(got.instances.map((one) => one.uid)).size });
  const counted = await pacs.retrieve({ study: study.uid });
  tell('counted', { received: counted.received, bytes: counted.bytes, instances: counted.instances.length });
  const meta = await pacs.retrieve({ study: study.uid }, { as: 'metadata' });
  tell('meta', { n: meta.datasets.length, modality: meta.datasets[0].Modality, rows: meta.datasets[0].Rows });
  const refused = await pacs.delete({ study: study.uid }, { expectStatus: [405] });
  tell('refused', { status: refused.status, ok: refused.ok });
  const missing = await pacs.retrieve({ study: '1.2.3.4' }, { expectStatus: [404] });
  tell('missing', { status: missing.status, ok: missing.ok });
}`);
    expect({ code, said: out + err }).toMatchObject({ code: 0 });
    expect(told['stored']).toMatchObject({
      ...{ status: 200, ok: true, outcome: 'success', failed: [], statuses: [200, 200] },
      ...{ stored: 6, accepted: 6, warnings: [] },
    });
    expect(told['found']).toMatchObject({ status: 200, count: 1, same: true });
    expect(told['found']?.['match']).toMatchObject({ PatientName: 'DICOMRUN^TEST' });
    expect(told['none']).toMatchObject({ ok: true, count: 0 });
    expect(told['numbers']).toEqual([1, 2, 3, 4, 5, 6]);
    const { bytes } = told['got'] as unknown as { bytes: number };
    expect(told['got']).toMatchObject({
      ...{ status: 200, received: 6, first: true, same: true, uids: 6 },
    });
    expect(bytes).toBeGreaterThan(6 * 64 * 64 * 2);
    expect(told['counted']).toMatchObject({ received: 6, bytes, instances: 0 });
    expect(told['meta']).toMatchObject({ n: 6, modality: 'CT', rows: 64 });
    expect(told['refused']).toMatchObject({ status: 405, ok: false });
    expect(told['missing']).toMatchObject({ status: 404, ok: false });
    expect((await orthanc.counts()).instances).toBe(before + 6);
    // One table for both protocols, and one count of images.
    expect(out).toMatch(/STOW-RS +2 /);
    expect(out).toMatch(/QIDO-RS +4 /);
    expect(out).toMatch(/^PASS .* 6 images /m);
  });

  it('counts the same images by either protocol, and Orthanc has them all', async () => {
    const before = (await orthanc.counts()).instances;
    const { out, code } = await run(
      `
const images = dicom.synthetic('KB512');
const pacs = web.server();
const peer = dicom.peer();
export const options = {
  scenarios: {
    web: { executor: 'shared-iterations', vus: 3, iterations: 12, exec: 'byWeb' },
    dimse: { executor: 'shared-iterations', vus: 3, iterations: 12, exec: 'byDimse' },
  },
  thresholds: {
    'dicom_instances{service:STOW-RS}': ['count==24'],
    'dicom_instances{service:C-STORE}': ['count==24'],
    'dicom_instances{outcome:success}': ['count==48'],
    'http_req_duration{service:STOW-RS}': ['p(95)<60000'],
    http_req_failed: ['rate==0'],
  },
};
export async function byWeb() {
  await pacs.store(dicom.study({ from: images, images: 2 }));
}
export async function byDimse() {
  const study = dicom.study({ from: images, images: 2 });
  await using a = await peer.associate({ for: study });
  await a.storeAll(study);
}
`,
      ['-c', `ORTHANC@${orthanc.host}:${orthanc.port}`],
    );
    expect(code, out).toBe(0);
    expect(out).toContain('all 5 thresholds hold');
    expect((await orthanc.counts()).instances - before).toBe(48);
  });

  it('takes awkward files, and gives back the same', async () => {
    const root = mkdtempSync(join(tmpdir(), 'dicomrun-web-'));
    const peer = new WebPeer({ url: orthanc.web }, { folder: root, timeoutMs: 20_000 });
    try {
      const files = await awkwardFiles(root);
      const refused: string[] = [];
      await sendFilesOverWeb({
        ...{ peer, paths: [join(root, 'sent')], base: root, perRequest: 1 },
        onFile: ({ path, state }) => {
          if (state !== 'stored') refused.push(basename(path, '.dcm'));
        },
      });
      const changed: string[] = [];
      for (const { name, study, dataset } of files) {
        if (refused.includes(name)) continue;
        const folder = join(root, 'got', name);
        await getFiles(peer, { study }, { folder, transferSyntax: '*' });
        const [back = ''] = readdirSync(folder);
        const got = readFileSync(join(folder, back));
        if (!got.subarray(readMeta(got).datasetOffset).equals(dataset)) changed.push(name);
      }
      expect(files.length).toBeGreaterThanOrEqual(42);
      expect({ refused, changed }).toEqual({ refused: [], changed: [] });
    } finally {
      await peer.close();
      rmSync(root, { recursive: true });
    }
  }, 60_000);
});

interface AwkwardFile {
  readonly name: string;
  readonly study: string;
  readonly dataset: Buffer;
}

/** Each with UIDs of its own, in the data set and in the meta, for Orthanc keeps the first of a UID. */
async function awkwardFiles(root: string): Promise<AwkwardFile[]> {
  await writeAwkwardFiles(join(root, 'made'), requirePeer('dcmodify'));
  mkdirSync(join(root, 'sent'));
  return readdirSync(join(root, 'made')).map((file, index) => {
    const bytes = readFileSync(join(root, 'made', file));
    const { datasetOffset, transferSyntax } = readMeta(bytes);
    const [study, series, instance] = [0, 1, 2].map(
      (part) => `1.2.826.0.1.3680043.77.${index}.${part}`,
    );
    const uids = { StudyInstanceUID: study, SeriesInstanceUID: series, SOPInstanceUID: instance };
    const edits = compileEdits(uids as Record<string, string>);
    const dataset = patchHeader(bytes.subarray(datasetOffset), transferSyntax, edits);
    const { sopClass } = headerFacts(dataset, transferSyntax);
    const meta = fileMeta(sopClass, instance ?? '', transferSyntax);
    writeFileSync(join(root, 'sent', file), Buffer.concat([meta, dataset]));
    return { name: basename(file, '.dcm'), study: study ?? '', dataset };
  });
}
