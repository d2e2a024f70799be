// Prefetch in the morning: many C-MOVE at once, to several destinations.
//
// @covers 25
// measures  C-MOVE time, sub-operations, images a second at the destinations
// passes    no failed sub-operation; every image reaches the destination that was named
// knobs     CLIENTS, MOVES, IMAGES
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';

const images = number('IMAGES', scaled(100, 6));

export const options: Options = {
  vus: number('CLIENTS', scaled(10, 3)),
  iterations: number('MOVES', scaled(200, 9)),
  thresholds: {
    checks: ['rate==1'],
    'dicom_suboperations{service:C-MOVE,outcome:success}': ['count>0'],
    'dicom_req_duration{service:C-MOVE}': timed('p(95)<60000'),
  },
  simulate: { archive: { keep: 'all' } },
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify', timeouts: { response: '10m' } });
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });
const stations = ['WORKSTATION1', 'WORKSTATION2', 'WORKSTATION3'];
for (const aet of stations) dicom.receiver({ aet, verify: 'counts' });

export default async function () {
  const study = dicom.study({ images, from: scanner });
  await using association = await router.associate({ for: study });
  await association.storeAll(study);
  await dicom.verify.study(study, { instances: images });
  const destination = dicom.shared.next(stations);
  const moved = await archive.move({ StudyInstanceUID: study.uid }, { destination });
  check(moved, {
    'all sub-operations completed': (r) => r.ok && r.completed === images && r.failed === 0,
  });
}
