// The same requests by an implementation that is not ours, against stations of ours.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveArchive, serveSink, type Served } from '../acceptors/serve.ts';
import { Place } from './cli-spawn.ts';
import { runScript } from './script-run.ts';
import { closeServers, serve } from './wire-fixture.ts';

const OTHER = ['--stack', 'dcmjs-dimse'];
let place: Place;
let archive: Served;
let sink: Served;
let to: readonly string[];

beforeEach(async () => {
  place = new Place();
  sink = await serveSink({ aets: ['SINK'] }, { port: 0 });
  const destinations = { SINK: { host: '127.0.0.1', port: sink.port } };
  archive = await serveArchive({ aets: ['ARCHIVE'], destinations }, { port: 0 });
  to = ['-c', `ARCHIVE@127.0.0.1:${archive.port}`];
  await place.run(['generate', 'files', '--modality', 'CT', '--count', '2']);
});
afterEach(async () => {
  place.remove();
  await archive.close();
  await sink.close();
});

const run = (...args: readonly string[]) => place.run([...args, ...to]);

describe('--stack dcmjs-dimse', () => {
  it('echoes, stores, finds and moves, with the answers that our own stack gets', async () => {
    const echoed = await run('echo', ...OTHER);
    expect(echoed).toMatchObject({
      code: 0,
      out: expect.stringContaining('dcmjs-dimse') as string,
    });
    await place.run(['tags', 'files', '--set', 'SpecificCharacterSet=ISO_IR 192']);
    expect(await run('send', 'files', ...OTHER)).toMatchObject({
      code: 0,
      out: '2 stored, 0 failed, 0 skipped\n',
    });
    const ours = await run('find', 'all', '--json');
    expect((await run('find', 'all', '--json', ...OTHER)).out).toBe(ours.out);
    const [match] = JSON.parse(ours.out) as { StudyInstanceUID: string }[];
    const uid = match?.StudyInstanceUID ?? '';
    expect((await run('move', uid, '--to', 'SINK', ...OTHER)).out).toBe(
      '2 completed, 0 failed, 0 with warnings; status 0000 success\n',
    );
    expect(await run('move', uid, '--to', 'NOBODY', ...OTHER)).toMatchObject({ code: 99 });
  });

  it('sends nothing that it would change, and says what', async () => {
    const { code, err, out } = await run('send', 'files', ...OTHER);
    expect({ code, out }).toEqual({ code: 99, out: '0 stored, 2 failed, 0 skipped\n' });
    expect(err).toContain('dcmjs-dimse would send this instance changed: SpecificCharacterSet');
    const found = await run('find', 'patient', 'Mül*', ...OTHER);
    expect(found).toMatchObject({ code: 104 });
    expect(found.err).toContain('dcmjs-dimse cannot send keys beyond ASCII');
  });

  it('says why there is no answer', async () => {
    const nobody = ['-c', `NOBODY@127.0.0.1:${archive.port}`];
    const { code, err } = await place.run(['echo', ...OTHER, ...nobody]);
    expect(code).toBe(111);
    expect(err).toMatch(/dcmjs-dimse says: .*rejected \(result 1, source 1, reason 7\)/);
  });

  it('gives the doctor a second opinion, side by side', async () => {
    const { out } = await run('doctor', '--second-opinion', '--json');
    const findings = JSON.parse(out) as { check: string; state: string; lines?: string[] }[];
    const opinion = findings.find(({ check }) => check === 'second opinion');
    expect(opinion?.state).toBe('ok');
    expect(opinion?.lines?.join('\n')).toMatch(/max PDU +(\d+) +\1/);
    expect(opinion?.lines?.join('\n')).toMatch(/C-ECHO status +0000 +0000/);
    expect(opinion?.lines?.join('\n')).toMatch(
      /C-ECHO elements +(AffectedSOPClassUID .*Status) +\1/,
    );
    expect(opinion?.lines?.join('\n')).toMatch(/C-FIND matches +0 +0/);
  });

  it('gives the doctor every difference by name', async () => {
    const port = await serve({
      onRequest: (association, request) => {
        // Ours proposes what it asks for on one association, dcmjs-dimse on one each.
        const isOther = association.contexts.length === 1;
        association.respond(request, isOther ? { status: 0xa700 } : { status: 0 });
      },
    });
    const at = ['-c', `ODD@127.0.0.1:${port}`];
    const { out } = await place.run(['doctor', '--second-opinion', '--json', ...at]);
    const findings = JSON.parse(out) as { check: string; state: string; text: string }[];
    const opinion = findings.find(({ check }) => check === 'second opinion');
    expect(opinion?.state).toBe('warn');
    expect(opinion?.text).toBe('dcmjs-dimse hears otherwise: C-ECHO status, C-FIND status');
    await closeServers();
  });
});

describe("dicom.peer({ stack: 'dcmjs-dimse' })", () => {
  it('asks every service as our own stack does, and its answers are counted', async () => {
    const script = `
      const [ours, other] = [{}, { stack: 'dcmjs-dimse' }].map((more) => dicom.peer(more));
      const pool = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      export const options = { thresholds: { 'dicom_reqs{stack:dcmjs-dimse}': ['count==9'] } };
      const STEP = {
        PerformedProcedureStepStatus: 'IN PROGRESS', PerformedProcedureStepID: 'P1',
        PerformedStationAETitle: 'CT01', PerformedProcedureStepStartDate: '20260101',
        PerformedProcedureStepStartTime: '1000', Modality: 'CT',
        ScheduledStepAttributesSequence: [{ StudyInstanceUID: '1.2.3' }],
      };
      const plain = ({ phases, ...rest }) => rest;
      export default async function () {
        const image = pool.fresh().with({ SpecificCharacterSet: 'ISO_IR 192' });
        const stored = await other.store(image);
        tell('stored', [stored.status, stored.ok, stored.instance.uid === image.uid]);
        const keys = { StudyInstanceUID: image.studyUid };
        const asked = { ...keys, PatientID: '', NumberOfStudyRelatedInstances: '' };
        for (const [name, peer] of [['ours', ours], ['other', other]]) {
          const found = await peer.find(asked);
          tell(name, [
            plain(await peer.echo()),
            { ...plain(found), matches: found.matches.map((m) => JSON.stringify(m)) },
            plain(await peer.move(keys, { destination: 'SINK' })),
            plain(await peer.move(keys, { destination: 'NOBODY', expectStatus: [0xa801] })),
          ]);
        }
        const { instances, received, completed } = await other.get(keys);
        tell('got', [completed, received, instances.map(({ uid }) => uid === image.uid)]);
        const made = await other.create('MPPS', '2.25.7', STEP);
        const again = await other.create('MPPS', '2.25.7', STEP, { expectStatus: [0x0111] });
        const ended = {
          PerformedProcedureStepStatus: 'COMPLETED', PerformedProcedureStepEndDate: '20260101',
          PerformedProcedureStepEndTime: '1010',
        };
        const set = await other.set('MPPS', '2.25.7', ended);
        tell('steps', [made.status, again.status, again.comment, set.status]);
      }`;
    const result = await runScript(script, ['--vus', '1', '--iterations', '1', ...to]);
    const { code, out, err, told } = result;
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(told['stored']).toEqual([0, true, true]);
    expect(told['other']).toEqual(told['ours']);
    expect(told['got']).toEqual([1, 1, [true]]);
    expect(told['steps']).toEqual([0, 0x0111, 'this step exists already', 0]);
    expect(err.replace(/\s+/g, ' ')).toContain('a peer is asked by dcmjs-dimse');
  });

  it('refuses by name what dcmjs-dimse cannot do, and says when there is no answer', async () => {
    const script = `
      const peer = dicom.peer({ stack: 'dcmjs-dimse' });
      const nobody = dicom.peer({ stack: 'dcmjs-dimse', calledAET: 'NOBODY' });
      const pool = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      export default async function () {
        await attempt('pdu', () => dicom.peer({ stack: 'dcmjs-dimse', maxPdu: 4096 }));
        await attempt('stack', () => dicom.peer({ stack: 'pynetdicom' }));
        await attempt('image', () => peer.store(pool.fresh()));
        await attempt('keys', () => peer.find({ PatientName: 'Mül*' }));
        await attempt('fault', () => peer.store(pool.fresh(), { fault: { kind: 'abort' } }));
        await attempt('key', () => peer.find({ PatientNam: '' }));
        await attempt('nobody', () => nobody.echo());
      }`;
    const { told, out } = await runScript(script, ['--vus', '1', '--iterations', '1', ...to]);
    const said = (name: string): string => String((told[name] as unknown as Error).message);
    expect(said('pdu')).toContain('peer({ stack, maxPdu }): dcmjs-dimse cannot be asked with it');
    expect(said('stack')).toContain('there is only dcmjs-dimse');
    expect(said('image')).toContain('would send this instance changed: SpecificCharacterSet');
    expect(said('keys')).toContain('cannot send keys beyond ASCII');
    expect(said('fault')).toContain('store({ fault }): dcmjs-dimse cannot do that');
    expect(said('key')).toContain('PatientNam');
    expect(said('nobody')).toMatch(/NOBODY@.*C-ECHO by dcmjs-dimse: .*rejected \(result 1/);
    expect(out).toMatch(/FAIL|DONE/);
  });
});
