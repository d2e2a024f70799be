// Scripts that query and retrieve, against one dcmqrscp that holds over 2,000 studies.
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyPortFree, requirePeer, startQrscp, type Peer } from './peers.ts';
import { temporaryFolder } from './peers/process.ts';
import { connectTo, runScript, type ScriptRun } from './script-run.ts';
import { instance, writeInstances } from './wire-calls.ts';

// dcmqrscp 3.6.7 keeps at most 500 studies a storage area: five areas, each an AE title.
const AREAS = ['QR1', 'QR2', 'QR3', 'QR4', 'QR5'];
const STUDIES = 450;
const ALL = AREAS.length * STUDIES;

const SCRIPT = (port: number, receiverPort: number): string => `
export const options = {
  thresholds: {
    'dicom_reqs{service:C-FIND}': ['count>=14'],
    'dicom_req_failed{service:C-FIND}': ['rate==0'],
    'dicom_reqs{service:C-MOVE,status:A801}': ['count==1'],
    'dicom_req_failed{service:C-MOVE}': ['rate==0'],
    'dicom_suboperations{service:C-MOVE,outcome:success}': ['count==${AREAS.length * 3}'],
    'dicom_suboperations{service:C-GET,outcome:success}': ['count==${AREAS.length * 3 + 3}'],
    'dicom_matches{call:all}': ['count==${ALL}'],
    'dicom_cancel_duration': ['max>0'],
    'dicom_find_first_match': ['max>0'],
  },
};
const box = dicom.receiver({ aet: 'BOX', port: ${receiverPort}, verify: 'counts' });
const areas = ${JSON.stringify(AREAS)}.map((aet) => dicom.peer({ connect: aet + '@127.0.0.1:${port}' }));
const keys = { StudyInstanceUID: '', PatientID: '' };
const threeOf = (area) => '2.25.9' + (area * ${STUDIES} + 1);

export default async function () {
  const seen = new Set();
  const per = { all: [], cancelled: [], move: [], get: [] };
  for (const [area, peer] of areas.entries()) {
    await using a = await peer.associate({ for: ['StudyRoot', 'PatientRoot'] });
    const all = await a.find(keys, { tags: { call: 'all' } });
    for (const match of all.matches) seen.add(match.StudyInstanceUID);
    per.all.push(all.count);
    // It answers all of it within 10 ms: C-CANCEL may come too late.
    let cancelled = await a.find(keys, { cancelAfter: 2 });
    for (let n = 0; n < 20 && cancelled.status === 0; n++) cancelled = await a.find(keys, { cancelAfter: 2 });
    const { count, status, outcome, ok } = cancelled;
    per.cancelled.push({ count, status, outcome, ok });
    const { ok: moved, completed, failed } = await a.move({ StudyInstanceUID: threeOf(area) }, { destination: 'BOX' });
    per.move.push({ ok: moved, completed, failed });
    const got = await peer.get({ StudyInstanceUID: threeOf(area) });
    per.get.push({ ok: got.ok, completed: got.completed, received: got.received,
      hashes: new Set(got.instances.map((one) => one.pixelHash)).size, hash: got.instances[0]?.pixelHash });
  }
  tell('per', per);
  tell('different', { count: seen.size });

  const [peer] = areas;
  await using a = await peer.associate({ for: ['StudyRoot', 'PatientRoot'] });
  const limited = await a.find(keys, { limit: 7 });
  tell('limited', { count: limited.count, matches: limited.matches.length, outcome: limited.outcome,
    first: limited.matches[0] });
  let left = 0;
  for await (const match of a.find(keys)) if (match.StudyInstanceUID && ++left === 10) break;
  tell('left', { seen: left });
  const one = await a.find({ '0020000D': threeOf(0), SeriesInstanceUID: '' }, { level: 'SERIES' });
  tell('series', { count: one.count });
  const patients = await a.find({ PatientID: 'P1' }, { level: 'PATIENT', model: 'patient' });
  tell('patient', { count: patients.count });
  tell('getFor', await peer.get({ StudyInstanceUID: threeOf(0) },
    { for: 'SC', keep: 'files', folder: 'got' }));
  // Last: dcmqrscp keeps its index locked after this until the association ends.
  const nowhere = { destination: 'NOWHERE', expectStatus: [dicom.Status.MoveDestinationUnknown] };
  tell('nowhere', await a.move({ StudyInstanceUID: threeOf(0) }, nowhere));
  await attempt('unknown', () => a.find({ PatientIDD: '' }));
  await attempt('unproposed', () => a.find({}, { model: 'worklist' }));
}
`;

describe.skipIf(!requirePeer('dcmqrscp', 'dcmqridx'))('scripts and dcmqrscp', () => {
  let peer: Peer;
  let folder = '';
  let run: ScriptRun;

  /** Studies of an area; the first one has three instances. */
  async function fill(area: number): Promise<string[]> {
    const from = area * STUDIES + 1;
    const studies = Array.from({ length: STUDIES }, (_, n) => instance(from + n));
    return writeInstances(folder, [...studies, instance(from, 2), instance(from, 3)]);
  }

  beforeAll(async () => {
    folder = await temporaryFolder('studies');
    const areas: Record<string, string[]> = {};
    for (const [area, aet] of AREAS.entries()) areas[aet] = await fill(area);
    const port = await anyPortFree();
    peer = await startQrscp({ areas, destinations: { BOX: { host: '127.0.0.1', port } } });
    const script = SCRIPT(peer.port, port);
    run = await runScript(script, ['-c', connectTo(peer), '--vus', '1', '--iterations', '1']);
  }, 120_000);

  afterAll(async () => {
    await peer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const per = (what: string): unknown => run.told['per']?.[what];
  const inEachArea = (value: unknown): unknown[] => AREAS.map(() => value);

  it('counts requests, matches and sub-operations', () => {
    const { code, out, err } = run;
    expect(code, out + err).toBe(0);
  });

  it('finds over 2,000 studies, and keeps no more than the limit', () => {
    expect(per('all')).toEqual(inEachArea(STUDIES));
    expect(run.told['different']).toEqual({ count: ALL });
    expect(run.told['limited']).toMatchObject({ count: STUDIES, matches: 7, outcome: 'success' });
    expect(run.told['limited']?.['first']).toMatchObject({ QueryRetrieveLevel: 'STUDY' });
    expect(run.told['series']).toEqual({ count: 1 });
    expect(run.told['patient']).toEqual({ count: 1 });
  });

  it('cancels after n matches, and when a loop is left', () => {
    const cancelled = per('cancelled') as readonly { count: number }[];
    expect(cancelled).toMatchObject(
      inEachArea({ status: 0xfe00, outcome: 'cancelled', ok: false }),
    );
    for (const { count } of cancelled) {
      expect(count).toBeGreaterThanOrEqual(2);
      expect(count).toBeLessThan(STUDIES);
    }
    expect(run.told['left']).toEqual({ seen: 10 });
  });

  it('moves to a receiver of the run; an expected refusal is no failure', () => {
    expect(per('move')).toEqual(inEachArea({ ok: true, completed: 3, failed: 0 }));
    expect(run.told['nowhere']).toMatchObject({ ok: false, status: 0xa801, outcome: 'failure' });
  });

  it('gets on the association of the request: counted, hashed, kept', () => {
    const got = { ok: true, completed: 3, received: 3, hashes: 1 };
    expect(per('get')).toMatchObject(
      inEachArea({ ...got, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string }),
    );
    const kept = run.told['getFor']?.['instances'] as readonly { file: string }[];
    expect(kept.map((one) => one.file.endsWith('.dcm'))).toEqual([true, true, true]);
  });

  it('says what was wrong with a call, before anything is sent', () => {
    expect(run.told['unknown']).toMatchObject({
      code: 'DATA_UNKNOWN_TAG',
      hint: 'did you mean PatientID?',
    });
    expect(run.told['unproposed']).toMatchObject({
      thrown: 'NoAcceptedContext',
      message: expect.stringMatching(/no accepted presentation context for C-FIND: Worklist was/),
    });
  });
});
