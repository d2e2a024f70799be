// Scripts that query and retrieve, against dcmqrscp.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyPortFree, requirePeer, startQrscp, type Peer } from './peers.ts';
import { connectTo, runScript, type ScriptRun } from './script-run.ts';

// dcmqrscp 3.6.7 keeps at most 500 studies an AE title; the 2,000 are in services-archive.test.ts.
const STUDIES = 480;

const SCRIPT = (receiverPort: number): string => `
export const options = {
  thresholds: {
    'dicom_reqs{service:C-FIND}': ['count>=5'],
    'dicom_req_failed{service:C-FIND}': ['rate==0'],
    'dicom_reqs{service:C-MOVE,status:A801}': ['count==1'],
    'dicom_req_failed{service:C-MOVE}': ['rate==0'],
    'dicom_suboperations{service:C-MOVE,outcome:success}': ['count==3'],
    'dicom_suboperations{service:C-GET,outcome:success}': ['count==6'],
    'dicom_matches{call:all}': ['count==${STUDIES}'],
    'dicom_cancel_duration': ['max>0'],
    'dicom_find_first_match': ['max>0'],
  },
};
const box = dicom.receiver({ aet: 'BOX', port: ${receiverPort}, verify: 'counts' });
const peer = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });

export async function setup() {
  const feed = await peer.associate({ for: ct });
  let last;
  for (let n = 0; n < ${STUDIES}; n++) {
    const study = dicom.study({ images: n === 0 ? 3 : 1, from: ct });
    for (const image of study.images) await feed.store(image);
    last ??= study.uid;
  }
  await feed.release();
  return { uid: last };
}

export default async function ({ uid }) {
  await using a = await peer.associate({ for: ['StudyRoot', 'PatientRoot'] });
  const keys = { StudyInstanceUID: '', PatientID: '' };
  const all = await a.find(keys, { tags: { call: 'all' } });
  tell('all', { count: all.count, matches: all.matches.length, first: all.matches[0], phases: all.phases });
  const limited = await a.find(keys, { limit: 7 });
  tell('limited', { count: limited.count, matches: limited.matches.length, outcome: limited.outcome });
  // It answers all of it within 10 ms: C-CANCEL may come too late.
  let cancelled = await a.find(keys, { cancelAfter: 2 });
  for (let n = 0; n < 20 && cancelled.status === 0; n++) cancelled = await a.find(keys, { cancelAfter: 2 });
  tell('cancelled', { count: cancelled.count, status: cancelled.status, outcome: cancelled.outcome, ok: cancelled.ok });
  let seen = 0;
  for await (const match of a.find(keys)) if (match.StudyInstanceUID && ++seen === 10) break;
  tell('left', { seen });
  const one = await a.find({ '0020000D': uid, SeriesInstanceUID: '' }, { level: 'SERIES' });
  tell('series', { count: one.count });
  tell('move', await a.move({ StudyInstanceUID: uid }, { destination: 'BOX' }));
  tell('get', await peer.get({ StudyInstanceUID: uid }));
  tell('getFor', await peer.get({ StudyInstanceUID: uid }, { for: ct, keep: 'files', folder: 'got' }));
  // Last: dcmqrscp keeps its index locked after this until the association ends.
  const nowhere = { destination: 'NOWHERE', expectStatus: [dicom.Status.MoveDestinationUnknown] };
  tell('nowhere', await a.move({ StudyInstanceUID: uid }, nowhere));
  await attempt('unknown', () => a.find({ PatientIDD: '' }));
  await attempt('unproposed', () => a.find({}, { model: 'worklist' }));
}
`;

describe.skipIf(!requirePeer('dcmqrscp'))('scripts and dcmqrscp', () => {
  let peer: Peer;
  let run: ScriptRun;

  beforeAll(async () => {
    const port = await anyPortFree();
    peer = await startQrscp({ destinations: { BOX: { host: '127.0.0.1', port } } });
    run = await runScript(SCRIPT(port), ['-c', connectTo(peer), '--vus', '1', '--iterations', '1']);
  }, 120_000);

  afterAll(() => peer.stop());

  it('counts requests, matches and sub-operations', () => {
    const { code, out, err } = run;
    expect({ code, out, err }).toMatchObject({ code: 0 });
  });

  it('finds all, and keeps no more than the limit', () => {
    expect(run.told['all']).toMatchObject({ count: STUDIES, matches: STUDIES });
    expect(run.told['all']?.['first']).toMatchObject({ QueryRetrieveLevel: 'STUDY' });
    expect(run.told['limited']).toEqual({ count: STUDIES, matches: 7, outcome: 'success' });
  });

  it('cancels after n matches, and when a loop is left', () => {
    const cancelled = run.told['cancelled'];
    const count = cancelled?.['count'];
    expect(cancelled).toMatchObject({ status: 0xfe00, outcome: 'cancelled', ok: false });
    expect(count).toBeGreaterThanOrEqual(2);
    expect(count).toBeLessThan(STUDIES);
    expect(run.told['left']).toEqual({ seen: 10 });
    expect(run.told['series']).toEqual({ count: 1 });
  });

  it('moves to a receiver of the run; an expected refusal is no failure', () => {
    expect(run.told['move']).toMatchObject({ ok: true, completed: 3, failed: 0 });
    expect(run.told['nowhere']).toMatchObject({ ok: false, status: 0xa801, outcome: 'failure' });
  });

  it('gets on the association of the request: counted, hashed, kept', () => {
    const get = run.told['get'];
    expect(get).toMatchObject({ ok: true, completed: 3, received: 3 });
    const instances = get?.['instances'] as readonly { pixelHash: string; file: string }[];
    expect(new Set(instances.map((one) => one.pixelHash)).size).toBe(1);
    expect(instances[0]?.pixelHash).toMatch(/^[0-9a-f]{64}$/);
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
