// Faults over the web: the words of a script, at the archive's services.
import { afterEach, describe, expect, it } from 'vitest';
import type { AcceptorFaults, ArchiveFaults } from '../../../api/k6/simulate.ts';
import { Pool } from '../../dicom/pool/prototype.ts';
import { syntheticPool } from '../../dicom/synthetic/synthetic.ts';
import { whole } from '../../web/auth.ts';
import { WebOrigin } from '../../web/http-client.ts';
import { InstanceImages } from '../../web/instance-image.ts';
import { boundaryOf } from '../../web/multipart-reader.ts';
import { closing, relatedType } from '../../web/multipart-writer.ts';
import { storeAnswer } from '../../web/store-answer.ts';
import { Archive } from '../archive/archive.ts';
import { ArchiveWeb, WEB_ROOT } from '../archive/web.ts';
import { serveWeb } from './stow.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const spec = { modality: 'CT', rows: 64, columns: 64, instances: 2 };
const { members } = new Pool(syntheticPool(spec, { id: 1, key: 'ct' }));
const images = new InstanceImages('1'.repeat(15), 'b');
const parts = members.flatMap(
  (prototype) => images.part({ prototype, identity: null, edits: null }).pieces,
);
const body = [...parts, closing('b')];
const bytes = body.reduce((sum, piece) => sum + piece.length, 0);

async function archiveWith(faults: ArchiveFaults) {
  const services = new ArchiveWeb(new Archive({ keep: 'all', faults }, () => performance.now()));
  const at = { host: '127.0.0.1', port: 0, tls: null };
  const listening = await serveWeb(at, (request, response, count) =>
    services.answer(request, response, count),
  );
  open.push(() => listening.close());
  const origin = new WebOrigin({
    origin: `http://127.0.0.1:${listening.port}`,
    ...{ tls: null, connections: 1, http2: false },
    timeouts: { connectMs: 5_000, responseMs: 500, idleMs: 5_000 },
  });
  open.push(() => origin.destroy());
  const ask = async (method: string, path: string) => {
    const isStore = method === 'POST';
    const headers = isStore ? ['content-type', relatedType('b')] : [];
    const request = {
      ...{ method, path: `${WEB_ROOT}${path}`, headers },
      body: isStore ? { bytes, pieces: () => body } : null,
    };
    try {
      return await whole(origin, request, 1e6);
    } catch (error) {
      return { status: 0, headers: {}, text: (error as { code: string }).code };
    }
  };
  return {
    store: async () => {
      const { status, headers, text } = await ask('POST', '/studies');
      const { stored, failed } = storeAnswer(headers['content-type'] ?? '', text);
      return { status, stored: stored.length, reasons: failed.map(({ reason }) => reason), text };
    },
    find: () => ask('GET', '/studies'),
    get: () => ask('GET', `/studies/${members[0]?.share.studyUid ?? ''}`),
  };
}

describe('faults over the web', () => {
  it('refuse single instances by their status, as stores are', async () => {
    const { store } = await archiveWith({ status: [0, 0xa700] });
    expect(await store()).toMatchObject({ status: 202, stored: 1, reasons: [0xa700] });
  });

  it('leave stores without an answer, or break them off', async () => {
    const silent = await archiveWith({ neverAnswer: true });
    expect(await silent.store()).toMatchObject({ status: 0, text: 'TIMEOUT_RESPONSE' });
    // It is there all the same, as after a C-STORE without an answer.
    expect(await silent.find()).toMatchObject({ status: 200 });
    const cut = await archiveWith({ resetAfter: 4_000 });
    const { status, text } = await cut.store();
    expect({ status, text }).toMatchObject({
      status: 0,
      text: expect.stringMatching(/^TCP_/) as string,
    });
  });

  it('lose or damage what was answered with success', async () => {
    const forgetful = await archiveWith({ drop: 1 });
    expect(await forgetful.store()).toMatchObject({ status: 200, stored: 2 });
    expect((await forgetful.find()).status).toBe(204);
    const got = async (faults: ArchiveFaults) => {
      const { store, get } = await archiveWith(faults);
      expect((await store()).status).toBe(200);
      const { headers, text } = await get();
      return text.replaceAll(boundaryOf(headers['content-type'] ?? '') ?? '', '');
    };
    const [sound, damaged] = [await got({}), await got({ corrupt: 1 })];
    expect(damaged).toHaveLength(sound.length);
    expect(damaged).not.toBe(sound);
  });

  it('answer late', async () => {
    const { store } = await archiveWith({ delay: 80 });
    const startedAt = performance.now();
    expect(await store()).toMatchObject({ status: 200, stored: 2 });
    expect(performance.now() - startedAt).toBeGreaterThan(79);
  });

  it('refuse everything while the station is down or full', async () => {
    const down = await archiveWith({ down: [{ from: 0, to: '1h' }] });
    expect(await down.find()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect((await (await archiveWith({ associationLimit: 0 })).find()).status).toBe(503);
  });

  it('follow rules by service, with statuses of HTTP', async () => {
    const { store, find, get } = await archiveWith({
      requests: [
        { service: 'QIDO-RS', first: 1, status: 429 },
        { service: 'WADO-RS', every: 2, closeAfter: 5_000 },
        { service: 'STOW-RS', status: [0, 500] },
        { service: 'C-FIND', status: 0xa700 },
      ],
    });
    expect((await store()).status).toBe(200);
    expect((await store()).status).toBe(500);
    expect([(await find()).status, (await find()).status]).toEqual([429, 200]);
    expect((await get()).status).toBe(200);
    expect(await get()).toMatchObject({ status: 0, text: 'WEB_CUT' });
    expect((await get()).status).toBe(200);
  });

  it('are refused where the web has no such thing', () => {
    const made = (requests: AcceptorFaults['requests']) => () =>
      new Archive({ faults: { requests: requests ?? [] } }, () => 0);
    expect(made([{ service: 'STOW-RS', status: 0xa700 }])).toThrow('an HTTP status');
    expect(made([{ service: 'QIDO-RS', calledAET: 'A' }])).toThrow('QIDO-RS has no calledAET');
    expect(made([{ service: 'STOW' }])).toThrow('there is no service "STOW"');
  });
});
