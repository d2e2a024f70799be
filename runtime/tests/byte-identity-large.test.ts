// Large objects arrive whole, from disk and from the generator, in bounded memory; and a transfer
// may end in its middle.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { loadPool } from '../dicom/pool/files.ts';
import { generateFiles } from '../dicom/synthetic/generate.ts';
import { DatasetHasher, type DatasetHashes } from '../dicom/file/hash.ts';
import { Pool, type Prototype } from '../dicom/pool/prototype.ts';
import type { PoolShare } from '../dicom/pool/share.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import { Call, closeServers, opened, serve } from './wire-fixture.ts';

const BYTES = 300_000_000;
const folder = mkdtempSync(join(tmpdir(), 'dicomrun-large-'));

function first(pool: PoolShare): Prototype {
  const [prototype] = new Pool(pool).members;
  if (prototype === undefined) throw new Error('no prototype');
  return prototype;
}

/** An acceptor that hashes; `arrived` says what came, and how many bytes. */
async function sink(
  maxPdu: number,
): Promise<{ port: number; arrived: DatasetHashes[]; bytes: number }> {
  const state = { port: 0, arrived: [] as DatasetHashes[], bytes: 0 };
  let hasher = new DatasetHasher('1.2.840.10008.1.2.1');
  state.port = await serve({
    onAssociate: ({ rq }) => ({
      kind: 'accept',
      maxPdu,
      contexts: rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => ({
        ...{ id, abstractSyntax, scu: true, scp: false, result: 0 },
        transferSyntax: transferSyntaxes[0] ?? '',
      })),
    }),
    onStore: () => {
      hasher = new DatasetHasher('1.2.840.10008.1.2.1');
      state.bytes = 0;
    },
    onStoreData: (...piece) => {
      const [, , buffer, start, end] = piece;
      state.bytes += end - start;
      hasher.update(buffer.subarray(start, end));
    },
    onStoreEnd: () => {
      state.arrived.push(hasher.digest());
      return 0;
    },
  });
  return state;
}

function contextsOf({
  share,
}: Prototype): { abstractSyntax: string; transferSyntaxes: string[] }[] {
  return [{ abstractSyntax: share.sopClass, transferSyntaxes: [share.transferSyntax] }];
}

beforeAll(async () => {
  await generateFiles({
    out: folder,
    spec: { bytes: BYTES },
    exams: [{ modality: 'XA', series: [1] }],
  });
});
afterEach(closeServers);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SOURCES: Record<string, () => PoolShare> = {
  disk: () => loadPool({ paths: [folder], base: '/' }, { id: 1, key: 'disk' }),
  generator: () => syntheticPool({ modality: 'XA', bytes: BYTES }, { id: 2, key: 'generator' }),
};

describe('large objects', () => {
  for (const [name, make] of Object.entries(SOURCES)) {
    for (const maxPdu of [131_072, 16_384]) {
      it(`from ${name} arrive whole with maximum PDU ${maxPdu}, in little memory`, async () => {
        const prototype = first(make());
        const to = await sink(maxPdu);
        const association = await opened(to.port, { contexts: contextsOf(prototype) });
        const contextId = association.contextFor(prototype.share.sopClass, '');
        const images = new StoreImages({ run: '178000000000001' });
        const identity = { study: 1, member: 2 ** 20 + 1 };
        const channel = { contextId, maxPdu: association.maxPdu };
        const before = process.memoryUsage().rss;
        let most = before;
        const watch = setInterval(() => {
          most = Math.max(most, process.memoryUsage().rss);
        }, 10);
        const call = new Call();
        association.send(images.prepare(prototype, identity, null, channel), call);
        await call.done;
        clearInterval(watch);
        expect(call.failure).toBeNull();
        expect(to.bytes).toBe(BYTES);
        expect(to.arrived[0]?.pixelHash).toBe(prototype.share.pixelHash);
        // why: a hundred is a third of the object, far above what it takes (about 20 MB)
        expect((most - before) / 1e6).toBeLessThan(100);
        association.abort();
      });
    }

    it(`from ${name} can be aborted in the middle`, async () => {
      const prototype = first(make());
      const to = await sink(131_072);
      const association = await opened(to.port, { contexts: contextsOf(prototype) });
      const channel = {
        contextId: association.contextFor(prototype.share.sopClass, ''),
        maxPdu: association.maxPdu,
      };
      const images = new StoreImages({ run: '178000000000001' });
      const call = new Call();
      const message = images.prepare(prototype, { study: 1, member: 2 ** 20 + 1 }, null, channel);
      association.send(message, call, { abortAfter: '50%' });
      await call.done;
      expect(call.failure).toMatchObject({ kind: 'injected' });
      expect(to.bytes).toBeGreaterThan(BYTES * 0.4);
      expect(to.bytes).toBeLessThan(BYTES * 0.6);
      expect(to.arrived).toEqual([]);
    });
  }
});
