// A pathology laboratory: one slide for each row of a CSV file, spread over an hour, each slide a small
// pyramid of multi-frame instances.
//
// @seed pathology run of the Compass suite's ancestor (CSV rows, paced over 3600 s, expected tags)
// @covers 19
// measures  how late slides start (iteration_lag), C-STORE of large tiles, tags at the destination
// passes    every slide stored and delivered with the barcode of its row
// knobs     SLIDES (CSV file), COUNT (260–600), OVER (1h), TILES (frames of the largest level)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const slides = dicom.csv(text('SLIDES', './slides.csv'));
const tiles = number('TILES', scaled(1000, 8));

export const options: Options = {
  scenarios: {
    laboratory: {
      executor: 'shared-iterations',
      vus: 4,
      iterations: number('COUNT', scaled(300, 8)),
      paceOver: text('OVER', scaled('1h', '2s')),
      maxDuration: '3h',
    },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    iteration_lag: timed('p(95)<5000'),
  },
};

const level = (frames: number) =>
  dicom.synthetic({ modality: 'SM', rows: 256, columns: 256, frames });
const pyramid = [tiles, tiles / 4, 1].map((frames) => level(Math.ceil(frames)));
const archive = dicom.receiver({ aet: 'PATHOLOGY' });
const router = dicom.peer({ deliversTo: archive, timeouts: { response: '10m' } });

export default async function () {
  const slide = dicom.shared.next(slides);
  const study = dicom.study({
    images: pyramid.length,
    from: pyramid.map((pool) => pool.at(0)),
    set: { ContainerIdentifier: slide.barcode, DeviceSerialNumber: slide.serial },
  });
  await using association = await router.associate({ for: study });
  const { accepted } = await association.storeAll(study);
  check(accepted, { 'every level stored': (n) => n === pyramid.length });
  const delivery = await archive.expect(study, {
    timeout: '5m',
    tags: { ContainerIdentifier: slide.barcode, DeviceSerialNumber: slide.serial },
  });
  check(delivery, { 'arrived with its barcode': (d) => d.missing === 0 && d.wrongTags === 0 });
}
