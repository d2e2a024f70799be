// De-identify, send, and look at the destination: nothing of the patient is left, pixels are.
//
// @seed compass test_anonymize_and_send
// @covers 7
// measures  identifying attributes at the destination
// passes    replaced or gone, the same study for the same study, pixels untouched
// knobs     TEST_DICOM_FILE (an image of yours; it is de-identified before it leaves)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { arrival, delivered, routerTo } from '../lib/arrival.ts';
import { fileOr } from '../lib/images.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 3,
  thresholds: { ...nothingFails, ...delivered },
};

const secret = {
  PatientName: 'SECRET^NAME',
  PatientBirthDate: '19700101',
  PatientAddress: 'SECRET STREET 1',
  ReferringPhysicianName: 'SECRET^REFERRER',
  InstitutionName: 'SECRET HOSPITAL',
};
const images = fileOr({ modality: 'CT', set: secret });
const archive = dicom.receiver({ aet: 'ANONYMOUS' });
const router = routerTo(archive);

export default async function () {
  const known = images.next().fresh();
  const image = known.anonymised();
  check(image, {
    'name replaced': (i) => i.get('PatientName') !== known.get('PatientName'),
    'method stated': (i) => i.get('PatientIdentityRemoved') === 'YES',
    'nothing secret in it': (i) => !i.dump().includes('SECRET'),
  });
  const result = await router.store(image);
  check(result, { stored: (r) => r.ok });
  // As it left, in each of them: nothing comes back on the way.
  const asSent = Object.keys(secret).map((tag) => [tag, image.get(tag) ?? null]);
  const delivery = await archive.expect(result, {
    tags: { ...Object.fromEntries(asSent), PatientIdentityRemoved: 'YES' },
  });
  check(delivery, {
    'arrived without identity': (d) => d.missing === 0 && d.wrongTags === 0,
    'pixels untouched': (d) => d.pixelsChanged === 0,
  });
}
