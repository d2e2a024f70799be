// A long CT: hundreds of slices on one association; does it stall in the middle?
//
// @covers 15, 16
// measures  time of each slice and of the study, images a second; with PACE one slice at a time, as
//           while scanning, on an association that stays open for minutes
// passes    every slice delivered, on one association of the router, no stall over STALL_MS
// knobs     SLICES, PACE (slices a second; 0 as fast as it goes), STALL_MS, WINDOW (asynchronous)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';
import { arrivesUnchanged, nothingFails } from '../lib/thresholds.ts';

const slices = number('SLICES', scaled(800, 60));
const pace = number('PACE', scaled(0, 100));

export const options: Options = {
  vus: 1,
  iterations: 1,
  thresholds: {
    ...nothingFails,
    ...arrivesUnchanged,
    'dicom_req_duration{service:C-STORE}': timed(`max<${number('STALL_MS', 2000)}`),
  },
  // a study is forwarded when it is complete: slices that come slowly must not split it
  simulate: { router: { mode: 'stable', stableMs: 500, pool: { associations: 1 } } },
};

const archive = dicom.receiver({ aet: 'CT_STREAM' });
const scanner = dicom.peer({ deliversTo: archive, asyncOps: number('WINDOW', 1) });
const slice = dicom.synthetic({
  modality: 'CT',
  rows: scaled(512, 128),
  columns: scaled(512, 128),
});

export default async function () {
  const study = dicom.study({ images: slices, from: slice });
  await using association = await scanner.associate({ for: study });
  const sent = await association.storeAll(study, pace > 0 ? { pace } : {});
  console.log(`${(sent.sent / (sent.durationMs / 1000)).toFixed(1)} slices/s`);
  check(sent, { 'every slice accepted': (r) => r.accepted === slices });
  const delivery = await archive.expect(study, { timeout: '2m' });
  check(delivery, {
    'every slice arrived once': (d) => d.arrived === slices && d.missing + d.duplicated === 0,
    'one study out, not split': (d) => d.associations === 1,
    'pixels untouched': (d) => d.pixelsChanged === 0,
  });
}
