// Scripts whose peer is slow, mute or misleading: limits of a call, interruption, the ladder.
import { afterEach, describe, expect, it } from 'vitest';
import { CommandField } from '../dicom/dimse/elements.ts';
import { REPLY_LATER } from '../dicom/dimse/incoming.ts';
import { encodeAttributes } from '../dicom/dimse/model.ts';
import { SopClass } from '../dicom/dimse/uids.ts';
import type { RequestHandler } from '../dicom/ul/association.ts';
import { runScript } from './script-run.ts';
import { closeServers, serve } from './wire-fixture.ts';

const ONCE = ['--vus', '1', '--iterations', '1'];
afterEach(closeServers);

const at = (port: number): string => `PEER@127.0.0.1:${port}`;

/** Knows patients, and studies only where `level` says so. */
function archive(knows: (sopClass: string, level: string) => boolean): RequestHandler['onRequest'] {
  return (association, request, dataset) => {
    if (request.commandField === CommandField.C_FIND_RQ) {
      const syntax = association.context(request.contextId)?.transferSyntax ?? '';
      const level = dataset?.includes('PATIENT') === true ? 'PATIENT' : 'STUDY';
      if (knows(request.sopClass(), level)) {
        const match = { QueryRetrieveLevel: level, PatientID: 'P1', StudyInstanceUID: '2.25.5' };
        association.respond(request, { status: 0xff00, dataset: encodeAttributes(match, syntax) });
      }
    }
    association.respond(request, { status: 0 });
  };
}

describe('scripts and receivers that refuse their associations', () => {
  it('aborted, reset, ignored, then let in: each told by its code, within its limit', async () => {
    const { code, told, out, err } = await runScript(
      `
      const sink = dicom.receiver({ aet: 'SINK', port: 0, faults: { associate: [
        { first: 1, abort: true },
        { first: 1, reset: true },
        { first: 1, neverAnswer: true },
        { first: 1, reject: { result: 2, source: 3, reason: 1 } },
        { first: 1, delay: '30ms' },
      ] } });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      const peer = () => dicom.peer({
        host: '127.0.0.1', port: sink.port, calledAET: 'SINK', timeouts: { associate: '400ms' },
      });
      export default async function () {
        for (const name of ['aborted', 'reset', 'ignored', 'rejected', 'late']) {
          await attempt(name, async () => {
            const a = await peer().associate({ for: ct });
            const stored = await a.store(ct);
            await a.release();
            return { ok: stored.ok };
          });
        }
      }`,
      ONCE,
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(told['aborted']).toMatchObject({ thrown: 'AssociationAborted', code: 'ASSOC_ABORTED' });
    expect(told['reset']).toMatchObject({ thrown: 'TransportError', phase: 'associate' });
    expect(told['ignored']).toMatchObject({ code: 'TIMEOUT_ASSOCIATE', ms: 400 });
    expect(told['rejected']).toMatchObject({ thrown: 'AssociationRejected', reason: 1 });
    expect(told['late']).toEqual({ ok: true });
  });

  it('never released: the store counts, the release times out', async () => {
    const { code, told, out, err } = await runScript(
      `
      const sink = dicom.receiver({ aet: 'SINK', port: 0, faults: { neverRelease: true } });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      export default async function () {
        const peer = dicom.peer({
          host: '127.0.0.1', port: sink.port, calledAET: 'SINK', timeouts: { release: '200ms' },
        });
        const a = await peer.associate({ for: ct });
        tell('stored', { ok: (await a.store(ct)).ok });
        await attempt('released', () => a.release());
      }`,
      ONCE,
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(told['stored']).toEqual({ ok: true });
    expect(told['released']).toMatchObject({ code: 'TIMEOUT_RELEASE', ms: 200 });
  });
});

describe('scripts and difficult peers', () => {
  it('limits a call by itself: TimeoutError with its phase, counted', async () => {
    const port = await serve({
      onRequest: (association, request) => {
        if (request.commandField !== CommandField.N_DELETE_RQ) return;
        association.respond(request, { status: 0 });
      },
      onStoreEnd: () => REPLY_LATER,
    });
    const { code, told, out, err } = await runScript(
      `
      export const options = { thresholds: {
        'dicom_req_failed{service:C-FIND,outcome:timeout}': ['rate==1'],
        'dicom_reqs{service:C-ECHO,outcome:timeout}': ['count==1'],
        'dicom_reqs{service:C-STORE,outcome:timeout}': ['count==1'],
      } };
      const peer = dicom.peer({});
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      export default async function () {
        await attempt('find', () => peer.find({ PatientID: '' }, { timeout: '200ms' }));
        await attempt('echo', () => peer.echo({ timeout: 150 }));
        await attempt('store', () => peer.store(ct, { timeout: '100ms' }));
        await attempt('iterated', async () => {
          await using a = await peer.associate({ for: 'StudyRoot' });
          for await (const match of a.find({ PatientID: '' }, { timeout: '100ms' })) tell('never', match);
        });
        await attempt('create', () => peer.associate({ for: 'MPPS' }).then((a) => a.create('MPPS', '2.25.1', { PatientID: 'X' }, { timeout: 100 })));
        await using last = await peer.associate({ for: 'MPPS' }); // a run in which nothing succeeds fails
        tell('delete', await last.delete('MPPS', '2.25.1'));
      }`,
      ['-c', at(port), ...ONCE],
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    const timeout = { thrown: 'TimeoutError', code: 'TIMEOUT_RESPONSE', phase: 'response' };
    expect(told['find']).toMatchObject({ ...timeout, ms: 200 });
    expect(told['echo']).toMatchObject({ ...timeout, ms: 150 });
    expect(told['store']).toMatchObject({ ...timeout, ms: 100 });
    expect(told['iterated']).toMatchObject({ ...timeout, ms: 100 });
    expect(told['create']).toMatchObject({ ...timeout, ms: 100 });
  });

  it('warns of a peer that answers for another instance, once', async () => {
    const port = await serve({
      onStoreEnd: (association, request) => {
        association.respond(request, { status: 0, sopInstance: '1.2.3' });
        return REPLY_LATER;
      },
    });
    const right = await serve();
    const { code, told, out, err } = await runScript(
      `
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      const [peer, right] = [dicom.peer({}), dicom.peer({ connect: '${at(right).replace('PEER', 'RIGHT')}' })];
      export default async function () {
        for (let i = 0; i < 3; i++) await peer.store(ct);
        const own = { edits: { SOPInstanceUID: '2.25.7' } };
        tell('stored', { ok: (await peer.store(ct)).ok, own: (await right.store(ct, own)).ok, right: (await right.store(ct)).ok });
      }`,
      ['-c', at(port), ...ONCE],
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(told['stored']).toEqual({ ok: true, own: true, right: true });
    expect(err.match(/answered a C-STORE for another SOP instance/g)).toHaveLength(1);
    expect(err).toMatch(/PEER@\S+: answered a C-STORE/);
  });

  it('breaks under a window of stores: told once, and no promise is left that nobody awaits', async () => {
    const { code, told, out, err } = await runScript(
      `
      const sink = dicom.receiver({ aet: 'SINK', port: 0 });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      export default async function () {
        const peer = dicom.peer({ host: '127.0.0.1', port: sink.port, calledAET: 'SINK', asyncOps: 8 });
        const a = await peer.associate({ for: ct });
        await attempt('broken', () => a.storeAll(dicom.study({ from: ct, images: 20 }), { window: 8, fault: { destroyAfter: '50%' } }));
      }`,
      ONCE,
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(told['broken']).toMatchObject({ code: 'FAULT_INJECTED' });
    expect(err).not.toMatch(/nobody awaited|still under way/);
  });

  it('ends a call that hangs when its time to stop gracefully is over, as no failure of the call', async () => {
    const port = await serve({ onRequest: () => undefined });
    const { code, out, err } = await runScript(
      `
      export const options = {
        scenarios: {
          hang: { executor: 'constant-vus', vus: 3, duration: '1s', gracefulStop: '200ms' },
          ends: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'ends' },
        },
        thresholds: { dicom_assocs: ['count==4'] },
      };
      // A run in which no iteration ends tests nothing, and fails for that.
      export async function ends() {
        await using a = await peer.associate({ for: 'StudyRoot' });
      }
      const peer = dicom.peer({});
      export default async function () {
        const a = await peer.associate({ for: 'StudyRoot' });
        if (__VU % 3 === 1) await a.find({ PatientID: '' });
        else if (__VU % 3 === 2) for await (const match of a.find({ PatientID: '' })) tell('never', match);
        else await a.move({ StudyInstanceUID: '1.2' }, { destination: 'X' });
        tell('came back', true);
      }`,
      ['-c', at(port)],
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(err).not.toMatch(/TOLD/);
    expect(out).toMatch(/3 interrupted/);
    // Asked, and not answered: counted, and no failure of the peer.
    expect(out).toMatch(/C-FIND +2 +[\d.]+ +0 %/);
  });

  it('climbs the ladder of verification: a patient without the study is a failure', async () => {
    const port = await serve({ onRequest: archive((_sopClass, level) => level === 'PATIENT') });
    const second = await serve({
      onRequest: archive(
        (sopClass, level) => sopClass === SopClass.PATIENT_ROOT_FIND && level === 'STUDY',
      ),
    });
    const { told, err } = await runScript(
      `
      const quick = { initialDelay: 0, interval: '50ms', timeout: '120ms', patientId: 'P1' };
      export default async function () {
        tell('patient', await dicom.verify.study('2.25.5', quick));
        const on = dicom.peer({ connect: '${at(second)}' });
        tell('second', await dicom.verify.study('2.25.5', { ...quick, on }));
        tell('uncounted', await dicom.verify.study('2.25.5', { ...quick, on, instances: 3 }));
        const nobody = dicom.peer({ connect: 'X@127.0.0.1:1' });
        tell('nobody', await dicom.verify.study('2.25.5', { ...quick, on: nobody }));
      }`,
      ['-c', at(port), ...ONCE],
    );
    expect(told['patient']).toMatchObject({ found: false, ok: false, level: 'PATIENT' });
    expect(told['patient']?.['reason']).toMatch(/the patient is known and the study is not/);
    const hit = { level: 'STUDY', strategy: 'patient-root' };
    expect(told['second']).toMatchObject({ found: true, ok: true, attempts: 1, ...hit });
    expect(told['uncounted']).toMatchObject({ found: false, ok: false, ...hit });
    expect(told['nobody']).toMatchObject({ found: false, ok: false });
    expect(told['nobody']?.['reason']).toMatch(/ECONNREFUSED/);
    expect(err.match(/asks the target itself/g)).toHaveLength(1);
  });

  it('skips verification where it is switched off', async () => {
    const port = await serve({});
    const { code, told } = await runScript(
      `export default async function () { tell('skipped', await dicom.verify.study('2.25.5')); }`,
      ['-c', at(port), ...ONCE],
      { CFIND_VERIFY: 'false' },
    );
    expect(code).not.toBe(104);
    expect(told['skipped']).toMatchObject({ skipped: true, found: false, ok: true, attempts: 0 });
  });

  it('speaks raw bytes: reads, trickles, waits no longer than asked', async () => {
    const port = await serve({});
    const { told } = await runScript(
      `
      const peer = dicom.peer({});
      export default async function () {
        const c = await dicom.raw.connect(peer);
        const started = Date.now();
        await c.send('EE 00 00 00 00 04 00 00 00 00', { bytesPerSecond: 50 });
        tell('trickled', { ms: Date.now() - started });
        await attempt('answer', async () => ({ hex: await c.read() }));
        await c.reset();
        await attempt('closed', () => c.send('00'));
        const silent = await dicom.raw.connect(peer);
        await attempt('silent', () => silent.read({ timeout: 100 }));
        await attempt('hex', () => silent.send('0g'));
        await silent.close();
        await attempt('nobody', () => dicom.raw.connect(dicom.peer({ connect: 'X@127.0.0.1:1' })));
      }`,
      ['-c', at(port), ...ONCE],
    );
    expect(told['trickled']?.['ms']).toBeGreaterThan(100);
    expect(told['answer']?.['hex']).toMatch(/^07000000/);
    expect(told['closed']).toMatchObject({ thrown: 'ScriptError', code: 'SCRIPT_STATE' });
    expect(told['silent']).toMatchObject({ thrown: 'TimeoutError', ms: 100 });
    expect(told['hex']).toMatchObject({ code: 'SCRIPT_ARGUMENT' });
    expect(told['nobody']).toMatchObject({ thrown: 'TransportError', code: 'TCP_ECONNREFUSED' });
  });
});
