// Retrieves by C-MOVE: the archive sends a study to a receiver of this run, and every image has to
// arrive there. The archive must know the receiver by its AE title.
//
//   dicomrun run examples/02-query/move.ts --embedded
//
// @covers 25
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 10,
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    'dicom_req_duration{service:C-MOVE}': timed('p(95)<2000'),
    'dicom_suboperations{outcome:success}': ['count>0'],
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded: keep pixels, too
};

const workstation = dicom.receiver({ aet: 'WORKSTATION' });
const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify' });
const scanner = dicom.synthetic({ modality: 'MR', rows: 128, columns: 128 });

export default async function () {
  const study = dicom.study({ images: 6, from: scanner });
  await using sending = await router.associate({ for: study });
  check(await sending.storeAll(study), { stored: (r) => r.accepted === 6 });
  await dicom.verify.study(study, { initialDelay: 0, interval: '200ms', instances: 6 });

  await using association = await archive.associate({ for: 'StudyRoot', keep: true });
  const moved = await association.move(
    { StudyInstanceUID: study.uid },
    { destination: workstation, of: study }, // what must arrive there
  );
  check(moved, {
    moved: (r) => r.ok,
    'all six': (r) => r.completed === 6 && r.failed === 0,
  });
  check(await workstation.expect(study), {
    'arrived there, once': (d) => d.arrived === 6 && d.missing + d.duplicated === 0,
    'pixels untouched': (d) => d.pixelsChanged === 0,
  });
}
