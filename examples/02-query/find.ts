// Queries an archive: the studies of a patient all at once, then the instances of a study one by one,
// left early, which sends C-CANCEL.
//
//   dicomrun run examples/02-query/find.ts --embedded
//
// @covers 24
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 20,
  thresholds: {
    ...nothingFails,
    'checks{check:sent and found}': ['rate==1'],
    'dicom_req_duration{service:C-FIND}': timed('p(95)<500'),
    dicom_find_first_match: timed('p(95)<200'),
    dicom_matches: ['count>0'],
  },
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify' }); // where the router delivers: CFIND_HOST, CFIND_PORT
const scanner = dicom.synthetic({ modality: 'CT', rows: 64, columns: 64 });

export async function setup() {
  const study = dicom.study({ series: 2, images: 5, from: scanner });
  await using association = await router.associate({ for: study });
  await association.storeAll(study);
  const visible = await dicom.verify.study(study, {
    initialDelay: 0,
    interval: '200ms',
    instances: 10,
  });
  check(visible, { 'sent and found': (v) => v.skipped || v.found });
  return { uid: study.uid, patient: study.get('PatientID') };
}

export default async function (data: { uid: string; patient: string }) {
  await using association = await archive.associate({ for: 'StudyRoot', keep: true });

  const studies = await association.find({ PatientID: data.patient, StudyInstanceUID: '' });
  check(studies, {
    'patient has one study': (r) => r.ok && r.count === 1,
    'and it is ours': (r) => r.matches[0]?.['StudyInstanceUID'] === data.uid,
  });

  let seen = 0;
  const keys = { StudyInstanceUID: data.uid, SOPInstanceUID: '', InstanceNumber: '' };
  for await (const image of association.find(keys, { level: 'IMAGE' })) {
    check(image, { 'has its number': (m) => Number(m['InstanceNumber']) > 0 });
    if (++seen === 3) break;
  }
}
