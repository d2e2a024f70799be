// Slow modalities: one trickles its image, one stops in the middle for a second. Neither may make the
// others wait, and a router that is patient enough takes both images in the end.
//
//   dicomrun run examples/03-faults/slow-sender.ts --embedded
//
// @covers 33
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  scenarios: {
    slow: { executor: 'per-vu-iterations', vus: 2, iterations: 1, exec: 'slow' },
    usual: { executor: 'constant-vus', vus: 1, duration: '2s', exec: 'usual' },
  },
  thresholds: {
    ...nothingFails,
    'dicom_req_duration{scenario:usual}': timed('p(95)<500'),
    'dicom_req_sending{scenario:slow}': ['min>500'],
  },
};

const router = dicom.peer({});
const scanner = dicom.synthetic({ modality: 'CT', rows: 256, columns: 256 }); // 128 KiB

export async function slow() {
  await using association = await router.associate({ for: scanner });
  check(await association.store(scanner, { fault: { bytesPerSecond: 128 * 1024 } }), {
    'a trickle is stored': (r) => r.ok,
  });
  check(await association.store(scanner, { fault: { pauseAfter: '50%', pause: '1s' } }), {
    'a pause is survived': (r) => r.ok,
  });
}

export async function usual() {
  const study = dicom.study({ images: 2, from: scanner });
  await using association = await router.associate({ for: study });
  check(await association.storeAll(study), { 'nobody waits': (r) => r.accepted === 2 });
}
