// Retrieves by C-GET: the instances come on the association of the request, are counted, and their
// pixels are compared with what was stored.
//
//   dicomrun run examples/02-query/get.ts --embedded
//
// @covers 26
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';

export const options: Options = {
  vus: 2,
  iterations: 10,
  thresholds: {
    checks: ['rate==1'],
    'dicom_req_duration{service:C-GET}': timed('p(95)<2000'),
    'dicom_suboperations{service:C-GET,outcome:success}': ['count>0'],
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded: keep pixels, too
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify' });
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });

export async function setup() {
  const study = dicom.study({ images: 6, from: scanner });
  await using association = await router.associate({ for: study });
  await association.storeAll(study);
  await dicom.verify.study(study, { initialDelay: 0, interval: '200ms', instances: 6 });
  return { uid: study.uid };
}

export default async function (data: { uid: string }) {
  // `for` says what may come: these contexts are proposed with the role of a receiver.
  const got = await archive.get({ StudyInstanceUID: data.uid }, { for: scanner });
  check(got, {
    complete: (r) => r.ok && r.completed === 6,
    'six came': (r) => r.received === 6,
    'of one prototype, so with equal pixels': (r) =>
      new Set(r.instances.map((instance) => instance.pixelHash)).size === 1,
  });
}
