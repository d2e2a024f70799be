// Scripts and other peers: wlmscpfs (worklist), dcmprscp (print management), Orthanc (commitment by
// report on an association of its own).
import { afterEach, describe, expect, it } from 'vitest';
import {
  anyPortFree,
  requirePeer,
  startOrthanc,
  startPrintScp,
  startWorklistScp,
  type Peer,
} from './peers.ts';
import { connectTo, runScript } from './script-run.ts';

const ONCE = ['--vus', '1', '--iterations', '1'];
let peer: Peer;
afterEach(() => peer.stop());

const item = (id: string, modality: string): string => `(0008,0050) SH [A${id}]
(0010,0010) PN [DICOMRUN^TEST]
(0010,0020) LO [${id}]
(0020,000D) UI [2.25.7${id.slice(1)}]
(0032,1060) LO [GI Endoscopy]
(0040,0100) SQ
(fffe,e000) na
(0008,0060) CS [${modality}]
(0040,0001) AE [ENDO]
(0040,0002) DA [20260101]
(0040,0003) TM [1000]
(0040,0009) SH [SPS${id}]
(fffe,e00d) na
(fffe,e0dd) na
(0040,1001) SH [RP${id}]
`;

describe.skipIf(!requirePeer('wlmscpfs', 'dump2dcm'))('scripts and wlmscpfs', () => {
  it('finds scheduled steps by sequence keys; a study takes the order over', async () => {
    peer = await startWorklistScp([item('T1', 'ES'), item('T2', 'ES'), item('T3', 'CT')]);
    const { code, told, err } = await runScript(
      `
      const peer = dicom.peer({});
      const es = dicom.synthetic({ modality: 'ES', rows: 8, columns: 8 });
      export default async function () {
        const keys = { PatientName: '', PatientID: '', StudyInstanceUID: '', AccessionNumber: '',
          RequestedProcedureDescription: '',
          ScheduledProcedureStepSequence: [{ Modality: 'ES', ScheduledStationAETitle: '' }] };
        const found = await peer.find(keys, { model: 'worklist' });
        tell('found', { count: found.count, ids: found.matches.map((m) => m.PatientID).sort() });
        const order = found.matches.find((m) => m.PatientID === 'T1');
        const image = dicom.study({ worklist: order, from: es }).images[0];
        tell('study', ['StudyInstanceUID', 'AccessionNumber', 'StudyDescription', 'PatientID'].map((k) => image.get(k)));
      }`,
      ['-c', connectTo(peer), ...ONCE],
    );
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(told['found']).toEqual({ count: 2, ids: ['T1', 'T2'] });
    expect(told['study']).toEqual(['2.25.71', 'AT1', 'GI Endoscopy', 'T1']);
  });

  /** A worklist item in a character set: bytes, so that nothing of ours has encoded them. */
  function itemIn(charset: string, id: string, name: string): Buffer {
    const text = item(id, 'ES')
      .replace('DICOMRUN^TEST', name)
      .replace('(0040,0001)', `(0040,0006) PN [${name}]\n(0040,0001)`);
    return Buffer.from(`(0008,0005) CS [${charset}]\n${text}`, 'latin1');
  }

  // Keys in ISO 2022 are refused by wlmscpfs; charset.test.ts has their bytes.
  it('honours character sets in keys and results, sequences included', async () => {
    const cyrillic = Buffer.from('ДИКОМ^ТЕСТ').toString('latin1');
    peer = await startWorklistScp([
      itemIn('ISO_IR 100', 'T1', 'DICOMR\xdcN^T\xc9ST'),
      itemIn('ISO_IR 192', 'T2', cyrillic),
      itemIn('\\ISO 2022 IR 87', 'T3', 'DICOMRUN^TEST=\x1b$B;n83\x1b(B^\x1b$B8!::\x1b(B'),
      itemIn('\\ISO 2022 IR 149', 'T4', 'DICOMRUN^TEST=\x1b$)C\xbd\xc3\xc7\xe8'),
    ]);
    const { code, told, err } = await runScript(
      `
      const peer = dicom.peer({});
      const step = (more) => [{ Modality: 'ES', ScheduledPerformingPhysicianName: '', ...more }];
      export default async function () {
        await using a = await peer.associate({ for: 'Worklist' });
        const ask = async (more, inStep) => {
          const keys = { PatientName: '', PatientID: '', ScheduledProcedureStepSequence: step(inStep), ...more };
          const { matches } = await a.find(keys, { model: 'worklist' });
          return matches.map((m) => [m.PatientID, m.PatientName,
            m.ScheduledProcedureStepSequence[0].ScheduledPerformingPhysicianName]).sort();
        };
        tell('all', await ask({}));
        const latin1 = { SpecificCharacterSet: 'ISO_IR 100' };
        tell('latin1', await ask({ ...latin1, PatientName: 'DICOMRÜN*' }));
        tell('latin1Step', await ask(latin1, { ScheduledPerformingPhysicianName: 'DICOMRÜN^TÉST' }));
        tell('utf8', await ask({ PatientName: 'ДИКОМ*' }));
        tell('other', await ask({ PatientName: 'DICOMRÜN*' }));
        await attempt('wrongSet', () => ask({ ...latin1, PatientName: 'ДИКОМ*' }));
      }`,
      ['-c', connectTo(peer), ...ONCE],
    );
    expect(code, err).toBe(0);
    const names = [
      ['T1', 'DICOMRÜN^TÉST', 'DICOMRÜN^TÉST'],
      ['T2', 'ДИКОМ^ТЕСТ', 'ДИКОМ^ТЕСТ'],
      ['T3', 'DICOMRUN^TEST=試験^検査', 'DICOMRUN^TEST=試験^検査'],
      ['T4', 'DICOMRUN^TEST=시험', 'DICOMRUN^TEST=시험'],
    ];
    expect(told['all']).toEqual(names);
    expect(told['latin1']).toEqual([names[0]]);
    expect(told['latin1Step']).toEqual([names[0]]);
    expect(told['utf8']).toEqual([names[1]]);
    // In ISO_IR 192, which it is declared as, the same letters are other bytes.
    expect(told['other']).toEqual([]);
    expect(told['wrongSet']).toMatchObject({ code: 'DATA_BAD_VALUE' });
  });
});

describe.skipIf(!requirePeer('dcmprscp'))('scripts and dcmprscp', () => {
  it('creates, sets, gets, deletes; members of a meta SOP class go on its context', async () => {
    peer = await startPrintScp();
    const { code, told, err } = await runScript(
      `
      export const options = { thresholds: {
        'dicom_reqs{service:N-CREATE}': ['count==2'], 'dicom_reqs{service:N-SET}': ['count==1'],
        'dicom_reqs{service:N-GET}': ['count==1'], 'dicom_reqs{service:N-DELETE}': ['count==2'],
        'dicom_reqs{service:N-ACTION}': ['count==1'], dicom_req_failed: ['rate==0'] } };
      const peer = dicom.peer({});
      const SESSION = '1.2.840.10008.5.1.1.1', FILM = '1.2.840.10008.5.1.1.2', PRINTER = '1.2.840.10008.5.1.1.16';
      export default async function () {
        await using a = await peer.associate({ for: 'BasicGrayscalePrint' });
        tell('printer', await a.getAttributes(PRINTER, '1.2.840.10008.5.1.1.17', ['PrinterStatus']));
        const session = await a.create(SESSION, null, { NumberOfCopies: '1', PrintPriority: 'LOW' });
        tell('session', session);
        const film = await a.create(FILM, null, {
          ImageDisplayFormat: 'STANDARD\\\\1,1', FilmOrientation: 'PORTRAIT', FilmSizeID: '8INX10IN',
          ReferencedFilmSessionSequence: [{ ReferencedSOPClassUID: SESSION, ReferencedSOPInstanceUID: session.sopInstance }] });
        tell('film', film);
        tell('set', await a.set(SESSION, session.sopInstance, { NumberOfCopies: '2' }));
        tell('print', await a.action(FILM, film.sopInstance, {}, { type: 1, expectStatus: [0xC602, 0xC603] }));
        await a.delete(FILM, film.sopInstance);
        tell('delete', await a.delete(SESSION, session.sopInstance));
      }`,
      ['-c', connectTo(peer), ...ONCE],
    );
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(told['printer']).toMatchObject({ ok: true, attributes: { PrinterStatus: 'NORMAL' } });
    expect(told['session']).toMatchObject({ ok: true });
    expect(told['session']?.['sopInstance']).toMatch(/^[\d.]+$/);
    expect(told['film']).toMatchObject({ ok: true });
    expect(told['set']).toMatchObject({ ok: true });
    expect(told['delete']).toMatchObject({ ok: true, status: 0 });
  });
});

describe.skipIf(!requirePeer('Orthanc'))('scripts and Orthanc', () => {
  it('gets the commitment report at a receiver; finds, gets and verifies', async () => {
    const port = await anyPortFree();
    peer = await startOrthanc({ modalities: { SENDER: { host: '127.0.0.1', port } } });
    const { code, told, err } = await runScript(
      `
      export const options = { thresholds: { dicom_commit_duration: ['max>0'], dicom_req_failed: ['rate==0'] } };
      const sender = dicom.receiver({ aet: 'SENDER', port: ${port}, verify: 'counts' });
      const peer = dicom.peer({ callingAET: 'SENDER' });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      export default async function () {
        const study = dicom.study({ images: 3, from: ct });
        await using a = await peer.associate({ for: [study, 'StorageCommitment', 'StudyRoot'] });
        await a.storeAll(study);
        tell('commit', await a.commit(study, { reportTo: sender, timeout: '20s' }));
        const never = dicom.study({ images: 1, from: ct });
        tell('never', await a.commit(never, { reportTo: sender, timeout: '20s' }));
        tell('verify', await dicom.verify.study(study, { on: peer, initialDelay: 0, interval: '100ms', timeout: '5s', instances: 3 }));
        tell('get', await peer.get({ StudyInstanceUID: study.uid }));
        await attempt('late', () => a.commit(study, { timeout: 50 }));
      }`,
      ['-c', connectTo(peer), ...ONCE],
    );
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(told['commit']).toMatchObject({ ok: true, outcome: 'success', failed: [] });
    expect(told['commit']?.['committed']).toHaveLength(3);
    expect(told['never']).toMatchObject({ ok: false, outcome: 'failure', committed: [] });
    expect(told['never']?.['failed']).toHaveLength(1);
    expect(told['verify']).toMatchObject({ found: true, ok: true, instances: 3 });
    expect(told['get']).toMatchObject({ ok: true, completed: 3, received: 3 });
    expect(told['late']).toMatchObject({ thrown: 'TimeoutError', code: 'TIMEOUT_REPORT' });
  });
});
