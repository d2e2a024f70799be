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
