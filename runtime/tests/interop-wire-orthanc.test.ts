// Our requestor and acceptor with Orthanc: store, query, retrieve, storage commitment.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SopClass } from '../dicom/dimse/uids.ts';
import {
  CommitmentReports,
  requestCommitment,
  type CommitReport,
} from '../dicom/scu/commitment.ts';
import { InstanceReceiver } from '../dicom/scu/receive.ts';
import { requirePeer, startOrthanc, type OrthancPeer } from './peers.ts';
import {
  connected,
  findAll,
  instance,
  propose,
  retrieved,
  SECONDARY_CAPTURE,
  storeInstance,
} from './wire-calls.ts';
import { closeServers, release, serve } from './wire-fixture.ts';

describe.skipIf(!requirePeer('Orthanc'))('wire and Orthanc', () => {
  let peer: OrthancPeer;
  const reports = new CommitmentReports();
  const arrived: string[] = [];

  beforeAll(async () => {
    const port = await serve({
      onRequest: (...args) => reports.onRequest(...args),
      onStoreEnd: (_association, request) => (arrived.push(request.sopInstance()), 0),
    });
    peer = await startOrthanc({ modalities: { WIRE: { host: '127.0.0.1', port } } });
    const association = await connected(peer, propose(SECONDARY_CAPTURE));
    for (let study = 1; study <= 20; study++) {
      expect(
        await storeInstance(
          association,
          instance(study, 1, { PatientName: 'DICOMRÜN^TEST', SpecificCharacterSet: 'ISO_IR 100' }),
        ),
      ).toBe(0);
    }
    await release(association);
  }, 60_000);

  afterAll(async () => {
    await peer.stop();
    await closeServers();
  });

  it('has what was accepted', async () => {
    expect(await peer.counts()).toMatchObject({ studies: 20, instances: 20 });
  });

  it('answers a find, in whatever character set, and a move', async () => {
    const association = await connected(
      peer,
      propose(SopClass.STUDY_ROOT_FIND, SopClass.STUDY_ROOT_MOVE),
    );
    const keys = {
      StudyInstanceUID: '',
      PatientName: 'DICOMRÜN*',
      SpecificCharacterSet: 'ISO_IR 100',
    };
    const found = await findAll(association, { level: 'STUDY', keys });
    expect(found).toMatchObject({ status: 0, matches: 20 });
    expect(found.list[0]?.['PatientName']).toBe('DICOMRÜN^TEST');
    const query = { level: 'STUDY', keys: { StudyInstanceUID: '2.25.93' }, destination: 'WIRE' };
    const moved = await retrieved(association, query);
    expect(moved).toMatchObject({ status: 0, failure: null });
    expect(arrived).toEqual(['2.25.93.1.1']);
    await release(association);
  });

  it('answers a get on the same association', async () => {
    const association = await connected(peer, propose(SopClass.STUDY_ROOT_GET, SECONDARY_CAPTURE), {
      roles: [{ sopClass: SECONDARY_CAPTURE, scu: false, scp: true }],
    });
    const receiver = new InstanceReceiver();
    association.handler = receiver;
    const result = await retrieved(association, {
      level: 'STUDY',
      keys: { StudyInstanceUID: '2.25.94' },
    });
    expect(result).toMatchObject({ status: 0, failure: null });
    expect(receiver.instances).toBe(1);
    await release(association);
  });

  it('reports storage commitment on a new association', async () => {
    const association = await connected(peer, propose(SopClass.STORAGE_COMMITMENT));
    const references = ['2.25.91.1.1', '2.25.92.1.1', '2.25.4711'].map((sopInstance) => ({
      sopClass: SECONDARY_CAPTURE,
      sopInstance,
    }));
    const report = await new Promise<CommitReport>((resolve, reject) => {
      reports.expect('2.25.1001', resolve);
      requestCommitment(association, '2.25.1001', references, ({ status, failure }) => {
        if (status !== 0) reject(new Error(`${status} ${JSON.stringify(failure)}`));
      });
    });
    expect([...report.committed].sort()).toEqual(['2.25.91.1.1', '2.25.92.1.1']);
    expect(report.failed).toEqual([{ sopInstance: '2.25.4711', reason: 0x0112 }]);
    await release(association);
  });
});
