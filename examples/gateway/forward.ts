// How fast the gateway forwards: from the first byte sent to it until the image is at the destination.
//
// @seed gateway load test_forward_throughput, test_forward_latency
// @covers 11, 30
// measures  delivered files a second, dicom_delivery_duration
// passes    > 5 files/s and > 90 % delivered; mean < 2 s, p95 < 5 s; p99 of the canary under 1 s and
//           at most 3 times that before the load
// knobs     FILES
// Seen from outside: no clock or queue of the gateway has to be believed. A canary echoes before and meanwhile.
import dicom from 'dicom';
import { check, sleep } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options, Scenario } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesUnchanged } from '../lib/thresholds.ts';

const files = number('FILES', scaled(50, 15));
const echoes = (more: Partial<Scenario>) =>
  ({ executor: 'constant-vus', exec: 'canary', ...more }) as Scenario;

export const options: Options = {
  labels: ['load'],
  scenarios: {
    idle: echoes({ duration: scaled('5s', '1s') }),
    files: { executor: 'per-vu-iterations', vus: 1, iterations: 1, after: 'idle' },
    canary: echoes({ duration: scaled('10s', '1s'), after: 'idle' }),
  },
  thresholds: {
    'checks{check:forwarded}': ['rate>0.9'],
    'checks{check:canary echoes}': ['rate==1'],
    iteration_failed: ['rate==0'],
    dicom_assoc_failed: ['rate==0'],
    ...arrivesUnchanged,
    dicom_delivery_duration: timed('avg<2000', 'p(95)<5000'),
    forwarded_per_second: timed('avg>5'),
    'dicom_req_duration{scenario:canary}': timed(
      'p(99)<1000',
      'p(99)<=3*dicom_req_duration{scenario:idle}',
    ),
  },
};

const destination = dicom.receiver({ aet: 'FORWARDED' });
const gateway = dicom.peer({ deliversTo: destination });
const images = dicom.synthetic('MB01');
const rate = new Trend('forwarded_per_second');

export default async function () {
  const started = Date.now();
  for (let i = 0; i < files; i++) {
    const stored = await gateway.store(images.fresh());
    const delivery = await destination.expect(stored, { timeout: '30s' });
    check(delivery, {
      forwarded: (d) => stored.ok && d.missing === 0 && d.pixelsChanged === 0,
    });
  }
  rate.add((files * 1000) / Math.max(1, Date.now() - started));
}

export async function canary() {
  check(await gateway.echo(), { 'canary echoes': (r) => r.ok });
  await sleep(0.1);
}
