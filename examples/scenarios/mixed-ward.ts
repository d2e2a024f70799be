// CT, MR, CR, US and reports at the same time: do small objects have to wait behind large ones?
//
// @covers 21, 30
// measures  C-STORE by modality, alone first and then among the others
// passes    p95 and p99 of small objects among the others at most 3 times those when alone
// knobs     DURATION, VUS (of each of the heavy modalities)
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options, Scenario } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

const duration = text('DURATION', scaled('2m', '1s'));
const sizes: Record<string, number> = { CT: 525e3, MR: 260e3, CR: 8e6, US: 1e6 };
const heavy = (modality: string): Scenario => ({
  executor: 'constant-vus',
  vus: number('VUS', scaled(3, 1)),
  duration,
  after: 'alone',
  env: { MODALITY: modality },
});
const report = (more: Partial<Scenario>): Scenario =>
  ({ executor: 'constant-vus', duration, env: { MODALITY: 'SR' }, ...more }) as Scenario;

export const options: Options = {
  scenarios: {
    alone: report({}),
    among: report({ after: 'alone' }),
    ...Object.fromEntries(Object.keys(sizes).map((modality) => [modality, heavy(modality)])),
  },
  thresholds: {
    ...nothingFails,
    ...arrivesOnce,
    dicom_req_failed: ['rate==0'],
    'dicom_req_duration{scenario:alone}': [],
    'dicom_req_duration{scenario:among}': timed(
      'p(95)<1000',
      'p(95)<=3*dicom_req_duration{scenario:alone}',
      'p(99)<=3*dicom_req_duration{scenario:alone}',
    ),
    ...Object.fromEntries(
      Object.keys(sizes).map((m) => [`dicom_req_duration{modality:${m}}`, timed('p(95)<2000')]),
    ),
  },
};

const archive = dicom.receiver({ aet: 'MIXED_WARD', verify: 'counts', keep: 'nothing' });
const router = dicom.peer({ deliversTo: archive });
const images = Object.fromEntries(
  Object.entries({ ...sizes, SR: 4e3 }).map(([modality, bytes]) => [
    modality,
    dicom.synthetic({ modality, bytes }),
  ]),
);

export default async function () {
  const modality = __ENV.MODALITY ?? 'SR';
  check(await router.store(images[modality].fresh()), { stored: (r) => r.ok });
  await sleep(0.05);
}
