// The destination of the router fails: it is slow, answers A700 now and then, aborts, is away for a while.
// The router has to keep what it has accepted, try again, and deliver everything once.
//
// @covers 40, 41
// measures  dicom_delivery_duration (with the retries in it), missing, duplicated; with --scrape the
//           router's queue, retries and dead letters
// passes    nothing lost, nothing twice, all delivered in the end
// knobs     STUDIES, PAUSE, DOWN_SECONDS
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const down = number('DOWN_SECONDS', scaled(60, 1)) * 1000;

export const options: Options = {
  vus: 3,
  iterations: number('STUDIES', scaled(60, 9)),
  settle: '2m',
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    dicom_req_failed: ['rate==0'],
    dicom_delivery_duration: [],
  },
  simulate: {
    router: { retry: { retries: 20, backoffMs: 100, factor: 1.5 }, pool: { lingerMs: 50 } },
  },
};

// Slow, refusing every fifth image, and away between one and two times DOWN_SECONDS.
const archive = dicom.receiver({
  aet: 'FRAGILE',
  faults: {
    delay: [0, 20],
    status: [0, 0, 0, 0, dicom.Status.OutOfResources],
    down: [{ from: down, to: 2 * down }],
  },
});
const router = dicom.peer({ deliversTo: archive });
const image = dicom.synthetic('KB128');

export default async function () {
  const study = dicom.study({ images: 4, from: image });
  await using association = await router.associate({ for: study });
  const { accepted } = await association.storeAll(study);
  check(accepted, { 'the router takes all the same': (n) => n === 4 });
  await sleep(scaled(5, 0.5));
}
