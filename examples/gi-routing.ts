// GI endoscopy through a router: every image must arrive at the archive once, with its pixels
// untouched and its description normalised. The main job:
//
//   dicomrun run examples/gi-routing.ts --vus 50 --ramp 2m
//
// @covers 7, 8
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';

export const options: Options = {
  scenarios: {
    endoscopy: {
      executor: 'ramping-vus',
      stages: [
        { duration: '2m', target: 50 },
        { duration: '5m', target: 50 },
      ],
    },
  },
  thresholds: {
    'dicom_req_duration{service:C-STORE}': ['p(95)<2000'],
    checks: ['rate==1'], // each of those below
    iteration_failed: ['rate==0'], // refused associations, exceptions
    dicom_req_failed: ['rate==0'],
    dicom_delivery_missing: ['count==0'],
    dicom_delivery_duplicated: ['count==0'],
    dicom_delivery_corrupted: ['count==0'],
    dicom_delivery_unexpected: ['count==0'],
  },
};

const archive = dicom.receiver({ aet: 'GI_ARCHIVE', port: 11113 }); // where the router delivers
const router = dicom.peer({ route: 'HTM_GI', deliversTo: archive }); // host, AE titles: .env, flags
const endoscope = dicom.synthetic({ modality: 'ES', rows: 480, columns: 640 });

export default async function () {
  const study = dicom.study({ images: 4, from: endoscope }); // new patient, study, series, instances
  await using association = await router.associate({ for: study });
  for (const image of study.images) {
    check(await association.store(image), { stored: (r) => r.ok });
  }
  const delivery = await archive.expect(study, {
    timeout: '30s',
    tags: { StudyDescription: 'GI Endoscopy' },
  });
  check(delivery, {
    'every image arrived once': (d) => d.missing === 0 && d.duplicated === 0,
    'pixels untouched': (d) => d.pixelsChanged === 0,
    'description normalised': (d) => d.wrongTags === 0,
  });
  await sleep(1);
}
