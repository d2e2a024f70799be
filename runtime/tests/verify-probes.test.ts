// `verify.study` tries Study Root, then Patient Root: an archive that knows only the second is healthy.
import { afterAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const STUDY_ROOT_FIND = '1.2.840.10008.5.1.4.1.2.2.1';

const bench = new Bench('probes');
afterAll(() => bench.remove());

/** Stores and asks, at an archive that answers queries by Study Root with this status. */
const script = (status: number): string => `
import dicom from 'dicom';
import { check } from 'k6';
const rule = { service: 'C-FIND', sopClass: '${STUDY_ROOT_FIND}', status: ${status} };
export const options = {
  iterations: 2,
  thresholds: { checks: ['rate==1'], dicom_req_failed: ['rate==0'] },
  simulate: { archive: { faults: { requests: [rule] } } },
};
const archive = dicom.peer({ use: 'verify' });
const images = dicom.synthetic({ modality: 'SC', rows: 8, columns: 8 });
export default async function () {
  const study = dicom.study({ images: 1, from: images });
  check(await archive.store(study.images[0]), { stored: (r) => r.ok });
  const seen = await dicom.verify.study(study, { initialDelay: 0, interval: 50, timeout: '5s' });
  check(seen, { 'by Patient Root': (v) => v.found && v.strategy === 'patient-root' });
}
`;

describe('verify.study', () => {
  it('counts no failure where the archive only knows the other model', async () => {
    for (const status of [0xa900, 0x0122]) {
      const run = await bench.script(script(status), ['--embedded']);
      expect(run.code, run.stdout + run.stderr).toBe(0);
    }
  });

  it('begins with Patient Root where COMPASS_QUERY_MODEL says so, and waits as long as it says', async () => {
    const env = { COMPASS_QUERY_MODEL: 'PATIENT', COMPASS_QUERY_TIMEOUT: '1' };
    // An archive that knows both: who begins with Study Root gets a failure there.
    const run = await bench.script(script(0xc000), ['--embedded'], { env });
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const silent = script(0).replace('status: 0', 'neverAnswer: true');
    const late = await bench.script(silent, ['--embedded'], {
      env: { ...env, COMPASS_QUERY_MODEL: 'STUDY' },
    });
    expect(late.code).toBe(99);
    expect(late.stdout).toContain('timed out');
  });

  it('counts a query that the archive could not process', async () => {
    const run = await bench.script(script(0xc000), ['--embedded']);
    expect(run.code, run.stdout + run.stderr).toBe(99);
    expect(run.stdout).toContain('C-FIND status C000');
  });
});
