// Scripts that query the embedded archive with more than 2,000 studies, and verify by query.
import { beforeAll, describe, expect, it } from 'vitest';
import { runScript, type ScriptRun } from './script-run.ts';

const STUDIES = 2_100;

const SCRIPT = `
export const options = {
  setupTimeout: '2m',
  thresholds: { 'dicom_matches{call:all}': ['count==${STUDIES}'], dicom_commit_duration: ['max>0'] },
  simulate: { archive: { keep: 'all' } },
};
const archive = dicom.peer({ use: 'verify' });
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });

export async function setup() {
  const feed = await archive.associate({ for: ct });
  for (let n = 0; n < ${STUDIES}; n++) await feed.store(ct);
  await feed.release();
}

export default async function () {
  await using a = await archive.associate({ for: ['StudyRoot', 'PatientRoot', 'StorageCommitment', ct] });
  const keys = { StudyInstanceUID: '', PatientID: '' };
  const all = await a.find(keys, { tags: { call: 'all' } });
  tell('all', { count: all.count, different: new Set(all.matches.map((m) => m.StudyInstanceUID)).size });
  const cancelled = await a.find(keys, { cancelAfter: 50 });
  tell('cancelled', { count: cancelled.count, outcome: cancelled.outcome });
  let seen = 0;
  for await (const match of a.find(keys)) if (match) seen++;
  tell('iterated', { seen });
  const find = a.find(keys);
  const iterator = find[Symbol.asyncIterator]();
  await iterator.next();
  tell('stopped', await find.cancel());

  const study = dicom.study({ images: 3, from: ct });
  await a.storeAll(study);
  tell('commit', await a.commit(study));
  const quick = { initialDelay: 0, interval: '50ms', timeout: '300ms' };
  tell('visible', await dicom.verify.study(study, { ...quick, instances: 3 }));
  tell('incomplete', await dicom.verify.study(study, { ...quick, instances: 4 }));
  tell('absent', await dicom.verify.study('2.25.1', { ...quick, absent: true }));
  tell('present', await dicom.verify.study(study, { ...quick, absent: true }));
  tell('missing', await dicom.verify.study('2.25.1', quick));
}
`;

describe('scripts and the embedded archive', () => {
  let run: ScriptRun;

  beforeAll(async () => {
    run = await runScript(SCRIPT, ['--embedded', '--vus', '1', '--iterations', '1']);
  }, 120_000);

  it('counts what it found', () => {
    const { code, out, err } = run;
    expect({ code, out, err }).toMatchObject({ code: 0 });
  });

  it('finds more than 2,000 studies, all at once or one by one', () => {
    expect(run.told['all']).toEqual({ count: STUDIES, different: STUDIES });
    expect(run.told['iterated']).toEqual({ seen: STUDIES });
  });

  it('cancels: fewer come than exist', () => {
    const cancelled = run.told['cancelled'];
    expect(cancelled?.['outcome']).toBe('cancelled');
    const count = cancelled?.['count'];
    expect(count).toBeGreaterThanOrEqual(50);
    expect(count).toBeLessThan(STUDIES);
    expect(run.told['stopped']).toMatchObject({ outcome: 'cancelled' });
  });

  it('has what was stored committed', () => {
    const commit = run.told['commit'];
    expect(commit?.['committed']).toHaveLength(3);
    expect(commit?.['failed']).toEqual([]);
  });

  it('verifies that a study is there, complete, or not there', () => {
    const hit = { level: 'STUDY', strategy: 'study-root', instances: 3 };
    expect(run.told['visible']).toMatchObject({ found: true, ok: true, attempts: 1, ...hit });
    expect(run.told['incomplete']).toMatchObject({
      ...{ found: false, ok: false, ...hit },
      reason: '3 instances found, 4 expected',
    });
    expect(run.told['absent']).toMatchObject({ found: false, ok: true });
    expect(run.told['present']).toMatchObject({ found: true, ok: false });
    expect(run.told['missing']).toMatchObject({ found: false, ok: false });
    expect(run.told['missing']?.['reason']).toMatch(/^not found within 0\.\d s in \d attempts$/);
  });
});

const FAULTY = `
export const options = {
  simulate: { archive: { keep: 'all', faults: { requests: [
    { service: 'C-FIND', callingAET: 'CLUMSY', status: [0xa700, 0, 0xc000] },
    { service: 'C-MOVE', status: 0xa801 },
    { service: 'N-CREATE', abortAfter: 0 },
    { service: 'C-ECHO', neverAnswer: true },
    { service: 'C-STORE', every: 2, status: 0xb000 },
  ] } } },
};
const archive = dicom.peer({ use: 'verify' });
const clumsy = dicom.peer({ use: 'verify', callingAET: 'CLUMSY' });
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });

export default async function () {
  const study = dicom.study({ images: 2, from: ct });
  const statuses = [];
  for (const image of study.images) statuses.push((await archive.store(image)).status);
  const keys = { StudyInstanceUID: study.uid };
  for (let n = 0; n < 4; n++) {
    const { status, count } = await clumsy.find(keys);
    statuses.push(status, count);
  }
  statuses.push((await archive.find(keys)).count);
  statuses.push((await archive.move(keys, { destination: 'X' })).status);
  tell('statuses', statuses);
  await attempt('create', () => archive.associate({ for: 'MPPS' }).then((a) => a.create('MPPS', '2.25.1', { PatientID: 'X' })));
  await attempt('echo', () => archive.echo({ timeout: 100 }));
}`;

describe('scripts and an archive with faults by rules', () => {
  it('are answered by service, AE title and turn', async () => {
    const { told, err } = await runScript(FAULTY, [
      '--embedded',
      '--vus',
      '1',
      '--iterations',
      '1',
    ]);
    const finds = [0xa700, 0, 0, 1, 0xc000, 0, 0xa700, 0];
    expect(told['statuses'], err).toEqual([0, 0xb000, ...finds, 1, 0xa801]);
    expect(told['create']).toMatchObject({ thrown: 'AssociationAborted' });
    expect(told['echo']).toMatchObject({ thrown: 'TimeoutError' });
  });
});
