// C-FIND and the N- services of both sides against each other on loopback.
import { afterEach, describe, expect, it } from 'vitest';
import { CommitmentReports, requestCommitment, type CommitReport } from '../scu/commitment.ts';
import { completeAttributes, startAttributes } from '../../tests/fixtures/procedure-step.ts';
import { SopClass } from '../dimse/uids.ts';
import type { Attributes } from '../dimse/model.ts';
import { ask, connected, findAll, propose, SECONDARY_CAPTURE } from '../../tests/wire-calls.ts';
import { closeServers, release, serve } from '../../tests/wire-fixture.ts';
import { answersFrom, NormalizedProvider, serviceHandler } from '../../tests/wire-services.ts';
import { CommitmentProvider } from './commitment-provider.ts';
import { FindProvider } from './find-provider.ts';

const STUDIES: Attributes[] = Array.from({ length: 600 }, (_, i) => ({
  StudyInstanceUID: `2.25.${i}`,
  PatientName: i % 2 === 0 ? 'DICOMRUN^EVEN' : 'DICOMRÜN^ODD',
  PatientID: `P${i}`,
  StudyDate: `2026${String(1 + (i % 12)).padStart(2, '0')}01`,
  ModalitiesInStudy: i % 3 === 0 ? ['CT', 'SR'] : 'MR',
  NumberOfStudyRelatedInstances: i,
}));

const place = (port: number) => ({ host: '127.0.0.1', port, aet: 'SCP' });

describe('find service', () => {
  afterEach(closeServers);
  const finder = new FindProvider({ records: answersFrom(STUDIES) });
  const open = async (find = finder) => {
    const port = await serve(serviceHandler({ find }));
    return connected(place(port), propose(SopClass.STUDY_ROOT_FIND));
  };
  const query = (keys: Attributes) => ({ level: 'STUDY', keys: { StudyInstanceUID: '', ...keys } });

  it('answers by universal, single value, wildcard, list and range matching', async () => {
    const association = await open();
    const counts = [];
    for (const keys of [
      {},
      { PatientID: 'P7' },
      { PatientID: 'P24?' },
      { PatientName: 'dicomrün*' },
      { StudyInstanceUID: ['2.25.1', '2.25.2', '2.25.99999'] },
      { StudyDate: '20260301-20260501', PatientID: 'P1*' },
      { ModalitiesInStudy: 'SR' },
      { StudyDate: '-20251231' },
    ]) {
      const found = await findAll(association, query(keys));
      expect(found.status).toBe(0);
      counts.push(found.matches);
    }
    expect(counts).toEqual([600, 1, 10, 300, 2, 28, 200, 0]);
  });

  it('gives back what was asked for, text beyond ASCII included', async () => {
    const association = await open();
    const found = await findAll(
      association,
      query({ PatientID: 'P3', PatientName: '', StudyID: '' }),
    );
    expect(found.list).toEqual(
      [
        {
          SpecificCharacterSet: 'ISO_IR 192',
          QueryRetrieveLevel: 'STUDY',
          PatientName: 'DICOMRÜN^ODD',
          PatientID: 'P3',
          StudyInstanceUID: '2.25.3',
          StudyID: expect.anything() as unknown,
        },
      ].map((one) => ({ ...one, StudyID: found.list[0]?.['StudyID'] })),
    );
    const latin = await findAll(
      association,
      query({ PatientName: 'DICOMRÜN^ODD', SpecificCharacterSet: 'ISO_IR 100' }),
    );
    expect(latin.matches).toBe(300);
  });

  it('stops at a C-CANCEL', async () => {
    const association = await open();
    const found = await findAll(association, { ...query({}), cancelAfter: 3 });
    expect(found.status).toBe(0xfe00);
    expect(found.matches).toBeLessThan(600);
  });

  it('answers a query that fails, at its beginning or in the middle, and the next one', async () => {
    let from = 0;
    const failing = new FindProvider({
      records: (): Iterable<Attributes> => {
        const wrong = from++;
        if (wrong === 0) throw new Error(`no\\records: ${'ü'.repeat(70)}`);
        return (function* () {
          yield* STUDIES.slice(0, 100);
          if (wrong === 1) throw new RangeError('no more');
        })();
      },
    });
    const association = await open(failing);
    const first = await findAll(association, query({}));
    expect(first).toMatchObject({ status: 0x0110, matches: 0 });
    expect(first.errorComment).toMatch(/^no records: *$/);
    expect(await findAll(association, query({}))).toMatchObject({ status: 0x0110, matches: 100 });
    expect(await findAll(association, query({}))).toMatchObject({ status: 0, matches: 100 });
  });

  it('keeps its pace, and can warn of unsupported keys', async () => {
    const slow = new FindProvider({
      records: answersFrom(STUDIES.slice(0, 5)),
      pace: 10,
      pendingStatus: 0xff01,
    });
    const association = await open(slow);
    const found = await findAll(association, query({}));
    expect(found).toMatchObject({ matches: 5, warnings: 5, status: 0 });
    expect(found.lastByte - found.firstByte).toBeGreaterThan(30);
  });
});

describe('normalized services', () => {
  afterEach(closeServers);

  it('runs a performed procedure step through its life', async () => {
    const changes: string[] = [];
    const provider = new NormalizedProvider({ onChange: (service) => changes.push(service) });
    const port = await serve(serviceHandler({ normalized: provider }));
    const association = await connected(place(port), propose(SopClass.MPPS));
    const step = { sopClass: SopClass.MPPS, sopInstance: '2.25.77' };
    const started = startAttributes({
      worklist: { PatientName: 'DICOMRUN^TEST', PatientID: 'P1' },
      studyUid: '2.25.1',
      stepId: 'S1',
      stationAET: 'WIRE',
      modality: 'ES',
      start: new Date(),
    });
    const created = await ask(association, { service: 'N-CREATE', ...step, attributes: started });
    expect([created.status, created.sopInstance]).toEqual([0, '2.25.77']);
    expect(
      (await ask(association, { service: 'N-CREATE', ...step, attributes: started })).status,
    ).toBe(0x0111);
    const series = [
      {
        seriesUid: '2.25.1.1',
        instances: [{ sopClass: SECONDARY_CAPTURE, sopInstance: '2.25.5' }],
      },
    ];
    const done = completeAttributes(new Date(), series);
    expect((await ask(association, { service: 'N-SET', ...step, attributes: done })).status).toBe(
      0,
    );
    const late = await ask(association, { service: 'N-SET', ...step, attributes: done });
    expect([late.status, late.errorComment]).toEqual([
      0x0110,
      'performed procedure step may no longer be updated',
    ]);
    const wanted = ['PerformedProcedureStepStatus'];
    const read = await ask(association, { service: 'N-GET', ...step, wanted });
    expect(read.attributes).toEqual({ PerformedProcedureStepStatus: 'COMPLETED' });
    expect((await ask(association, { service: 'N-DELETE', ...step })).status).toBe(0);
    expect((await ask(association, { service: 'N-GET', ...step })).status).toBe(0x0112);
    expect(changes).toEqual(['N-CREATE', 'N-SET', 'N-DELETE']);
  });

  it('assigns an instance UID that was left to it', async () => {
    const port = await serve(serviceHandler({ normalized: new NormalizedProvider() }));
    const association = await connected(place(port), propose(SopClass.MPPS));
    const attributes = { PerformedProcedureStepStatus: 'IN PROGRESS' };
    const options = {
      service: 'N-CREATE' as const,
      sopClass: SopClass.MPPS,
      sopInstance: '',
      attributes,
    };
    expect((await ask(association, options)).sopInstance).toMatch(/^2\.25\.\d+$/);
  });
});

describe('storage commitment', () => {
  afterEach(closeServers);
  const references = ['2.25.1', '2.25.2'].map((sopInstance) => ({
    sopClass: SECONDARY_CAPTURE,
    sopInstance,
  }));
  const judge = (uid: string) => (uid === '2.25.2' ? 0x0112 : 0);

  async function reported(reportTo: boolean): Promise<{ report: CommitReport; answered: number }> {
    const reports = new CommitmentReports();
    const ours = await serve({ onRequest: (...args) => reports.onRequest(...args) });
    let onReported: (status: number) => void = () => undefined;
    const answered = new Promise<number>((resolve) => {
      onReported = resolve;
    });
    const commitment = new CommitmentProvider({
      judge,
      onReported: (_uid, status) => onReported(status),
      ...(reportTo ? { reportTo: () => ({ host: '127.0.0.1', port: ours }) } : {}),
    });
    const port = await serve(serviceHandler({ commitment }));
    const association = await connected(place(port), propose(SopClass.STORAGE_COMMITMENT));
    association.handler = reports;
    const report = await new Promise<CommitReport>((resolve, reject) => {
      reports.expect('2.25.99', resolve);
      requestCommitment(association, '2.25.99', references, ({ status }) => {
        if (status !== 0) reject(new Error(`status ${status}`));
      });
    });
    const status = await answered;
    await release(association);
    return { report, answered: status };
  }

  it.each([
    ['on the same association', false],
    ['on a new association', true],
  ])('reports %s', async (_name, reportTo) => {
    const { report, answered } = await reported(reportTo);
    expect(report).toMatchObject({
      transactionUid: '2.25.99',
      eventType: 2,
      committed: ['2.25.1'],
      failed: [{ sopInstance: '2.25.2', reason: 0x0112 }],
    });
    expect(answered).toBe(0);
  });
});
