// Scripts against an archive on the Server of dcmjs-dimse: every service it has, in one run.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyPortFree, startDimseArchive, type DimseArchive } from './peers.ts';
import { connectTo, runScript, type ScriptRun } from './script-run.ts';

const SCRIPT = (receiverPort: number): string => `
export const options = { thresholds: {
  dicom_req_failed: ['rate==0'],
  'dicom_suboperations{service:C-MOVE,outcome:success}': ['count==3'],
  'dicom_suboperations{service:C-GET,outcome:success}': ['count==3'],
  // three data sets of 8 × 8 pixels with their headers
  'data_received{service:C-GET}': ['count>1500', 'count<20000'],
} };
const box = dicom.receiver({ aet: 'BOX', port: ${receiverPort}, verify: 'counts' });
const peer = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
const MPPS = '1.2.840.10008.3.1.2.3.3';

export default async function () {
  tell('echo', await peer.echo());
  const study = dicom.study({ images: 3, from: ct });
  await using a = await peer.associate({ for: [study, 'StudyRoot', 'MPPS', 'StorageCommitment'] });
  const step = dicom.procedureStep(study);
  tell('start', await step.start(a));
  const stored = await a.storeAll(study);
  tell('store', { accepted: stored.accepted });
  tell('complete', await step.complete(a, study));
  tell('step', await a.getAttributes(MPPS, step.uid));
  tell('delete', await a.delete(MPPS, step.uid));
  tell('deleteAgain', await a.delete(MPPS, step.uid, { expectStatus: [0x0112] }));
  const found = await a.find({ StudyInstanceUID: study.uid, PatientName: '', SOPInstanceUID: '' }, { level: 'IMAGE' });
  tell('find', { count: found.count, uids: found.matches.map((m) => m.SOPInstanceUID).sort() });
  tell('uids', study.images.map((image) => image.uid).sort());
  tell('move', await a.move({ StudyInstanceUID: study.uid }, { destination: 'BOX' }));
  tell('nowhere', await a.move({ StudyInstanceUID: study.uid }, { destination: 'NOWHERE', expectStatus: [0xA801] }));
  tell('get', await peer.get({ StudyInstanceUID: study.uid }, { for: ct }));
  tell('commit', await a.commit(study, { timeout: '20s' }));
  const never = dicom.study({ images: 1, from: ct });
  tell('never', await a.commit(never, { timeout: '20s' }));
}`;

describe('scripts and an archive on dcmjs-dimse', () => {
  let archive: DimseArchive;
  let run: ScriptRun;

  beforeAll(async () => {
    const port = await anyPortFree();
    archive = await startDimseArchive({ BOX: { host: '127.0.0.1', port } });
    const args = ['-c', connectTo(archive), '--vus', '1', '--iterations', '1'];
    run = await runScript(SCRIPT(port), args);
  }, 60_000);
  afterAll(() => archive.stop());

  it('runs every service, none of them failing', () => {
    expect(run.code, run.out + run.err).toBe(0);
    expect(new Set(archive.requests)).toEqual(
      new Set(
        'C-ECHO C-STORE C-FIND C-MOVE C-GET N-CREATE N-SET N-GET N-DELETE N-ACTION'.split(' '),
      ),
    );
  });

  it('stores, finds, moves and gets', () => {
    expect(run.told['echo']).toMatchObject({ ok: true, status: 0 });
    expect(run.told['store']).toEqual({ accepted: 3 });
    expect([...archive.instances.keys()].sort()).toEqual(run.told['uids']);
    expect(run.told['find']).toEqual({ count: 3, uids: run.told['uids'] });
    expect(run.told['move']).toMatchObject({ ok: true, completed: 3, failed: 0 });
    expect(run.told['nowhere']).toMatchObject({ ok: false, status: 0xa801 });
    expect(run.told['get']).toMatchObject({ ok: true, completed: 3, received: 3 });
  });

  it('tells of a performed procedure step from its start to its end', () => {
    for (const name of ['start', 'complete', 'delete']) {
      expect(run.told[name]).toMatchObject({ ok: true, status: 0 });
    }
    expect(run.told['step']).toMatchObject({
      ok: true,
      attributes: {
        PerformedProcedureStepStatus: 'COMPLETED',
        Modality: 'CT',
        PerformedSeriesSequence: [{ ReferencedImageSequence: [{}, {}, {}] }],
      },
    });
    expect(run.told['deleteAgain']).toMatchObject({ ok: false, status: 0x0112 });
  });

  it('has storage committed, by a report on the same association', () => {
    expect(run.told['commit']).toMatchObject({ ok: true, failed: [] });
    expect(run.told['commit']?.['committed']).toHaveLength(3);
    expect(run.told['never']).toMatchObject({ ok: false, committed: [] });
    expect(archive.reports).toEqual([0, 0]);
  });
});
