// Queries of all kinds at once: narrow, wildcard, broad, and broad ones that are cancelled early.
//
// @covers 24
// measures  dicom_find_first_match, matches, C-FIND time by kind, dicom_cancel_duration
// passes    narrow p95 under 2 s, cancel under 1 s, every answer right
// knobs     CLIENTS, DURATION, STUDIES (sent first)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const studies = number('STUDIES', scaled(200, 20));

export const options: Options = {
  vus: number('CLIENTS', scaled(20, 3)),
  duration: text('DURATION', scaled('5m', '2s')),
  setupTimeout: '10m',
  thresholds: {
    ...nothingFails,
    'dicom_req_duration{kind:narrow}': timed('p(95)<2000'),
    'dicom_req_duration{kind:broad}': [],
    'dicom_req_duration{kind:wildcard}': [],
    dicom_find_first_match: timed('p(95)<1000'),
    dicom_cancel_duration: timed('p(95)<1000'),
  },
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify' });
const image = dicom.synthetic('KB005');
const asked = { StudyInstanceUID: '', PatientID: '', PatientName: '', StudyDate: '' };

export async function setup() {
  const uids: string[] = [];
  await using association = await router.associate({ for: image });
  for (let i = 0; i < studies; i++) {
    const set = { PatientName: `STORM${i}^TEST` };
    const study = dicom.study({ images: 1, from: image, set });
    await association.storeAll(study);
    uids.push(study.uid);
  }
  await dicom.verify.study(uids[uids.length - 1]);
  return uids;
}

export default async function (uids: string[]) {
  await using association = await archive.associate({ for: 'StudyRootFind' });
  const uid = dicom.shared.next(uids);
  const narrow = await association.find(
    { ...asked, StudyInstanceUID: uid },
    { tags: { kind: 'narrow' } },
  );
  check(narrow, { 'narrow: the one study': (r) => r.ok && r.count === 1 });
  const stars = { ...asked, PatientName: 'STORM*' };
  const wildcard = await association.find(stars, { tags: { kind: 'wildcard' } });
  check(wildcard, { 'wildcard: all of them': (r) => r.ok && r.count >= studies });
  const broad = await association.find(asked, { tags: { kind: 'broad' } });
  check(broad, { 'broad: no fewer': (r) => r.ok && r.count >= wildcard.count });
  const cancelled = await association.find(asked, { cancelAfter: 5, tags: { kind: 'cancelled' } });
  check(cancelled, { 'cancelled or done': (r) => r.outcome === 'cancelled' || r.ok });
}
