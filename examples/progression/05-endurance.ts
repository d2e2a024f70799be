// The same load for hours: does the server slow down, does anything grow?
//
// @seed progression 5, LoopMe
// @covers 31
// measures  p95 of the first and of the last part of the run, memory and associations meanwhile
// passes    the last part is at most SLOPE times slower than the first; memory grows by less than
//           500 MB; no failure; all delivered
// knobs     HOURS, MODALITIES, PAUSE (seconds between files, 2 in the original), IMGSZ, SLOPE
import dicom, { type Association } from 'dicom';
import { check, sleep } from 'k6';
import { Trend } from 'k6/metrics';
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { image, IMAGE_SIZE } from '../lib/exam.ts';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

const seconds = number('HOURS', scaled(8, 3 / 3600)) * 3600;
const pause = number('PAUSE', scaled(2, 0.05));

export const options: Options = {
  scenarios: {
    loop: { executor: 'constant-vus', vus: number('MODALITIES', 2), duration: `${seconds}s` },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesOnce,
    dicom_req_failed: ['rate==0'],
    slowdown: timed(`avg<${number('SLOPE', 1.2)}`),
    generator_rss: timed('growth<500e6'),
    target_process_resident_memory_bytes: timed('growth<500e6'), // by --scrape NAME=URL
  },
};

const archive = dicom.receiver({ aet: 'ENDURANCE', verify: 'counts' });
const server = dicom.peer({ deliversTo: archive });
const images = image(IMAGE_SIZE);
/** Duration of a store in the last fifth of the run, over this VU's mean in the first. */
const slowdown = new Trend('slowdown');
const early = { count: 0, sum: 0 };

export const vuInit = () => server.associate({ for: images, keep: true });

export default async function (_: unknown, association: Association) {
  const result = await association.store(images);
  check(result, { stored: (r) => r.ok });
  const { duration } = result.phases;
  const { progress } = exec.scenario;
  if (progress < 0.2) {
    early.count++;
    early.sum += duration;
  } else if (progress > 0.8 && early.count > 0) slowdown.add(duration / (early.sum / early.count));
  await sleep(pause);
}
