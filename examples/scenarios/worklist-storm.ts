// Every modality of a hospital asks for its worklist, again and again.
//
// @covers 23
// measures  dicom_find_first_match, C-FIND time, matches
// passes    p95 under 1 s, nothing refused
// knobs     MODALITIES (50–200), EVERY (seconds, 30–60), DURATION, ORDERS (in the simulated worklist)
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { orders, wanted } from '../lib/orders.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const count = number('ORDERS', scaled(200, 20));
const every = number('EVERY', scaled(45, 0.2));

export const options: Options = {
  vus: number('MODALITIES', scaled(100, 8)),
  duration: text('DURATION', scaled('10m', '2s')),
  thresholds: {
    ...nothingFails,
    dicom_find_first_match: timed('p(95)<1000'),
    'dicom_req_duration{service:C-FIND}': timed('p(95)<1000'),
  },
  simulate: { archive: { worklist: orders(count) } },
};

const ris = dicom.peer({ use: 'verify', callingAET: `MOD${__VU}` });

export default async function () {
  const { ok, matches } = await ris.find(wanted, { model: 'worklist' });
  check(matches, { 'worklist read': (list) => ok && list.length > 0 });
  await sleep(every * (0.5 + Math.random()));
}
