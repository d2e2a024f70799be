// An archive that is stored to by STOW-RS at N times its peak: does it keep up, and keep what it took?
//
// @seed dcm4chee STOW-RS of an archive under load
// @covers 12, 29
// measures  achieved rate, STOW-RS time, instances stored; time until QIDO-RS finds a study
// passes    every instance stored, found by QIDO-RS and read back with its pixels; achieved ≥ 95 %
// knobs     PEAK_IMAGES_PER_SECOND, LOAD_MULTIPLIER (3), PER_REQUEST, BYTES, MODALITY, CONNECTIONS,
//           DURATION, SAMPLE (one of so many studies is read back)
//
//   dicomrun run examples/dicomweb/store-at-peak.ts --web-target http://host:8042/dicom-web -e BYTES=512000
import dicom, { type Study } from 'dicom';
import web from 'dicomweb';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { Trend } from 'k6/metrics';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFailsOverWeb } from '../lib/thresholds.ts';

const perRequest = number('PER_REQUEST', 10);
const peak = number('PEAK_IMAGES_PER_SECOND', scaled(50, 10)) * number('LOAD_MULTIPLIER', 3);
const connections = number('CONNECTIONS', scaled(8, 4));
const sample = number('SAMPLE', scaled(20, 2));

export const options: Options = {
  scenarios: {
    peak: {
      executor: 'constant-arrival-rate',
      rate: Math.max(1, Math.round((60 * peak) / perRequest)),
      timeUnit: '1m',
      duration: text('DURATION', scaled('5m', '3s')),
      preAllocatedVUs: connections,
      maxVUs: connections,
    },
  },
  thresholds: {
    ...nothingFailsOverWeb,
    iterations_achieved: timed('rate>=0.95'),
    'http_req_duration{service:STOW-RS}': timed('p(95)<2000'),
    found_after: timed('p(95)<5000'),
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded
};

const archive = web.server({});
const images = dicom.synthetic({
  modality: text('MODALITY', 'CT'),
  bytes: number('BYTES', scaled(512_000, 32_000)),
  count: 4,
});
const foundAfter = new Trend('found_after', true);

/** Asks until the archive names all instances of the study, 10 s at most. */
async function found(study: Study): Promise<boolean> {
  const since = Date.now();
  const keys = { SOPInstanceUID: '' };
  for (let wait = 0.05; Date.now() - since < 10_000; wait = Math.min(1, 2 * wait)) {
    const { count } = await archive.search('instances', keys, { study: study.uid });
    if (count >= study.length) foundAfter.add(Date.now() - since);
    if (count >= study.length) return count === study.length;
    await sleep(wait);
  }
  return false;
}

export default async function () {
  const study = dicom.study({ from: images, images: perRequest });
  const stored = await archive.store(study, { perRequest });
  check(stored, { 'every instance stored': (r) => r.ok && r.stored === study.length });
  if (!stored.ok || __ITER % sample !== 0) return;

  check(await found(study), { 'found by QIDO-RS, all of it': (is) => is });
  const as = { transferSyntax: '*', verify: 'pixels' } as const;
  const got = await archive.retrieve({ study: study.uid }, as);
  const sent = new Set(study.images.map((image) => image.pixelHash));
  check(got, {
    'read back whole': (r) => r.received === study.length,
    'pixels as sent': (r) => r.instances.every((one) => sent.has(one.pixelHash)),
  });
}
