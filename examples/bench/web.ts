// DICOMweb, again and again: WHAT=find (default), store or get. BYTES of an instance, IMAGES of the study
// that is found and got; STUDY: this one, which is there, in place of one that is stored first.
import dicom from 'dicom';
import web from 'dicomweb';

export const options = {
  thresholds: { http_req_failed: ['rate==0'] },
  simulate: { archive: { keep: 'all' as const } },
};

const archive = web.server();
const what = __ENV.WHAT ?? 'find';
const pool = dicom.synthetic({ modality: 'MR', bytes: Number(__ENV.BYTES ?? 5000) });
const images = Number(__ENV.IMAGES ?? 4);

export async function setup() {
  if (what === 'store') return '';
  if (__ENV.STUDY !== undefined) return __ENV.STUDY;
  const study = dicom.study({ images, from: pool });
  await archive.store(study, { perRequest: 20 });
  return study.uid;
}

export default async function (study: string) {
  if (what === 'store') await archive.store(pool);
  else if (what === 'get') await archive.retrieve({ study }, { transferSyntax: '*' });
  else await archive.search('instances', {}, { study });
}
