// Storage commitment: may the modality delete its images? The archive reports on the association of
// the request, or on one of its own to `reportTo`; the first report counts.
//
//   dicomrun run examples/02-query/commitment.ts --embedded
//
// @covers 28
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 2,
  iterations: 10,
  thresholds: { ...nothingFails, dicom_commit_duration: timed('p(95)<5000') },
};

// Archives report to the AE title that asked: so we ask as the receiver.
const modality = dicom.receiver({ aet: 'MODALITY', verify: 'counts' });
const archive = dicom.peer({ use: 'verify', callingAET: 'MODALITY' });
const scanner = dicom.synthetic({ modality: 'CT', rows: 128, columns: 128 });

export default async function () {
  const study = dicom.study({ images: 4, from: scanner });
  await using association = await archive.associate({ for: [study, 'StorageCommitment'] });
  check(await association.storeAll(study), { stored: (r) => r.accepted === 4 });

  const kept = await association.commit(study, { reportTo: modality, timeout: '10s' });
  check(kept, {
    'all committed': (r) => r.ok && r.committed.length === 4 && r.failed.length === 0,
  });

  const never = dicom.study({ images: 1, from: scanner }); // was not stored
  const refused = await association.commit(never, { reportTo: modality, timeout: '10s' });
  check(refused, { 'what was not stored is refused': (r) => r.failed.length === 1 });
}
