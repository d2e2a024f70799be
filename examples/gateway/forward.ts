// How fast the gateway forwards: from the first byte sent to it until the image is at the destination.
//
// @seed gateway load test_forward_throughput, test_forward_latency
// @covers 11, 30
// measures  delivered files a second, dicom_delivery_duration
// passes    > 5 files/s and > 90 % delivered; mean < 2 s, p95 < 5 s; the canary echo p99 under 1 s
// knobs     FILES
// Seen from outside: no clock or queue of the gateway has to be believed. A canary echoes meanwhile.
import dicom from 'dicom';
import { check, sleep } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';

export const options: Options = {
  labels: ['load'],
  scenarios: {
    files: { executor: 'shared-iterations', vus: 1, iterations: number('FILES', scaled(50, 15)) },
    canary: {
      executor: 'constant-vus',
      exec: 'canary',
      duration: scaled('10s', '1s'),
    },
  },
  thresholds: {
    checks: ['rate>0.9'],
    dicom_delivery_missing: ['count==0'],
    dicom_delivery_corrupted: ['count==0'],
    dicom_delivery_duration: timed('avg<2000', 'p(95)<5000'),
    forwarded_per_second: timed('avg>5'),
    'dicom_req_duration{scenario:canary}': timed('p(99)<1000'),
  },
};

const destination = dicom.receiver({ aet: 'FORWARDED' });
const gateway = dicom.peer({ deliversTo: destination });
const images = dicom.synthetic('MB01');
const rate = new Trend('forwarded_per_second');

export default async function () {
  const started = Date.now();
  const stored = await gateway.store(images.fresh());
  const delivery = await destination.expect(stored, { timeout: '30s' });
  check(delivery, { forwarded: (d) => d.missing === 0 && d.pixelsChanged === 0 });
  rate.add(1000 / Math.max(1, Date.now() - started));
}

export async function canary() {
  check(await gateway.echo(), { 'canary echoes': (r) => r.ok });
  await sleep(0.1);
}
