// Ten times the load for a minute: is anything lost, and how long until all is as before?
//
// @covers 12, 32
// measures  C-STORE and delivery before, during and after the spike (stages 0, 2 and 5)
// passes    nothing lost; after RECOVERY (5 minutes) p95 is at most twice that before the spike
// knobs     RATE (images a second), FACTOR (10), SPIKE (60 s), RECOVERY
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

const rate = number('RATE', scaled(10, 5));
const high = rate * number('FACTOR', 10);

export const options: Options = {
  scenarios: {
    spike: {
      executor: 'ramping-arrival-rate',
      startRate: rate,
      stages: [
        { duration: scaled('2m', '1s'), target: rate },
        { duration: '1s', target: high },
        { duration: text('SPIKE', scaled('60s', '1s')), target: high },
        { duration: '1s', target: rate },
        { duration: text('RECOVERY', scaled('5m', '1s')), target: rate },
        { duration: scaled('2m', '1s'), target: rate },
      ],
      preAllocatedVUs: 20,
      maxVUs: 300,
    },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesOnce,
    'dicom_req_duration{stage:0}': [],
    'dicom_req_duration{stage:2}': timed('p(95)<2000'),
    'dicom_req_duration{stage:4}': [],
    'dicom_req_duration{stage:5}': timed('p(95)<500', 'p(95)<=2*dicom_req_duration{stage:0}'),
    dropped_iterations: timed('count==0'),
  },
};

const archive = dicom.receiver({ aet: 'SPIKE', verify: 'counts', keep: 'nothing' });
const router = dicom.peer({ deliversTo: archive });
const image = dicom.synthetic('KB128');

export default async function () {
  const association = await router.associate({ for: image, keep: true });
  check(await association.store(image), { stored: (r) => r.ok });
}
