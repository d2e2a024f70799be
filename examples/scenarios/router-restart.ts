// The router is restarted in the middle of the load. Modalities keep their images and come again: is
// anything lost that was accepted, is anything delivered twice, how long is the outage?
//
// @covers 41
// measures  outage (ms without a stored image, for each modality), missing, duplicated
// passes    every image accepted in the end, none of them lost; nobody waits longer than RECOVERY_MS
// knobs     MODALITIES, DURATION, RETRY (seconds), RECOVERY_MS; RESTART_AT and DOWN (seconds) of the
//           simulated router; a real one is restarted by hand, or by a job, while this runs
// An image whose answer was lost is sent again, so a router may deliver it twice: told, not enforced.
import dicom, { DicomError } from 'dicom';
import { check, sleep } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';

const at = number('RESTART_AT', scaled(60, 1));
const down = number('DOWN', scaled(30, 1));
const retry = number('RETRY', scaled(5, 0.1));

export const options: Options = {
  vus: number('MODALITIES', 3),
  duration: text('DURATION', scaled('5m', '4s')),
  settle: '2m',
  thresholds: {
    checks: ['rate==1'],
    iteration_failed: ['rate==0'],
    dicom_delivery_missing: ['count==0'],
    dicom_delivery_corrupted: ['count==0'],
    dicom_delivery_duplicated: [{ threshold: 'count==0', advisory: true }],
    outage: timed(`max<${number('RECOVERY_MS', 60_000)}`),
  },
  simulate: { router: { faults: { down: [{ from: at * 1000, to: (at + down) * 1000 }] } } },
};

const archive = dicom.receiver({ aet: 'RESTART' });
const router = dicom.peer({ deliversTo: archive });
const images = dicom.synthetic('KB128');
const outage = new Trend('outage', true);

export default async function () {
  const study = dicom.study({ images: 4, from: images });
  const left = [...study];
  let since = 0;
  while (left.length > 0) {
    try {
      await using association = await router.associate({ for: study });
      while (left.length > 0) {
        const { ok } = await association.store(left[0]);
        if (ok) left.shift(); // else it stays the next one
        if (ok && since > 0) outage.add(Date.now() - since);
        if (ok) since = 0;
        await sleep(ok ? 0.05 : retry);
      }
    } catch (error) {
      if (!(error instanceof DicomError)) throw error;
      since ||= Date.now();
      await sleep(retry);
    }
  }
  check(study.accepted, { 'every image accepted in the end': (n) => n === study.length });
}
