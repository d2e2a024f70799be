// Data sets that nobody can read: the router hands them on, the receiver says so, nothing falls over.
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { openAcceptor, release } from './delivery-bench.ts';
import type { Acceptor } from './delivery-bench.ts';
import { openFor, storeBytes } from './store-bytes.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const pool = syntheticPool({ modality: 'CT', rows: 8, columns: 8 }, { id: 1, key: 'ct' });
const open: Acceptor[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.exit();
});

/** (0008,0016), then an element that says it is longer than all there is. */
const OVERLONG = Buffer.from('080016005549020031000800180055490080322e', 'hex');

describe('a data set that cannot be read', () => {
  for (const [what, transferSyntax, dataset] of [
    ['ends in the middle', EXPLICIT, OVERLONG],
    ['is no data set', EXPLICIT, Buffer.alloc(64, 0xff)],
    ['does not inflate', DEFLATED, Buffer.alloc(64, 0xff)],
  ] as const) {
    it(`${what}: is forwarded, and told as unreadable`, async () => {
      const at = await openAcceptor({
        receivers: [{ aets: ['SINK'], verify: 'full' }],
        pools: [pool],
        embedded: {
          deliver: { ANY: 0 },
          router: { rules: [{ when: { Modality: 'OT' }, set: { StudyDescription: 'X' } }] },
        },
      });
      open.push(at);
      const port = at.embedded?.routerPort ?? 0;
      const association = await openFor({ port, calledAET: 'ANY', transferSyntax });
      const uid = '2.25.4711';
      at.tell({ kind: 'routes', routes: [{ name: 'ANY', receiver: 0, scenario: '' }] });
      expect(await storeBytes(association, dataset, { sopInstance: uid, transferSyntax })).toBe(0);
      const row = { uid, studyUid: '2.25.4712', prototype: 2 ** 20, route: 0, time: at.now() };
      at.tell({ kind: 'acceptedByUid', rows: [row] });
      const delivery = await at.expect({
        ...{ receiver: 0, study: '2.25.4712', member: uid, accepted: 1 },
        ...{ timeoutMs: 5000, quietMs: 0, tags: { Modality: 'OT' } },
      });
      expect(delivery).toMatchObject({ arrived: 1, missing: 0, wrongTags: 1 });
      expect(delivery.differences[0]?.tag).toBe('Modality');
      expect(JSON.stringify(delivery.differences)).toMatch(/unreadable|no room/);
      await release(association);
      expect((await at.settle()).accounts).toMatchObject([{ unique: 1, missing: 0 }]);
    });
  }
});
