// Sustained load, a burst, and memory: three parts, one after the other.
//
// @seed gateway load test_sustained_load, test_burst_load, test_memory_usage
// @covers 31, 32
// measures  failures of each part; growth of memory over 200 files, ours (generator_rss) and, with
//           --scrape gateway=http://…/metrics, the gateway's own process_resident_memory_bytes
// passes    sustained: under 10 % fail; burst: over 80 % accepted; memory: under 500 MB more
// knobs     SUSTAINED (30 s), BURST (20 files of 1 MB), MEMORY_FILES
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce } from '../lib/thresholds.ts';

/** Refused associations and exceptions count as failed stores do. */
const mayFail = (scenario: string, limit: string) => ({
  [`dicom_req_failed{scenario:${scenario}}`]: [`rate${limit}`],
  [`iteration_failed{scenario:${scenario}}`]: [`rate${limit}`],
});

export const options: Options = {
  labels: ['load', 'slow'],
  scenarios: {
    sustained: {
      executor: 'constant-vus',
      vus: 4,
      duration: text('SUSTAINED', scaled('30s', '1s')),
      env: { PRESET: 'KB128', PAUSE: '0.05' },
    },
    burst: {
      executor: 'per-vu-iterations',
      vus: number('BURST', scaled(20, 5)),
      after: 'sustained',
      env: { PRESET: 'MB01', PAUSE: '0' },
    },
    memory: {
      executor: 'shared-iterations',
      vus: 2,
      iterations: number('MEMORY_FILES', scaled(200, 40)),
      after: 'burst',
      env: { PRESET: 'MB01', PAUSE: '0' },
    },
  },
  thresholds: {
    ...arrivesOnce,
    ...mayFail('sustained', '<0.1'),
    ...mayFail('burst', '<0.2'),
    ...mayFail('memory', '==0'),
    'iteration_duration{scenario:burst}': timed('max<30000'),
    generator_rss: timed('growth<500e6'),
    // of the gateway, where --scrape gateway=… reads it
    target_process_resident_memory_bytes: timed('growth<500e6'),
  },
};

const sink = dicom.receiver({ aet: 'STRESS', verify: 'counts', keep: 'nothing' });
const gateway = dicom.peer({ deliversTo: sink });
const images: Record<string, ReturnType<typeof dicom.synthetic>> = {
  KB128: dicom.synthetic('KB128'),
  MB01: dicom.synthetic('MB01'),
};

export default async function () {
  const stored = await gateway.store(images[__ENV.PRESET ?? 'KB128'].fresh());
  check(stored, { stored: (r) => r.ok });
  await sleep(Number(__ENV.PAUSE));
}
