// Queries of the destination: by study, patient, accession number, date, modality; series of a study.
//
// @seed compass compass_cfind_client.py (echo, study, patient, date range, modality, today)
// @covers 24
// measures  C-FIND: first match, duration, matches
// passes    what was sent is found by every key; a UID nobody sent is not
// knobs     CFIND_HOST, CFIND_PORT, CFIND_AE_TITLE, CFIND_INITIAL_DELAY, CFIND_TIMEOUT
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 3,
  thresholds: {
    ...nothingFails,
    'checks{check:query server answers}': ['rate==1'],
    'dicom_req_duration{service:C-FIND}': timed('p(95)<2000'),
  },
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify' });
const images = dicom.synthetic('KB032');

export async function setup() {
  check(await archive.echo(), { 'query server answers': (r) => r.ok });
}

export default async function () {
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const set = { StudyDate: today };
  const study = dicom.study({ images: 2, from: images, set });
  for (const image of study) check(await router.store(image), { stored: (r) => r.ok });
  await dicom.verify.study(study);
  const uid = study.uid;
  const want = { StudyInstanceUID: '', PatientID: '', ModalitiesInStudy: '', StudyDate: '' };
  const keys: Record<string, Record<string, unknown>> = {
    'study UID': { ...want, StudyInstanceUID: uid },
    'patient ID': { ...want, PatientID: study.get('PatientID') },
    'accession number': { ...want, AccessionNumber: study.get('AccessionNumber') },
    'date range': { ...want, StudyDate: `20260101-${today}` },
    today: { ...want, StudyDate: today },
    modality: { ...want, ModalitiesInStudy: 'MR' },
  };
  await using association = await archive.associate({ for: 'StudyRootFind' });
  for (const [by, query] of Object.entries(keys)) {
    const { matches } = await association.find(query);
    check(matches, { [`found by ${by}`]: (m) => m.some((one) => one['StudyInstanceUID'] === uid) });
  }
  const series = await association.find(
    { StudyInstanceUID: uid, SeriesInstanceUID: '', Modality: '' },
    { level: 'SERIES' },
  );
  check(series.matches, { 'series of the study': (m) => m.length === 1 });
  const nobody = await association.find({ StudyInstanceUID: '2.25.404' });
  check(nobody.count, { 'a UID nobody sent is not found': (n) => n === 0 });
}
