// A modality's day: take an order from the worklist, tell that the exam begins (MPPS), store it, tell
// that it is done. The study takes its identifiers over from the order.
//
//   dicomrun run examples/02-query/worklist-mpps.ts --embedded
//
// @covers 27
import dicom from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { orders, wanted } from '../lib/orders.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 1,
  iterations: 3,
  thresholds: { ...nothingFails, 'dicom_req_failed{service:N-CREATE}': ['rate==0'] },
  simulate: { archive: { worklist: orders(3) } }, // for --embedded
};

const archive = dicom.peer({ use: 'verify' }); // worklist and MPPS are here
const endoscope = dicom.synthetic({ modality: 'ES', rows: 240, columns: 320 });
export default async function () {
  const { matches } = await archive.find(wanted, { model: 'worklist' });
  const [item] = matches;
  if (item === undefined) dicom.skip('the worklist is empty');

  const study = dicom.study({ worklist: item, images: 3, from: endoscope });
  const step = dicom.procedureStep(item);
  await using association = await archive.associate({ for: [study, 'MPPS'] });
  check(await step.start(association), { 'exam begun': (r) => r.ok });
  const stored = await association.storeAll(study);
  check(stored, { 'all stored': (r) => r.accepted === 3 });
  check(await step.complete(association, study), { 'exam done': (r) => r.ok });
  await sleep(0.2);
}
