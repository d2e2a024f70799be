// Not one byte changes that nobody asked to change: awkward files sent as they are arrive as they
// are, at our own acceptor and at DCMTK's bit-preserving one.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashDataset } from '../dicom/file/hash.ts';
import { loadPool } from '../dicom/pool/files.ts';
import { readMeta } from '../dicom/file/part10.ts';
import { Pool, type Prototype } from '../dicom/pool/prototype.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import type { Association } from '../dicom/ul/association.ts';
import { writeAwkwardFiles } from './byte-identity-files.ts';
import { requirePeer, startStorescp } from './peers.ts';
import { Call, closeServers, opened, serve } from './wire-fixture.ts';

const RUN = '178000000000001';
const dcmtk = requirePeer('storescp', 'dcmconv', 'dcmcrle', 'dcmcjpeg', 'dcmcjpls', 'dump2dcm');
const root = mkdtempSync(join(tmpdir(), 'dicomrun-identity-'));
let written = 0;
let members: readonly Prototype[] = [];

function sha(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function datasetOf(path: string): Buffer {
  const file = readFileSync(path);
  return file.subarray(readMeta(file).datasetOffset);
}

/** SOP class and transfer syntax pairs of the files, each one context. */
function contexts(): { abstractSyntax: string; transferSyntaxes: string[] }[] {
  const pairs = new Set(members.map(({ share }) => `${share.sopClass} ${share.transferSyntax}`));
  return [...pairs].map((pair) => {
    const [abstractSyntax = '', transferSyntax = ''] = pair.split(' ');
    return { abstractSyntax, transferSyntaxes: [transferSyntax] };
  });
}

async function send(
  association: Association,
  images: StoreImages,
  one: Prototype,
): Promise<number> {
  const { sopClass, transferSyntax } = one.share;
  const contextId = association.contextFor(sopClass, transferSyntax);
  const call = new Call();
  association.send(
    images.prepare(one, null, null, { contextId, maxPdu: association.maxPdu }),
    call,
  );
  await call.done;
  if (call.failure !== null)
    throw new Error(`${one.share.origin}: ${JSON.stringify(call.failure)}`);
  return call.statuses.at(-1) ?? -1;
}

beforeAll(async () => {
  written = await writeAwkwardFiles(join(root, 'files'), dcmtk);
  const pool = loadPool({ paths: ['files'], base: root, hash: 'full' }, { id: 1, key: 'x' });
  members = new Pool(pool).members;
});
afterAll(async () => {
  await closeServers();
  rmSync(root, { recursive: true });
});

describe('awkward files', () => {
  it('are at least forty, and none is refused', () => {
    expect(written).toBeGreaterThanOrEqual(40);
    expect(members).toHaveLength(written);
  });

  for (const maxPdu of [16_384, 4_097, 0]) {
    it(`arrive byte for byte at our acceptor, maximum PDU ${maxPdu}`, async () => {
      const arrived = new Map<string, Buffer>();
      let parts: Buffer[] = [];
      const port = await serve({
        onAssociate: ({ rq }) => ({
          kind: 'accept',
          maxPdu,
          contexts: rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => ({
            ...{ id, abstractSyntax, scu: true, scp: false, result: 0 },
            transferSyntax: transferSyntaxes[0] ?? '',
          })),
        }),
        onStore: () => {
          parts = [];
        },
        onStoreData: (...piece) => {
          const [, , buffer, start, end] = piece;
          parts.push(Buffer.from(buffer.subarray(start, end)));
        },
        onStoreEnd: (_association, request) => {
          const dataset = Buffer.concat(parts);
          arrived.set(`${request.sopInstance()} ${sha(dataset)}`, dataset);
          return 0;
        },
      });
      const association = await opened(port, { contexts: contexts() });
      const images = new StoreImages({ run: RUN, oddLength: 'send' });
      for (const one of members) {
        expect(await send(association, images, one)).toBe(0);
        const { origin, sopInstance, transferSyntax, pixelHash, datasetHash } = one.share;
        const wanted = datasetOf(origin);
        const dataset = arrived.get(`${sopInstance} ${sha(wanted)}`);
        expect(dataset?.equals(wanted), origin).toBe(true);
        expect(hashDataset(wanted, transferSyntax, 'full'), origin).toEqual({
          ...{ pixelHash, datasetHash, malformed: false },
        });
      }
      association.abort();
    });
  }

  it('of odd length are refused by name', () => {
    const odd = members.filter(({ share }) => share.oddLength);
    const images = new StoreImages({ run: RUN });
    for (const one of members) {
      const prepare = (): unknown => images.prepare(one, null, null, { contextId: 1, maxPdu: 0 });
      if (odd.includes(one)) expect(prepare).toThrow(one.share.origin);
      else expect(prepare).not.toThrow();
    }
  });
});

describe.skipIf(!dcmtk)('awkward files at storescp', () => {
  it('arrive byte for byte', async () => {
    const peer = await startStorescp({ args: ['-pdu', '131072'] });
    try {
      const association = await opened(peer.port, { calledAET: 'STORESCP', contexts: contexts() });
      const images = new StoreImages({ run: RUN });
      const wanted = new Map<string, string>();
      for (const one of members.filter(({ share }) => !share.oddLength)) {
        expect(await send(association, images, one), one.share.origin).toBe(0);
        wanted.set(sha(datasetOf(one.share.origin)), one.share.origin);
      }
      await new Promise<void>((resolve) => association.release(() => resolve()));
      const got = new Set((await peer.files()).map((path) => sha(datasetOf(path))));
      expect([...wanted].filter(([hash]) => !got.has(hash)).map(([, path]) => path)).toEqual([]);
      expect(got.size).toBe(wanted.size);
    } finally {
      await peer.stop();
    }
  });
});
