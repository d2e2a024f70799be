// Readers fetch studies while modalities store: how much does each cost the other?
//
// @covers 26
// measures  C-GET and C-STORE p95, alone and together
// passes    every retrieval complete; together at most twice the p95 alone
// knobs     READERS, MODALITIES, PART (of the run, three parts)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options, Scenario } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const duration = text('PART', scaled('1m', '1s'));
const readers = (more: object): Scenario => ({
  executor: 'constant-vus', exec: 'read', vus: number('READERS', scaled(5, 2)), duration, ...more,
}); // prettier-ignore
const writers = (more: object): Scenario => ({
  executor: 'constant-vus', exec: 'write', vus: number('MODALITIES', scaled(5, 2)), duration, ...more,
}); // prettier-ignore
const alone = (what: string) => `dicom_req_duration{scenario:${what}Alone}`;

export const options: Options = {
  scenarios: {
    readAlone: readers({}),
    writeAlone: writers({ after: 'readAlone' }),
    read: readers({ after: 'writeAlone' }),
    write: writers({ after: 'writeAlone' }),
  },
  thresholds: {
    ...nothingFails,
    dicom_req_failed: ['rate==0'],
    'dicom_req_duration{scenario:read}': timed(`p(95)<=2*${alone('read')}`),
    'dicom_req_duration{scenario:write}': timed(`p(95)<=2*${alone('write')}`),
  },
  simulate: { archive: { keep: 'all' } },
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify' });
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });
const IMAGES = 10;

async function send() {
  const study = dicom.study({ images: IMAGES, from: scanner });
  await using association = await router.associate({ for: study });
  await association.storeAll(study);
  return study;
}

export async function setup() {
  const study = await send();
  await dicom.verify.study(study, { instances: IMAGES });
  return study.uid;
}

export async function read(uid: string) {
  const got = await archive.get({ StudyInstanceUID: uid }, { for: scanner });
  check(got, { 'retrieved whole': (r) => r.ok && r.received === IMAGES });
}

export async function write() {
  check(await send(), { 'stored whole': (study) => study.accepted === IMAGES });
}
