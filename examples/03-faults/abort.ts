// A modality that dies in the middle of an image: half of the sends are aborted, reset or closed after
// half of their bytes. The router must not deliver a broken image, and must go on for the others.
//
//   dicomrun run examples/03-faults/abort.ts --embedded
//
// @covers 36
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 12,
  thresholds: {
    ...nothingFails,
    dicom_req_failed: ['rate==0'], // what was injected is no failure
    dicom_faults: ['count>0'],
    ...arrivesUnchanged,
  },
};

const archive = dicom.receiver({ aet: 'ARCHIVE_IN' });
const router = dicom.peer({ deliversTo: archive });
const scanner = dicom.synthetic({ modality: 'CT', rows: 256, columns: 256 });
const faults = [{ abortAfter: '50%' }, { destroyAfter: '50%' }, { closeAfter: '50%' }] as const;

export default async function () {
  const broken = scanner.fresh();
  const dying = await router.associate({ for: broken });
  const fault = faults[dicom.shared.counter('fault').next() % faults.length];
  const injected = await dying.store(broken, { fault });
  check(injected, { 'died as asked': (r) => r.outcome === 'injected' });
  dying.destroy();

  const study = dicom.study({ images: 2, from: scanner });
  await using association = await router.associate({ for: study });
  const sent = await association.storeAll(study);
  check(sent, { 'others are served': (r) => r.accepted === 2 });
  const delivery = await archive.expect(study, { timeout: '10s' });
  check(delivery, { 'and delivered': (d) => d.missing === 0 });
}
