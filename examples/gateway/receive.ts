// How fast the gateway receives: one sender, then several at once, then one file at a time for latency.
//
// @seed gateway load test_receive_throughput, test_concurrent_receive_throughput, test_receive_latency
// @covers 11
// measures  accepted files a second and C-STORE time, by scenario
// passes    one sender > 10 files/s and > 95 % accepted; concurrent > 15 files/s; mean < 1 s,
//           p95 < 2 s
// knobs     FILES, CONCURRENT_FILES, CONCURRENCY
// The original's "concurrent" senders run one after the other (blocking calls in one event loop);
// here each is a virtual user of its own. Rates are over the scenario, not over the run.
import dicom from 'dicom';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesOnce } from '../lib/thresholds.ts';

const files = number('FILES', scaled(100, 30));
const together = number('CONCURRENT_FILES', scaled(50, 20));
const VUs = number('CONCURRENCY', scaled(10, 4));

export const options: Options = {
  labels: ['load'],
  scenarios: {
    one: { executor: 'shared-iterations', vus: 1, iterations: 1, env: { FILES: String(files) } },
    concurrent: {
      executor: 'per-vu-iterations',
      vus: VUs,
      iterations: 1,
      after: 'one',
      env: { FILES: String(Math.ceil(together / VUs)), SENDERS: String(VUs) },
    },
  },
  thresholds: {
    iteration_failed: ['rate==0'],
    dicom_assoc_failed: ['rate==0'],
    ...arrivesOnce,
    'dicom_req_failed{scenario:one}': ['rate<0.05'],
    'files_per_second{scenario:one}': timed('min>10'),
    'files_per_second{scenario:concurrent}': timed('min>15'),
    'dicom_req_duration{service:C-STORE}': timed('avg<1000', 'p(95)<2000', 'p(99)<5000'),
  },
};

const sink = dicom.receiver({ aet: 'RECEIVED', verify: 'counts' });
const gateway = dicom.peer({ deliversTo: sink });
const images = dicom.synthetic('KB512');
const rate = new Trend('files_per_second');

export default async function () {
  const senders = Number(__ENV.SENDERS ?? 1);
  const study = dicom.study({ images: Number(__ENV.FILES), from: images });
  const started = Date.now();
  await using association = await gateway.associate({ for: study });
  const { sent, accepted } = await association.storeAll(study);
  check(accepted, { 'all received': (n) => n === sent });
  rate.add((accepted * senders * 1000) / Math.max(1, Date.now() - started));
}
