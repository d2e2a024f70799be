// The smallest load test: one association per iteration, four CT images of a new study on it.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  vus: 5,
  duration: '10s',
  thresholds: {
    'dicom_req_duration{service:C-STORE}': ['p(95)<500'],
    dicom_req_failed: ['rate<0.01'],
    dicom_assoc_failed: ['rate<0.01'],
  },
};

const archive = dicom.peer({}); // the configured target: -c AET@host:port, .env, or --embedded
const scanner = dicom.synthetic({ modality: 'CT', rows: 256, columns: 256 });

export default async function () {
  const study = dicom.study({ images: 4, from: scanner }); // new patient, study, series, instance UIDs
  await using association = await archive.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
}
