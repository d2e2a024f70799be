// Our requestor against other people's acceptors.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SopClass } from '../dicom/dimse/uids.ts';
import { startAttributes, completeAttributes } from './fixtures/procedure-step.ts';
import { InstanceReceiver, type ReceivedInstance } from '../dicom/scu/receive.ts';
import type { Association } from '../dicom/ul/association.ts';
import {
  requirePeer,
  startPrintScp,
  startQrscp,
  startStorescp,
  startWorklistScp,
  type Peer,
} from './peers.ts';
import {
  ask,
  connected,
  findAll,
  instance,
  negotiate,
  propose,
  QUERY_CLASSES,
  retrieved,
  SECONDARY_CAPTURE,
  storeInstance,
} from './wire-calls.ts';
import { closeServers, echo, EXPLICIT, IMPLICIT, release, serve } from './wire-fixture.ts';

// dcmqrscp 3.6.7 keeps at most 500 studies an AE title, and breaks down at the next.
const STUDIES = 480;

describe.skipIf(!requirePeer('dcmqrscp'))('requestor and dcmqrscp', () => {
  let peer: Peer;
  let association: Association;
  let moved = 0;

  beforeAll(async () => {
    const port = await serve({ onStoreEnd: () => ((moved += 1), 0) });
    peer = await startQrscp({ destinations: { DEST: { host: '127.0.0.1', port } } });
    const feeder = await connected(peer, propose(SECONDARY_CAPTURE));
    for (let study = 1; study <= STUDIES; study++) {
      expect(await storeInstance(feeder, instance(study))).toBe(0);
    }
    for (let member = 2; member <= 5; member++) await storeInstance(feeder, instance(7, member));
    await release(feeder);
  }, 120_000);

  afterAll(async () => {
    await peer.stop();
    await closeServers();
  });

  afterEach(() => association.destroy());

  it('finds all studies, decoded by keyword', async () => {
    association = await connected(peer, propose(...QUERY_CLASSES));
    const keys = { StudyInstanceUID: '', PatientID: '', PatientName: '' };
    const started = performance.now();
    const found = await findAll(association, { level: 'STUDY', keys });
    expect(found).toMatchObject({ status: 0, failure: null, matches: STUDIES });
    expect(found.firstMatch).toBeGreaterThan(started);
    expect(found.firstMatch).toBeLessThanOrEqual(found.lastByte);
    expect(found.list[0]).toMatchObject({
      PatientName: 'DICOMRUN^TEST',
      QueryRetrieveLevel: 'STUDY',
    });
    expect(new Set(found.list.map((match) => match['StudyInstanceUID'])).size).toBe(STUDIES);
    const one = await findAll(association, { level: 'STUDY', keys: { ...keys, PatientID: 'P77' } });
    expect(one.list.map((match) => match['StudyInstanceUID'])).toEqual(['2.25.977']);
  });

  it('cancels a find, which then returns fewer than exist', async () => {
    association = await connected(peer, propose(...QUERY_CLASSES));
    const options = { level: 'STUDY', keys: { StudyInstanceUID: '' }, cancelAfter: 5 };
    const found = await findAll(association, options);
    expect(found.status).toBe(0xfe00);
    expect(found.matches).toBeGreaterThanOrEqual(5);
    expect(found.matches).toBeLessThan(STUDIES);
    expect(found.cancelledAt).toBeGreaterThan(0);
    expect(
      (await findAll(association, { level: 'STUDY', keys: { StudyInstanceUID: '2.25.91' } }))
        .matches,
    ).toBe(1);
  });

  it('moves a study to our acceptor, with counters', async () => {
    association = await connected(peer, propose(...QUERY_CLASSES));
    const keys = { StudyInstanceUID: '2.25.97' };
    const result = await retrieved(association, { level: 'STUDY', keys, destination: 'DEST' });
    expect(result).toMatchObject({ status: 0, completed: 5, failed: 0, warning: 0 });
    expect(moved).toBe(5);
    const lost = await retrieved(association, { level: 'STUDY', keys, destination: 'NOWHERE' });
    expect(lost.status).toBe(0xa801);
  });

  it('gets a study on the same association, hashed', async () => {
    association = await connected(
      peer,
      [...propose(SopClass.STUDY_ROOT_GET), ...propose(SECONDARY_CAPTURE).map((c) => ({ ...c }))],
      {
        roles: [{ sopClass: SECONDARY_CAPTURE, scu: false, scp: true }],
      },
    );
    const got: ReceivedInstance[] = [];
    association.handler = new InstanceReceiver({ hash: true }, (one) => got.push(one));
    const keys = { StudyInstanceUID: '2.25.97' };
    const result = await retrieved(association, { level: 'STUDY', keys });
    expect(result).toMatchObject({ status: 0, completed: 5, failed: 0 });
    expect(got).toHaveLength(5);
    expect(got.every((one) => /^[\da-f]{64}$/.test(one.sha256) && one.bytes > 100)).toBe(true);
  });

  it('is told which contexts were refused, and why', async () => {
    const outcome = await negotiate(peer, [
      ...propose('1.2.3.4.5'),
      { abstractSyntax: SECONDARY_CAPTURE, transferSyntaxes: ['1.2.3.4.6'] },
      ...propose(SopClass.VERIFICATION),
    ]);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    ({ association } = outcome);
    expect(association.contexts.map((context) => context.result)).toEqual([3, 3, 0]);
    expect((await echo(association)).statuses).toEqual([0]);
  });

  it('is rejected for a called AE title that is not known', async () => {
    const outcome = await negotiate({ ...peer, aet: 'NOBODY' }, propose(SopClass.VERIFICATION));
    expect(outcome).toMatchObject({ kind: 'rejected', source: 1 });
  });
});

describe.skipIf(!requirePeer('storescp'))('requestor and storescp', () => {
  it('stores, takes 128 contexts, keeps flat time over 10,000 requests', async () => {
    const peer = await startStorescp({ ignore: true, args: ['-pdu', '131072'] });
    const many = Array.from({ length: 127 }, (_, i) => ({
      abstractSyntax: `1.2.840.10008.5.1.4.1.1.${i + 1}`,
      transferSyntaxes: [IMPLICIT, EXPLICIT],
    }));
    const association = await connected(peer, [...propose(SopClass.VERIFICATION), ...many]);
    expect(association.contexts).toHaveLength(128);
    const blocks: number[] = [];
    for (let block = 0; block < 5; block++) {
      const started = performance.now();
      for (let i = 0; i < 2000; i++) expect((await echo(association)).failure).toBeNull();
      blocks.push(performance.now() - started);
    }
    // Quadratic behaviour would make the last block five times the first and more.
    expect(Math.min(...blocks.slice(-2))).toBeLessThan(3 * Math.max(...blocks.slice(0, 2)));
    expect((await release(association)).failure).toBeNull();
    await peer.stop();
  });
});

const WORKLIST_ITEM = `(0008,0005) CS [ISO_IR 100]
(0008,0050) SH [ACC1]
(0010,0010) PN [DICOMRUN^T\\xc9ST]
(0010,0020) LO [T1]
(0020,000D) UI [2.25.555]
(0032,1060) LO [Colonoscopy]
(0040,0100) SQ
(fffe,e000) na
(0008,0060) CS [ES]
(0040,0001) AE [ENDO]
(0040,0002) DA [20260101]
(0040,0003) TM [1000]
(0040,0009) SH [STEP1]
(fffe,e00d) na
(fffe,e0dd) na
(0040,1001) SH [REQ1]
`;

describe.skipIf(!requirePeer('wlmscpfs', 'dump2dcm'))('requestor and wlmscpfs', () => {
  it('queries the worklist by sequence, honouring the character set of the result', async () => {
    const peer = await startWorklistScp([
      Buffer.from(WORKLIST_ITEM.replace('\\xc9', 'E')).toString(),
    ]);
    const association = await connected(peer, propose(SopClass.WORKLIST_FIND));
    const keys = {
      PatientName: '',
      PatientID: '',
      StudyInstanceUID: '',
      AccessionNumber: '',
      RequestedProcedureID: '',
      ScheduledProcedureStepSequence: [
        {
          Modality: 'ES',
          ScheduledStationAETitle: '',
          ScheduledProcedureStepID: '',
          ScheduledProcedureStepStartDate: '20260101',
        },
      ],
    };
    const found = await findAll(association, { model: 'worklist', keys });
    expect(found.status).toBe(0);
    expect(found.list).toHaveLength(1);
    const [item] = found.list;
    expect(item).toMatchObject({
      PatientID: 'T1',
      StudyInstanceUID: '2.25.555',
      AccessionNumber: 'ACC1',
    });
    expect(item?.['ScheduledProcedureStepSequence']).toMatchObject([
      { Modality: 'ES', ScheduledProcedureStepID: 'STEP1' },
    ]);
    const none = await findAll(association, {
      model: 'worklist',
      keys: { ...keys, PatientID: 'NOBODY' },
    });
    expect(none.matches).toBe(0);
    await release(association);
    await peer.stop();
  });
});

describe.skipIf(!requirePeer('dcmprscp'))('requestor and dcmprscp', () => {
  const META = '1.2.840.10008.5.1.1.9';
  const SESSION = '1.2.840.10008.5.1.1.1';
  const PRINTER = '1.2.840.10008.5.1.1.16';

  it('runs N-CREATE, N-SET, N-GET, N-ACTION and N-DELETE', async () => {
    const peer = await startPrintScp();
    const association = await connected(peer, propose(META));
    const printer = await ask(association, {
      service: 'N-GET',
      sopClass: PRINTER,
      sopInstance: '1.2.840.10008.5.1.1.17',
      contextClass: META,
      wanted: ['PrinterStatus'],
    });
    expect(printer).toMatchObject({ status: 0, attributes: { PrinterStatus: 'NORMAL' } });
    const session = { sopClass: SESSION, contextClass: META, sopInstance: '2.25.4711' };
    const created = await ask(association, {
      service: 'N-CREATE',
      ...session,
      attributes: { NumberOfCopies: 1, MediumType: 'PAPER' },
    });
    expect([created.status, created.sopInstance]).toEqual([0, '2.25.4711']);
    const set = await ask(association, {
      service: 'N-SET',
      ...session,
      attributes: { NumberOfCopies: 2 },
    });
    expect(set.status).toBe(0);
    const action = await ask(association, { service: 'N-ACTION', ...session, typeId: 1 });
    // An empty film session cannot be printed: the status says so.
    expect(action.status).toBe(0xc600);
    const deleted = await ask(association, { service: 'N-DELETE', ...session });
    expect(deleted.status).toBe(0);
    await release(association);
    await peer.stop();
  });
});

describe('requestor and the attribute sets of a performed procedure step', () => {
  it('has everything of type 1 and 2', () => {
    const start = startAttributes({
      worklist: {
        PatientName: 'DICOMRUN^TEST',
        ScheduledProcedureStepSequence: [{ ScheduledProcedureStepID: 'S1' }],
      },
      studyUid: '2.25.1',
      stepId: 'PPS1',
      stationAET: 'ENDO',
      modality: 'ES',
      start: new Date(2026, 0, 2, 3, 4, 5),
    });
    expect(start).toMatchObject({
      PerformedProcedureStepStatus: 'IN PROGRESS',
      PerformedProcedureStepStartDate: '20260102',
      PerformedProcedureStepStartTime: '030405',
      ScheduledStepAttributesSequence: [
        { StudyInstanceUID: '2.25.1', ScheduledProcedureStepID: 'S1' },
      ],
    });
    expect(Object.keys(start)).toHaveLength(22);
    expect(Object.keys(completeAttributes(new Date(), []))).toHaveLength(4);
  });
});
