// Objects that do not fit a buffer: ultrasound cine loops, mammography, tomosynthesis.
//
// @covers 10, 17, 18
// measures  MB/s (data_sent), C-STORE time, memory here; --scrape shows that of the target
// passes    stored and delivered with untouched pixels; memory does not follow the size
// knobs     KIND (cine, mammo, dbt), REPEAT, TS (of the cine: jpeg, jpeg2000, rle, …)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const shapes = {
  cine: { modality: 'US', rows: 480, columns: 640, frames: 300, transferSyntax: text('TS', 'rle') },
  mammo: { modality: 'MG', bytes: 40e6 },
  dbt: { modality: 'MG', bytes: 1e9 },
};
const small = {
  cine: { ...shapes.cine, rows: 120, columns: 160, frames: 30 },
  mammo: { modality: 'MG', bytes: 12e6 },
  dbt: { modality: 'MG', bytes: 20e6 },
};
const kinds = text('KIND', scaled('cine,mammo', 'cine,mammo,dbt')).split(',') as 'cine'[];

export const options: Options = {
  vus: 1,
  iterations: kinds.length * number('REPEAT', scaled(10, 1)),
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    dicom_req_failed: ['rate==0'],
    'dicom_req_duration{size_class:large}': timed('p(95)<60000'),
    generator_rss: timed('value<2000000000'),
  },
};

const images = kinds.map((kind) => dicom.synthetic(scaled(shapes, small)[kind]));
const archive = dicom.receiver({ aet: 'LARGE_OBJECTS' });
const router = dicom.peer({ deliversTo: archive, timeouts: { response: '10m' } });

export default async function () {
  const image = images[dicom.shared.counter('kind').next() % images.length].fresh();
  const result = await router.store(image);
  check(result, { stored: (r) => r.ok });
  const megabytes = image.bytes / 1e6;
  console.log(
    `${megabytes.toFixed(0)} MB, ${((megabytes * 1000) / result.phases.duration).toFixed(0)} MB/s`,
  );
}
