// Sizes one after the other: a share of the run for each, smallest first.
//
// @seed progression 3, KB032 … MB01 in turn
// @covers 10
// measures  C-STORE by size class and by size: p95 and MB/s along the size curve
// passes    error rate under 2 %, everything delivered; no cliff: each size has at least half of
//           the bytes a second of the size before it
// knobs     SIZES (comma list), SECONDS (per size), TS
import dicom from 'dicom';
import { check } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options, Scenario } from 'k6/options';
import { image } from '../lib/exam.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, fewFail } from '../lib/thresholds.ts';

const all = 'KB005,KB032,KB128,KB256,KB512,MB01,MB04,MB10';
const sizes = text('SIZES', scaled(all, 'KB005,KB512,MB04')).split(',');
const seconds = number('SECONDS', scaled(30, 1));

export const options: Options = {
  scenarios: Object.fromEntries(
    sizes.map((size, index): [string, Scenario] => [
      size,
      {
        executor: 'constant-vus',
        duration: seconds * 1000,
        startTime: index * seconds * 1000,
        env: { SIZE: size },
      },
    ]),
  ),
  thresholds: {
    ...fewFail('0.02'),
    ...arrivesUnchanged,
    ...Object.fromEntries(sizes.map((size) => [`dicom_req_duration{scenario:${size}}`, []])),
    'dicom_req_duration{size_class:small}': timed('p(95)<1000'),
    ...Object.fromEntries(
      sizes.slice(1).map((size, i) => {
        const before = `bytes_per_ms{scenario:${sizes[i]}}`;
        return [`bytes_per_ms{scenario:${size}}`, timed(`med>=0.5*${before}`)];
      }),
    ),
  },
};

const archive = dicom.receiver({ aet: 'VARIED_SIZES' });
const server = dicom.peer({ deliversTo: archive });
const images = Object.fromEntries(sizes.map((size) => [size, image(size)]));
const rate = new Trend('bytes_per_ms');

export default async function () {
  const study = dicom.study({ images: 4, from: images[__ENV.SIZE ?? ''] });
  await using association = await server.associate({ for: study });
  for (const one of study.images) {
    const result = await association.store(one);
    check(result, { stored: (r) => r.ok });
    rate.add(one.bytes / result.phases.duration);
  }
}
