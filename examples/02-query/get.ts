// Retrieves by C-GET: the instances come on the association of the request; each must be one that was
// stored, once, with the pixels that were stored.
//
//   dicomrun run examples/02-query/get.ts --embedded
//
// @covers 26
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 10,
  thresholds: {
    ...nothingFails,
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
  check(await association.storeAll(study), { stored: (r) => r.accepted === 6 });
  await dicom.verify.study(study, { initialDelay: 0, interval: '200ms', instances: 6 });
  const pixels = study.images.map((image) => [image.uid, image.pixelHash]);
  return { uid: study.uid, pixels };
}

export default async function (data: { uid: string; pixels: [string, string][] }) {
  const stored = new Map(data.pixels);
  // `for` says what may come: these contexts are proposed with the role of a receiver.
  const got = await archive.get({ StudyInstanceUID: data.uid }, { for: scanner });
  check(got, {
    complete: (r) => r.ok && r.completed === 6,
    'six came': (r) => r.received === 6,
    'each of them once': (r) => new Set(r.instances.map(({ uid }) => uid)).size === 6,
    'with the pixels that were stored': (r) =>
      r.instances.every(({ uid, pixelHash }) => pixelHash === stored.get(uid)),
  });
}
