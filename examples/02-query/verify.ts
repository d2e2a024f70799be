// Store by the router, then ask the archive behind it until the study can be found there: how long
// does an image take to become visible? A study that was never sent must not be found.
//
//   dicomrun run examples/02-query/verify.ts --embedded
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 6,
  thresholds: { ...nothingFails, dicom_visible_duration: timed('p(95)<10000') },
  simulate: { archive: { visibleAfterMs: 300 } }, // only for --embedded
};

const router = dicom.peer({});
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });

export default async function () {
  const study = dicom.study({ images: 4, from: scanner });
  await using association = await router.associate({ for: study });
  await association.storeAll(study);

  const visible = await dicom.verify.study(study, {
    initialDelay: '100ms',
    interval: '200ms',
    timeout: '10s',
    instances: study.length,
  });
  check(visible, {
    'can be found': (v) => v.found || v.skipped, // skipped: CFIND_VERIFY=false
    'on study level': (v) => v.level === 'STUDY' || v.skipped,
  });

  const never = dicom.study({ images: 1, from: scanner });
  const absent = await dicom.verify.study(never, {
    initialDelay: 0,
    interval: '200ms',
    timeout: '500ms',
    absent: true,
  });
  check(absent, { 'negative control': (v) => v.ok });
}
