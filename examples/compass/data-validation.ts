// Values that are blank, long, odd or missing: the image is taken, and arrives as it was sent.
//
// @seed compass test_data_validation (accession, names, dates, Modality)
// @covers 9
// measures  status of each case, tags at the destination
// passes    accepted (or a status the table allows); everything arrives unchanged; nothing crashes
// knobs     TEST_DICOM_FILE (your own image instead of a synthetic one), VERIFY=find (ask the archive by
//           C-FIND instead of receiving)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { arrival, byFind, delivered, routerTo } from '../lib/arrival.ts';
import { fileOr } from '../lib/images.ts';
import { nothingFails } from '../lib/thresholds.ts';

/** What is set; null removes. Patient names are synthetic on purpose. */
const cases: Record<string, Record<string, string | null | { vr: string; value: string }>> = {
  'accession number missing': { AccessionNumber: null },
  'accession number blank': { AccessionNumber: '' },
  'accession number of 100 characters': { AccessionNumber: { vr: 'SH', value: 'A'.repeat(100) } },
  'accession number with special characters': { AccessionNumber: "A/1 #*?%&'<>;$@!" },
  'patient name blank': { PatientName: '' },
  'name with an apostrophe': { PatientName: "DICOMRUN'S^TEST" },
  'name with a hyphen': { PatientName: 'DICOM-RUN^TEST' },
  'name with an accent': { SpecificCharacterSet: 'ISO_IR 100', PatientName: 'DÏCÖMRÜN^TÊST' },
  'name with prefix and suffix': { PatientName: 'DICOMRUN^TEST^MIDDLE^DR^JR' },
  'name of 64 characters': { PatientName: `${'F'.repeat(40)}^${'G'.repeat(23)}` },
  'name in three scripts': {
    SpecificCharacterSet: 'ISO_IR 192',
    PatientName: 'DICOMRUN^TEST=試験^画像=しけん^がぞう',
  },
  'Modality missing': { Modality: null },
  'dates blank': { StudyDate: '', PatientBirthDate: '' },
  'private element': {
    '00190010': { vr: 'LO', value: 'DICOMRUN' },
    '00191002': { vr: 'LO', value: 'private text' },
  },
};
const names = Object.keys(cases);

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: names.length,
  smoke: { iterations: names.length }, // every row, also as a smoke test
  thresholds: { ...nothingFails, ...delivered },
};

const image = fileOr('KB128');
const archive = dicom.receiver({ aet: 'VALIDATION', verify: 'full' });
const router = routerTo(archive);

export default async function () {
  const name = dicom.shared.next(names);
  const study = dicom.study({ from: image, images: 1, set: cases[name] });
  const stored = await router.store(study.images[0]);
  check(stored, { [`${name}: accepted`]: (r) => r.ok });
  if (byFind && name === 'private element') return; // nobody can be asked for those
  const delivery = await arrival(study, archive, arriving(cases[name]));
  check(delivery, {
    [`${name}: arrives as sent`]: (d) => d.missing + d.wrongTags + d.changedTags === 0,
    'once, pixels untouched': (d) => d.duplicated + d.unexpected + d.pixelsChanged === 0,
  });
}

/** What must be there in the end: the values themselves. */
function arriving(set: (typeof cases)[string]) {
  return Object.fromEntries(
    Object.entries(set).map(([tag, to]) => [
      tag,
      typeof to === 'object' && to !== null ? to.value : to,
    ]),
  );
}
