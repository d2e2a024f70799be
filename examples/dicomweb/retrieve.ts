// WADO-RS by many threads: whole studies, their metadata, single series, instances and frames, each kind
// alone and after the other, so that its figures are its own.
//
// @seed cloud imaging performance suite: retrieve study, multi-threaded; cloud imaging performance
//       suite: retrieve metadata, series, instances, frames
// @covers 13, 29
// measures  per kind: WADO-RS time, first byte, bytes per second
// passes    every answer complete: as many instances, data sets and frames as were stored
// knobs     THREADS, PART (duration of a kind), STUDIES (stored first), IMAGES (a study), FRAMES (an image),
//           SIDE (rows and columns)
//
//   dicomrun run examples/dicomweb/retrieve.ts --web-target http://host:8042/dicom-web -e THREADS=50
import dicom from 'dicom';
import web, { type WebResource, type WebRetrieveOptions } from 'dicomweb';
import { check, fail } from 'k6';
import { Trend } from 'k6/metrics';
import type { Options, Scenario } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFailsOverWeb } from '../lib/thresholds.ts';

const IMAGES = number('IMAGES', scaled(50, 4));
const FRAMES = number('FRAMES', 3);
const studies = number('STUDIES', scaled(20, 3));
const SIDE = number('SIDE', scaled(512, 64));

const kinds = ['study', 'metadata', 'series', 'instance', 'frames'] as const;
const part = (exec: string, after?: string): Scenario => ({
  executor: 'constant-vus',
  exec,
  vus: number('THREADS', scaled(20, 3)),
  duration: text('PART', scaled('1m', '1s')),
  after,
});

export const options: Options = {
  scenarios: Object.fromEntries(kinds.map((kind, at) => [kind, part(kind, kinds[at - 1])])),
  setupTimeout: '10m',
  thresholds: {
    ...nothingFailsOverWeb,
    'http_req_duration{scenario:study}': timed('p(95)<10000'),
    'http_req_duration{scenario:metadata}': timed('p(95)<2000'),
    'http_req_duration{scenario:series}': timed('p(95)<10000'),
    'http_req_duration{scenario:instance}': timed('p(95)<1000'),
    'http_req_duration{scenario:frames}': timed('p(95)<1000'),
    ...Object.fromEntries(kinds.map((kind) => [`data_received{scenario:${kind}}`, []])),
  },
  simulate: { archive: { keep: 'all' } }, // only for --embedded
};

const archive = web.server({});
const images = dicom.synthetic({ modality: 'US', rows: SIDE, columns: SIDE, frames: FRAMES });
const firstByte = new Trend('first_byte', true);

/** UIDs of each instance that was stored. */
type Place = Required<Omit<WebResource, 'frames'>>;

export async function setup(): Promise<Place[]> {
  const places: Place[] = [];
  for (let i = 0; i < studies; i++) {
    const study = dicom.study({ from: images, images: IMAGES });
    const stored = await archive.store(study, { perRequest: 10 });
    if (!stored.ok) fail('the archive does not take what is to be read');
    const keys = { SeriesInstanceUID: '', SOPInstanceUID: '' };
    for await (const one of archive.search('instances', keys, { study: study.uid })) {
      const [series, instance] = [String(one.SeriesInstanceUID), String(one.SOPInstanceUID)];
      places.push({ study: study.uid, series, instance });
    }
  }
  if (places.length !== studies * IMAGES) fail('the archive does not list all that was stored');
  return places;
}

async function whole(resource: WebResource, options: WebRetrieveOptions, wanted: number) {
  const got = await archive.retrieve(resource, options);
  firstByte.add(got.firstByteMs);
  check(got, { complete: (r) => r.ok && r.received === wanted });
}

const asStored = { transferSyntax: '*' };
const numbers = Array.from({ length: FRAMES }, (_, i) => i + 1);

export async function study(all: Place[]) {
  await whole({ study: dicom.shared.next(all).study }, asStored, IMAGES);
}
export async function metadata(all: Place[]) {
  const got = await archive.retrieve({ study: dicom.shared.next(all).study }, { as: 'metadata' });
  check(got, { 'a data set an image': (r) => r.ok && r.datasets.length === IMAGES });
}
export async function series(all: Place[]) {
  const { study, series } = dicom.shared.next(all);
  await whole({ study, series }, asStored, IMAGES);
}
export async function instance(all: Place[]) {
  await whole(dicom.shared.next(all), asStored, 1);
}
export async function frames(all: Place[]) {
  await whole({ ...dicom.shared.next(all), frames: numbers }, { as: 'frames' }, FRAMES);
}
