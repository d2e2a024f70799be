// The archive over the web: what is stored by STOW-RS is found by QIDO-RS and comes back by WADO-RS.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hash } from 'node:crypto';
import { get as httpGet } from 'node:http';
import { Pool } from '../../dicom/pool/prototype.ts';
import { syntheticPool } from '../../dicom/synthetic/synthetic.ts';
import { whole } from '../../web/auth.ts';
import { WebOrigin } from '../../web/http-client.ts';
import { InstanceImages } from '../../web/instance-image.ts';
import { datasetsOf } from '../../web/json-model.ts';
import { boundaryOf, MultipartReader } from '../../web/multipart-reader.ts';
import { closing, relatedType } from '../../web/multipart-writer.ts';
import { Retrieved } from '../../web/retrieved.ts';
import { storeAnswer } from '../../web/store-answer.ts';
import { serveWeb, type WebListening } from '../stations/stow.ts';
import { Archive } from './archive.ts';
import { ArchiveWeb, WEB_ROOT } from './web.ts';

const share = syntheticPool(
  { modality: 'CT', rows: 16, columns: 16, instances: 2 },
  { id: 1, key: 'ct' },
);
const { members } = new Pool(share);
const [first] = members;
const STUDY = first?.share.studyUid ?? '';
const LIMITS = { connectMs: 5_000, responseMs: 20_000, idleMs: 20_000 };

let listening: WebListening;
let origin: WebOrigin;
beforeAll(async () => {
  const services = new ArchiveWeb(new Archive({ keep: 'all' }, () => performance.now()));
  const at = { host: '127.0.0.1', port: 0, tls: null };
  listening = await serveWeb(at, (request, response) => services.answer(request, response));
  origin = new WebOrigin({
    origin: `http://127.0.0.1:${listening.port}`,
    ...{ tls: null, connections: 2, http2: false, timeouts: LIMITS },
  });
});
afterAll(async () => {
  await origin.destroy();
  await listening.close();
});

const get = (path: string, accept = '*/*') =>
  whole(
    origin,
    { method: 'GET', path: WEB_ROOT + path, headers: ['accept', accept], body: null },
    1e6,
  );

async function stow(path: string, pieces: readonly Buffer[]) {
  const body = [...pieces, closing('b')];
  const bytes = body.reduce((sum, piece) => sum + piece.length, 0);
  const answer = await whole(origin, {
    method: 'POST',
    path: WEB_ROOT + path,
    headers: ['content-type', relatedType('b')],
    body: { bytes, pieces: () => body },
  });
  const { status, headers, text } = answer;
  return { status, ...storeAnswer(headers['content-type'] ?? '', text) };
}

const parts = members.flatMap(
  (prototype) =>
    new InstanceImages('1'.repeat(15), 'b').part({ prototype, identity: null, edits: null }).pieces,
);
const UIDS = members.map(({ share: { sopInstance } }) => sopInstance);
const ODD = [Buffer.from('\r\n--b\r\nContent-Type: application/dicom\r\n\r\nno instance')];

describe('the archive over the web', () => {
  it('finds nothing before anything was stored', async () => {
    expect(await get('/studies')).toMatchObject({ status: 204, text: '' });
    expect((await get(`/studies/${STUDY}`)).status).toBe(404);
  });

  it('stores, and says what it did not store', async () => {
    expect(await stow('/studies/1.2.3', parts)).toMatchObject({
      ...{ status: 409, stored: [] },
      failed: UIDS.map((uid) => ({ uid, reason: 0xa900 })),
    });
    expect(await stow('/studies', [...parts, ...ODD])).toMatchObject({
      ...{ status: 202, stored: UIDS, failed: [{ uid: '', reason: 0xc000 }] },
    });
    expect(await stow(`/studies/${STUDY}`, parts)).toMatchObject({ status: 200, stored: UIDS });
  });

  it('finds it on every level', async () => {
    const study = datasetsOf(
      (await get('/studies?ModalitiesInStudy=CT&includefield=00081030')).text,
    );
    expect(study).toMatchObject([{ StudyInstanceUID: STUDY, NumberOfStudyRelatedInstances: '2' }]);
    expect(study[0]).toHaveProperty('StudyDescription');
    expect((await get('/studies?ModalitiesInStudy=MR')).status).toBe(204);
    const series = datasetsOf((await get(`/studies/${STUDY}/series`)).text);
    expect(series).toMatchObject([{ Modality: 'CT', NumberOfSeriesRelatedInstances: '2' }]);
    const one = datasetsOf((await get(`/studies/${STUDY}/instances?limit=1&offset=1`)).text);
    expect(one.map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual([UIDS[1]]);
    expect(await get('/studies?NoSuchKey=1')).toMatchObject({ status: 400 });
  });

  it('sends it back as it was, or in another syntax, with its metadata', async () => {
    const back = async (accept: string) => {
      const { headers, text } = await get(`/studies/${STUDY}`, accept);
      void text;
      return headers['content-type'] ?? '';
    };
    expect(boundaryOf(await back('*/*'))).not.toBeNull();
    for (const syntax of ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2']) {
      const accept = `multipart/related; type="application/dicom"; transfer-syntax=${syntax}`;
      const retrieved = await retrieve(`/studies/${STUDY}`, accept);
      expect(retrieved.instances.map(({ uid }) => uid)).toEqual(UIDS);
      expect(retrieved.instances.map((one) => one.transferSyntax)).toEqual([syntax, syntax]);
      const kept = members.map((one) => hash('sha256', one.read(), 'hex'));
      const isSame = syntax === first?.share.transferSyntax;
      if (isSame) expect(retrieved.instances.map((one) => one.datasetHash)).toEqual(kept);
    }
    const metadata = datasetsOf((await get(`/studies/${STUDY}/metadata`)).text);
    expect(metadata.map((one) => one['SOPInstanceUID'])).toEqual(UIDS);
    expect(metadata[0]?.['PixelData']).toMatch(/\/bulkdata\/7FE00010$/);
  });

  it('answers those who show its token, where it has one', async () => {
    const archive = new Archive({ keep: 'all' }, () => performance.now());
    const services = new ArchiveWeb(archive, { token: 'T0KEN' });
    const at = { host: '127.0.0.1', port: 0, tls: null };
    const closed = await serveWeb(at, (request, response) => services.answer(request, response));
    const door = new WebOrigin({ ...origin.spec, origin: `http://127.0.0.1:${closed.port}` });
    const asked = async (...headers: readonly string[]) => {
      const request = { method: 'GET', path: `${WEB_ROOT}/studies`, headers, body: null };
      return (await whole(door, request)).status;
    };
    expect(await asked()).toBe(401);
    expect(await asked('authorization', 'Bearer other')).toBe(401);
    expect(await asked('authorization', 'Bearer T0KEN')).toBe(204);
    await door.destroy();
    await closed.close();
  });

  it('gives single frames, native and compressed, in the order they were asked for', async () => {
    for (const transferSyntax of ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2.5']) {
      const spec = { modality: 'US', rows: 8, columns: 8, frames: 3, transferSyntax } as const;
      const frames = new Pool(
        syntheticPool({ ...spec, instances: 1 }, { id: 7, key: transferSyntax }),
      );
      const [image] = frames.members;
      if (image === undefined) throw new Error('no image');
      const images = new InstanceImages('1'.repeat(15), 'b');
      await stow('/studies', images.part({ prototype: image, identity: null, edits: null }).pieces);
      const { studyUid, seriesUid, sopInstance } = image.share;
      const at = `/studies/${studyUid}/series/${seriesUid}/instances/${sopInstance}`;
      const several = await retrieve(`${at}/frames/3,1`, '*/*');
      expect(several.parts).toBe(2);
      if (transferSyntax.endsWith('.1')) expect(several.bytes).toBe(2 * 8 * 8 * 3);
      expect((await get(`${at}/frames/1`)).headers['content-type']).toContain(
        transferSyntax.endsWith('.5') ? 'image/dicom-rle' : 'application/octet-stream',
      );
      expect((await get(`${at}/frames/4`)).status).toBe(404);
      expect((await get(`${at}/frames/0`)).status).toBe(404);
    }
    expect((await get(`/studies/${STUDY}/frames/1`)).status).toBe(404);
  });

  it('writes no faster than it is read, and holds no answer whole', async () => {
    const archive = new Archive({ keep: 'all' }, () => performance.now());
    const services = new ArchiveWeb(archive);
    const most: number[] = [];
    const slow = await serveWeb({ host: '127.0.0.1', port: 0, tls: null }, (request, response) => {
      const timer = setInterval(() => most.push(response.writableLength), 1);
      response.once('close', () => clearInterval(timer));
      services.answer(request, response);
    });
    const large = new Pool(
      syntheticPool(
        { modality: 'CT', rows: 1024, columns: 1024, instances: 12 },
        { id: 9, key: 'large' },
      ),
    );
    for (const image of large.members) {
      const meta = { ...image.share, datasetOffset: 0 };
      const taker = archive.intake(undefined);
      taker.begin(meta, Buffer.alloc(0));
      taker.data(Buffer.from(image.read()));
      expect(taker.end(meta)).toBe(0);
    }
    const [one] = large.members;
    const path = `${WEB_ROOT}/studies/${one?.share.studyUid}`;
    const bytes = await new Promise<number>((resolve, reject) => {
      const request = httpGet({ host: '127.0.0.1', port: slow.port, path }, (response) => {
        let sum = 0;
        response.on('data', (chunk: Buffer) => (sum += chunk.length));
        response.on('end', () => resolve(sum));
        response.on('error', reject);
        response.pause();
        setTimeout(() => response.resume(), 100);
      });
      request.on('error', reject);
    });
    expect(bytes).toBeGreaterThan(12 * 2 * 1024 ** 2);
    // The piece that waits, and no other.
    expect(Math.max(...most)).toBeLessThan(2 * 2.2 * 1024 ** 2);
    await slow.close();
  });

  it('names its bulk data in the metadata, and gives it', async () => {
    const [model] = JSON.parse((await get(`/studies/${STUDY}/metadata`)).text) as Record<
      string,
      { vr?: string; BulkDataURI?: string }
    >[];
    const { vr, BulkDataURI = '' } = model?.['7FE00010'] ?? {};
    expect(vr).toBe('OW');
    expect(BulkDataURI).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/dicom-web\/studies\/.*\/bulkdata\/7FE00010$/,
    );
    const path = new URL(BulkDataURI).pathname.slice(WEB_ROOT.length);
    const one = await retrieve(path, '*/*');
    expect(one).toMatchObject({ parts: 1, bytes: 16 * 16 * 2 });
    expect((await get(path)).text).toContain(`Content-Location: ${BulkDataURI}`);
    const all = await retrieve(`/studies/${STUDY}/bulkdata`, '*/*');
    expect(all).toMatchObject({ parts: UIDS.length, bytes: UIDS.length * 16 * 16 * 2 });
    expect((await get(path.replace('7FE00010', '00420011'))).status).toBe(404);
  });

  it('says that it renders nothing', async () => {
    const { status, text } = await get(`/studies/${STUDY}/rendered`);
    expect({ status, text }).toMatchObject({
      status: 406,
      text: expect.stringContaining('renders no images') as string,
    });
  });

  it('forgets what is deleted', async () => {
    const gone = async (path: string) => {
      const request = { method: 'DELETE', path: WEB_ROOT + path, headers: [], body: null };
      return (await whole(origin, request)).status;
    };
    const series = members[0]?.share.seriesUid ?? '';
    expect(await gone(`/studies/${STUDY}/series/${series}/instances/${UIDS[0]}`)).toBe(204);
    const left = datasetsOf((await get(`/studies/${STUDY}/instances`)).text);
    expect(left.map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual([UIDS[1]]);
    expect(await gone(`/studies/${STUDY}`)).toBe(204);
    expect(await gone(`/studies/${STUDY}`)).toBe(404);
    expect((await get(`/studies/${STUDY}/series`)).status).toBe(204);
  });

  it('says what it does not offer', async () => {
    const request = { method: 'PUT', path: `${WEB_ROOT}/studies/1.2`, headers: [], body: null };
    expect((await whole(origin, request)).status).toBe(405);
    expect((await get('/patients')).status).toBe(404);
    expect((await whole(origin, { ...request, method: 'GET', path: '//' })).status).toBe(404);
    expect((await get('/studies?limit=few')).status).toBe(400);
    expect((await get('/studies?offset=-1')).status).toBe(400);
    expect((await get('/studies/1.2/rendered')).status).toBe(404);
  });
});

function retrieve(path: string, accept: string): Promise<Retrieved> {
  const retrieved = new Retrieved('full', null);
  let reader: MultipartReader | null = null;
  const request = { method: 'GET', path: WEB_ROOT + path, headers: ['accept', accept], body: null };
  return new Promise((resolve, reject) => {
    origin.send(request, {
      onHeaders: (_, headers) => {
        reader = new MultipartReader(boundaryOf(headers['content-type'] ?? '') ?? '', retrieved);
      },
      onData: (chunk) => reader?.push(chunk),
      onDone: () => resolve(retrieved),
      onFailed: reject,
    });
  });
}
