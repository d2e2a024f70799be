// Hundreds of small exams, an association for every image: what associations themselves cost.
//
// @covers 20
// measures  associations a second, dicom_connecting, dicom_associating, dicom_releasing
// passes    p95 of an association under 500 ms; none refused, none left open
// knobs     ROOMS, EXAMS_PER_SECOND, DURATION
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  scenarios: {
    rooms: {
      executor: 'constant-arrival-rate',
      rate: number('EXAMS_PER_SECOND', scaled(100, 20)),
      duration: text('DURATION', scaled('5m', '2s')),
      preAllocatedVUs: number('ROOMS', scaled(200, 20)),
      arrival: 'poisson',
    },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesOnce,
    dicom_associating: timed('p(95)<500'),
    iterations_achieved: timed('rate>=0.95'),
  },
};

const archive = dicom.receiver({ aet: 'XRAY_SWARM', verify: 'counts', keep: 'nothing' });
const router = dicom.peer({ deliversTo: archive });
const image = dicom.synthetic({ modality: 'CR', rows: 128, columns: 128 });

export default async function () {
  for (const one of dicom.study({ images: 2, from: image })) {
    check(await router.store(one), { stored: (r) => r.ok });
  }
}
