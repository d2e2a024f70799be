// Where images arrive: real sockets, the acceptor thread's own task, DCMTK as a foreign sender.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { studyUid } from '../dicom/pool/identity.ts';
import { readMeta } from '../dicom/file/part10.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { HOST, openAcceptor, release, RUN, Sender, uidOf } from './delivery-bench.ts';
import type { Acceptor, AcceptorSetup } from './delivery-bench.ts';
import { dumpToFile, requirePeer } from './peers.ts';

const pool = syntheticPool(
  { modality: 'ES', rows: 16, columns: 16, instances: 3 },
  { id: 1, key: 'es' },
);
const open: Acceptor[] = [];

async function acceptor(setup: AcceptorSetup): Promise<Acceptor> {
  const opened = await openAcceptor(setup);
  open.push(opened);
  return opened;
}

function port(at: Acceptor, receiver = 0): number {
  return at.receivers[receiver]?.port ?? 0;
}

afterEach(async () => {
  for (const one of open.splice(0)) await one.exit();
});

describe('receiver', () => {
  it('joins what was accepted with what arrived, and says so in samples', async () => {
    const at = await acceptor({ receivers: [{}], pools: [pool] });
    const sender = new Sender(at, pool);
    const association = await sender.open({ host: HOST, port: port(at), calledAET: 'SINK' });
    const study = await sender.study(association, 5);
    const question = { receiver: 0, study, accepted: 5, timeoutMs: 2000, quietMs: 0 };
    expect(await at.expect(question)).toMatchObject({
      ...{ expected: 5, arrived: 5, missing: 0, duplicated: 0, unexpected: 0 },
      ...{ pixelsChanged: 0, associations: 1, complete: true },
    });
    await release(association);
    const { accounts } = await at.settle();
    expect(accounts).toMatchObject([
      { route: 'ROUTE', accepted: 5, arrived: 5, unique: 5, missing: 0, corrupted: 0 },
    ]);
    const sums = new Map<string, number>();
    for (const { metric, tags, value } of at.samples) {
      if (tags['route'] === 'ROUTE') sums.set(metric, (sums.get(metric) ?? 0) + value);
    }
    expect(sums.get('dicom_delivery_expected')).toBe(5);
    expect(sums.get('dicom_delivery_unique')).toBe(5);
    expect(sums.get('dicom_delivery_missing')).toBe(0);
    expect(at.samples.filter(({ metric }) => metric === 'dicom_delivery_duration')).toHaveLength(5);
  });

  it('judges elements: literals, patterns, absence', async () => {
    const at = await acceptor({ receivers: [{}], pools: [pool] });
    const sender = new Sender(at, pool);
    const association = await sender.open({ host: HOST, port: port(at), calledAET: 'SINK' });
    const study = await sender.study(association, 1);
    const tags = {
      Modality: 'ES',
      Rows: 16,
      StudyInstanceUID: { re: '^2\\.25\\.1', flags: '' },
      InstitutionName: null,
      StudyDescription: 'GI Endoscopy',
    };
    const question = { receiver: 0, study, accepted: 1, timeoutMs: 2000, quietMs: 0, tags };
    const delivery = await at.expect(question);
    expect(delivery.differences).toMatchObject([
      { tag: 'StudyDescription', expected: 'GI Endoscopy' },
    ]);
    expect(delivery.wrongTags).toBe(1);
    expect(delivery.differences[0]?.instance).toBe(uidOf(study, 1));
  });

  it('tells a script by name about a keyword nobody knows', async () => {
    const at = await acceptor({ receivers: [{}] });
    const question = { receiver: 0, study: 1, accepted: 0, timeoutMs: 100, quietMs: 0 };
    const answer = await at.expect({ ...question, tags: { StudyDescriptoin: 'x' } });
    expect(JSON.stringify(answer)).toContain('StudyDescriptoin');
  });

  it('answers several AE titles on one port, each with its own account, and no other', async () => {
    const first = await acceptor({ receivers: [{}] });
    const shared = port(first);
    await first.exit();
    open.splice(0);
    const at = await acceptor({
      receivers: [
        { aets: ['ONE', 'UNO'], port: shared },
        { aets: ['TWO'], port: shared },
      ],
      pools: [pool],
    });
    const sender = new Sender(at, pool, 'ROUTE', 1);
    const association = await sender.open({ host: HOST, port: shared, calledAET: 'TWO' });
    const study = await sender.study(association, 2);
    const question = { study, accepted: 2, timeoutMs: 300, quietMs: 0 };
    expect(await at.expect({ receiver: 1, ...question })).toMatchObject({ arrived: 2, missing: 0 });
    expect(await at.expect({ receiver: 0, ...question })).toMatchObject({ missing: 2 });
    await expect(sender.open({ host: HOST, port: shared, calledAET: 'THREE' })).rejects.toThrow(
      'rejected',
    );
  });

  it('says which port is taken', async () => {
    const at = await acceptor({ receivers: [{}] });
    await expect(openAcceptor({ receivers: [{ port: port(at) }] })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port(at)}`,
    );
  });

  it('names what is missing', async () => {
    const at = await acceptor({ receivers: [{}], pools: [pool] });
    at.tell({ kind: 'routes', routes: [{ name: 'ROUTE', receiver: 0, scenario: 'load' }] });
    const columns = {
      n: 1,
      study: Float64Array.of(77),
      member: Float64Array.of(2 ** 20 + 4),
      prototype: Float64Array.of(2 ** 20),
      route: Uint16Array.of(0),
      time: Float64Array.of(at.now()),
    };
    at.tell({ kind: 'accepted', columns });
    const { accounts, missing } = await at.settle(300);
    expect(accounts).toMatchObject([{ accepted: 1, missing: 1 }]);
    const uids = { sopInstanceUid: uidOf(77, 4), studyUid: studyUid(RUN, 77) };
    const named = { ...uids, route: 'ROUTE', scenario: 'load' };
    expect(missing).toMatchObject([named]);
  });

  it('keeps what arrives as DICOM files, byte for byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dicomrun-files-'));
    const at = await acceptor({ receivers: [{ keep: 'files', folder }], pools: [pool] });
    const sender = new Sender(at, pool);
    const association = await sender.open({ host: HOST, port: port(at), calledAET: 'SINK' });
    await sender.study(association, 1);
    await release(association);
    const [name = ''] = await readdir(join(folder, 'SENDER'));
    const bytes = await readFile(join(folder, 'SENDER', name));
    const meta = readMeta(bytes);
    expect(meta.sopInstance).toBe(name.replace('.1.dcm', ''));
    expect(bytes.length - meta.datasetOffset).toBe(pool.members[0]?.datasetBytes);
    await rm(folder, { recursive: true });
  });
});

describe('an association that ends in the middle', () => {
  it('is no arrival, and leaves no file behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dicomrun-files-'));
    const faults = { abortAfter: 800 };
    const at = await acceptor({ receivers: [{ keep: 'files', folder, faults }], pools: [pool] });
    const sender = new Sender(at, pool);
    const association = await sender.open({ host: HOST, port: port(at), calledAET: 'SINK' });
    await expect(sender.study(association, 1)).rejects.toThrow('aborted');
    const { accounts } = await at.settle(300);
    expect(accounts).toMatchObject([{ accepted: 0, arrived: 0, unexpected: 0 }]);
    await until(async () => (await readdir(folder, { recursive: true })).length <= 1);
    await rm(folder, { recursive: true });
  });
});

async function until(what: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 2000;
  while (!(await what()) && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
  expect(await what()).toBe(true);
}

const IMAGE = (uid: string): string => `(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [${uid}]
(0008,0060) CS [OT]
(0010,0010) PN [DICOMRUN^TEST]
(0020,000D) UI [1.2.826.0.1.3680043.2.1143.2]
(0020,000E) UI [1.2.826.0.1.3680043.2.1143.3]
(0028,0010) US 2
(0028,0011) US 2
(0028,0100) US 8
(7FE0,0010) OB 01\\02\\03\\04
`;

describe.skipIf(!requirePeer('storescu', 'dcmsend', 'dump2dcm'))('DCMTK as sender', () => {
  it('storescu and dcmsend arrive under their own UIDs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dicomrun-dcmtk-'));
    const uids = ['1.2.826.0.1.3680043.2.1143.7', '1.2.826.0.1.3680043.2.1143.8'];
    const [one = '', two = ''] = uids.map((uid) => join(folder, `${uid}.dcm`));
    await dumpToFile(IMAGE(uids[0] ?? ''), one);
    await dumpToFile(IMAGE(uids[1] ?? ''), two);
    const at = await acceptor({ receivers: [{}] });
    at.tell({ kind: 'routes', routes: [{ name: 'R', receiver: 0, scenario: 'default' }] });
    const studyUid = '1.2.826.0.1.3680043.2.1143.2';
    const rows = uids.map((uid) => ({ uid, studyUid, prototype: 0, route: 0, time: at.now() }));
    at.tell({ kind: 'acceptedByUid', rows });
    const env = { ...process.env, TCP_NODELAY: '1' };
    const call = promisify(execFile);
    await call('storescu', ['-aec', 'SINK', HOST, String(port(at)), one], { env });
    await call('dcmsend', ['-aec', 'SINK', HOST, String(port(at)), two, one], { env });
    const question = { receiver: 0, study: studyUid, accepted: 2, timeoutMs: 3000, quietMs: 100 };
    expect(await at.expect(question)).toMatchObject({
      ...{ expected: 2, arrived: 2, duplicated: 1, unexpected: 0, associations: 2 },
    });
    const { accounts } = await at.settle();
    expect(accounts).toMatchObject([{ accepted: 2, arrived: 3, unique: 2, duplicated: 1 }]);
    await rm(folder, { recursive: true });
  });
});
