// PDU size and asynchronous operations: what they bring on a line with a long way.
//
// @covers 44
// measures  images a second for PDUs of 16 KB and 256 KB, with 1 and with 8 operations outstanding
// passes    everything delivered; the figures are told
// knobs     IMAGES, and the network: on Linux, as root on the way to a test system,
//           tc qdisc add dev eth0 root netem delay 50ms loss 1%
import dicom from 'dicom';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { number, scaled } from '../lib/scale.ts';

const cases = [16, 256].flatMap((kib) => [1, 8].map((asyncOps) => ({ kib, asyncOps })));

export const options: Options = {
  vus: 1,
  iterations: cases.length,
  thresholds: {
    checks: ['rate==1'],
    dicom_delivery_missing: ['count==0'],
    ...Object.fromEntries(
      cases.map(({ kib, asyncOps }) => [`images_per_second{pdu:${kib},window:${asyncOps}}`, []]),
    ),
  },
};

const archive = dicom.receiver({ aet: 'WINDOW', verify: 'counts' });
const peers = cases.map(({ kib, asyncOps }) =>
  dicom.peer({ deliversTo: archive, maxPdu: kib * 1024, asyncOps }),
);
const image = dicom.synthetic('KB128');
const rate = new Trend('images_per_second');

export default async function () {
  const index = dicom.shared.counter('case').next() % cases.length;
  const { kib, asyncOps } = cases[index];
  const study = dicom.study({ images: number('IMAGES', scaled(500, 30)), from: image });
  await using association = await peers[index].associate({ for: study });
  const { sent, accepted, durationMs } = await association.storeAll(study);
  check(accepted, { 'all stored': (n) => n === sent });
  rate.add(sent / (durationMs / 1000), { pdu: String(kib), window: String(asyncOps) });
  const { window } = association.negotiated;
  console.log(
    `PDU ${kib} KB, ${window} outstanding: ${((sent / durationMs) * 1000).toFixed(0)} images/s`,
  );
}
