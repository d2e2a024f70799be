// Your own Monday, three times as fast: traffic that `dicomrun record` has recorded is said again, with
// synthetic images of the recorded sizes. Modalities send to the router, viewers ask the archive.
//
// @covers 14
// measures  deliveries, C-STORE and C-FIND under the rhythm of a real day; how late associations start
// passes    nothing fails, everything that was stored arrives once
// knobs     RECORDING (a folder beside the script), SPEED, TIMES (so many times the associations)
// The recording here is a synthetic one of half a minute; `dicomrun help recording` says how to make
// your own.
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { arrivesOnce, nothingFails } from '../lib/thresholds.ts';

const monday = dicom.recording(text('RECORDING', 'monday'));

export const options: Options = {
  scenarios: {
    monday: {
      executor: 'recorded',
      recording: monday,
      speed: number('SPEED', scaled(3, 8)),
      scale: number('TIMES', 1),
    },
  },
  thresholds: {
    ...nothingFails,
    ...arrivesOnce,
    iteration_lag: timed('p(95)<1000'),
  },
};

const receiver = dicom.receiver({ aet: 'MONDAY', verify: 'counts', keep: 'nothing' });
const router = dicom.peer({ deliversTo: receiver });
const archive = dicom.peer({ use: 'verify' });

export default async function () {
  const replayed = await dicom.replay({
    from: monday,
    peer: ({ operations }) =>
      operations.some(({ service }) => service === 'C-FIND') ? archive : router,
  });
  check(replayed, {
    'all of it was said again': (r) => r.operations === r.recorded.operations.length,
    'as well answered as then': (r) => r.failed === 0,
  });
}
