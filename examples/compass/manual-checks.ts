// What cannot be seen over DICOM: the script sends what is needed and says what a person has to check.
//
// @seed compass manual_verify marker
// measures  that the data is there for the person
// passes    stored; the manual checks are listed as a state of their own, neither passed nor failed
// knobs     COMPASS_ROUTE
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 1,
  thresholds: nothingFails,
};

const router = dicom.peer({});
const images = dicom.synthetic({ modality: 'OPV', rows: 64, columns: 64 });

export default async function () {
  const study = dicom.study({ images: 1, from: images, set: { AccessionNumber: '' } });
  check(await router.store(study.images[0]), { stored: (r) => r.ok });
  dicom.manual('order matching of a study without accession number', [
    `open the router's job list and look for study ${study.uid}`,
    'the job is held with the reason "no order"',
    'place the order, release the job, and see it delivered',
  ]);
}
