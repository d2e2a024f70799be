// Prefetch in the morning: many C-MOVE at once, to several destinations.
//
// @covers 25
// measures  C-MOVE time, sub-operations, images a second at the destinations
// passes    no failed sub-operation; every image reaches the destination that was named
// knobs     CLIENTS, MOVES, IMAGES
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const images = number('IMAGES', scaled(100, 6));

export const options: Options = {
  vus: number('CLIENTS', scaled(10, 3)),
  iterations: number('MOVES', scaled(200, 9)),
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    'dicom_suboperations{service:C-MOVE,outcome:success}': ['count>0'],
    'dicom_req_duration{service:C-MOVE}': timed('p(95)<60000'),
  },
  simulate: { archive: { keep: 'all' } },
};

const router = dicom.peer({});
const archive = dicom.peer({ use: 'verify', timeouts: { response: '10m' } });
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });
const stations = [1, 2, 3].map((n) => dicom.receiver({ aet: `WORKSTATION${n}` }));

export default async function () {
  const study = dicom.study({ images, from: scanner });
  await using association = await router.associate({ for: study });
  check(await association.storeAll(study), { stored: (r) => r.accepted === images });
  await dicom.verify.study(study, { instances: images });
  const destination = stations[dicom.shared.counter('station').next() % stations.length];
  const moved = await archive.move({ StudyInstanceUID: study.uid }, { destination, of: study });
  check(moved, {
    'all sub-operations completed': (r) => r.ok && r.completed === images && r.failed === 0,
  });
  check(await destination.expect(study), {
    'arrived where it was sent, once': (d) =>
      d.arrived === images && d.missing + d.duplicated === 0,
  });
}
