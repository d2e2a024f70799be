// The whole day of a modality: worklist, procedure step begun, images, step completed, commitment.
//
// @covers 27, 28
// measures  each step (by service), dicom_commit_duration, what was not committed
// passes    100 % committed, p95 of the commitment within 60 s
// knobs     MODALITIES, EXAMS, IMAGES, COMMIT_ON (same, new: how the simulated archive reports)
import dicom from 'dicom';
import { check, group, sleep } from 'k6';
import type { Options } from 'k6/options';
import { orders, wanted } from '../lib/orders.ts';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const exams = number('EXAMS', scaled(100, 6));
const images = number('IMAGES', scaled(20, 4));

export const options: Options = {
  vus: number('MODALITIES', scaled(10, 2)),
  iterations: exams,
  thresholds: {
    ...nothingFails,
    dicom_req_failed: ['rate==0'],
    dicom_commit_duration: timed('p(95)<60000'),
  },
  simulate: {
    archive: {
      worklist: orders(exams),
      commitOn: text('COMMIT_ON', 'new') as 'new',
      commitAfterMs: 50,
    },
  },
};

// Archives report to the AE title that asked: so we ask as the receiver.
const modality = dicom.receiver({ aet: 'MODALITY', verify: 'counts' });
const archive = dicom.peer({ use: 'verify', callingAET: 'MODALITY' });
const endoscope = dicom.synthetic({ modality: 'ES', rows: 240, columns: 320 });

export default async function () {
  const { matches } = await archive.find(wanted, { model: 'worklist' });
  const item = matches[dicom.shared.counter('order').next() % Math.max(1, matches.length)];
  if (item === undefined) dicom.skip('the worklist is empty');
  const study = dicom.study({ worklist: item, images, from: endoscope });
  const step = dicom.procedureStep(item);

  await using association = await archive.associate({ for: [study, 'MPPS', 'StorageCommitment'] });
  await group('exam', async () => {
    check(await step.start(association), { 'exam begun': (r) => r.ok });
    check(await association.storeAll(study), { 'all stored': (r) => r.accepted === images });
    check(await step.complete(association, study), { 'exam done': (r) => r.ok });
  });
  await group('commitment', async () => {
    const kept = await association.commit(study, { reportTo: modality, timeout: '60s' });
    check(kept, { 'all committed': (r) => r.committed.length === images && !r.failed.length });
  });
  await sleep(scaled(5, 0.1));
}
