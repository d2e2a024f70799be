// Radiologists read: each viewer finds a study, loads its metadata, then series by series its images,
// looks at them for a while, and takes the next.
//
// @covers 26, 29
// measures  time to the first image, WADO-RS time by step, bytes per second
// passes    every study complete, its pixels as they were stored; p95 of a series under 5 s
// knobs     VIEWERS, DURATION, STUDIES (stored first), SERIES, IMAGES (a series), BYTES, THINK (seconds)
import dicom from 'dicom';
import web from 'dicomweb';
import { check, fail, sleep } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFailsOverWeb } from '../lib/thresholds.ts';

const SERIES = number('SERIES', 2);
const IMAGES = number('IMAGES', scaled(50, 4));
const think = number('THINK', scaled(20, 0.2));

export const options: Options = {
  vus: number('VIEWERS', scaled(20, 3)),
  duration: text('DURATION', scaled('10m', '3s')),
  setupTimeout: '10m',
  thresholds: {
    ...nothingFailsOverWeb,
    first_image: timed('p(95)<2000'),
    'http_req_duration{step:metadata}': timed('p(95)<2000'),
    'http_req_duration{step:series}': timed('p(95)<5000'),
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded
};

const archive = web.server({});
const bytes = number('BYTES', scaled(512_000, 32_000));
const images = dicom.synthetic({ modality: 'CT', bytes, count: 4 });
const firstImage = new Trend('first_image', true);

/** A study that is there, and the pixels it was stored with. */
interface Stored {
  readonly uid: string;
  readonly pixels: readonly string[];
}

export async function setup(): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (let i = 0; i < number('STUDIES', scaled(20, 4)); i++) {
    const study = dicom.study({ from: images, series: SERIES, images: IMAGES });
    const { ok } = await archive.store(study, { perRequest: IMAGES });
    if (!ok) fail('the archive does not take what is to be read');
    const pixels = study.images.map((image) => image.pixelHash);
    stored.push({ uid: study.uid, pixels: [...new Set(pixels)] });
  }
  return stored;
}

export default async function (stored: Stored[]) {
  const { uid: study, pixels } = dicom.shared.next(stored);
  const opened = Date.now();
  const series = await archive.search('series', { Modality: '' }, { study });
  check(series, { 'every series is listed': (r) => r.count === SERIES });

  const layout = await archive.retrieve({ study }, { as: 'metadata', tags: { step: 'metadata' } });
  check(layout, { 'metadata of every image': (r) => r.datasets.length === SERIES * IMAGES });

  for (const [index, one] of series.matches.entries()) {
    const resource = { study, series: String(one.SeriesInstanceUID) };
    const how = { transferSyntax: '*', verify: 'pixels', tags: { step: 'series' } } as const;
    const started = Date.now();
    const got = await archive.retrieve(resource, how);
    if (index === 0) firstImage.add(started - opened + got.firstByteMs);
    check(got, {
      'the series is complete': (r) => r.ok && r.received === IMAGES,
      'pixels as stored': (r) => r.instances.every((image) => pixels.includes(image.pixelHash)),
    });
    await sleep(think * (0.5 + Math.random()));
  }
}
