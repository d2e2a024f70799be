// Which SOP classes a peer takes in which transfer syntaxes: one association per few classes.
import { TransferSyntax } from '../../../dicom/element/transfer-syntax.ts';
import { SERVICE_CLASSES } from '../../../dicom/dimse/services.ts';
import type { ProposedContext } from '../../../dicom/ul/associate-request.ts';
import { attempt, release } from '../../wire/client.ts';
import type { Diagnosis } from './finding.ts';
import type { PeerCheck } from './peer-checks.ts';
import { StorageClass } from '../../../dicom/dimse/uids.ts';

const MODALITIES: Readonly<Record<string, string>> = {
  CT: StorageClass.CT,
  MR: StorageClass.MR,
  US: StorageClass.US,
  CR: StorageClass.CR,
  DX: StorageClass.DXPresentation,
  MG: StorageClass.MGPresentation,
  ES: StorageClass.VLEndoscopic,
  SC: StorageClass.SC,
  SR: StorageClass.BasicTextSR,
};

const SYNTAXES: readonly (readonly [string, string])[] = [
  ['implicit', TransferSyntax.IMPLICIT_LE],
  ['explicit', TransferSyntax.EXPLICIT_LE],
  ['deflated', TransferSyntax.DEFLATED_LE],
  ['JPEG', TransferSyntax.JPEG_BASELINE],
  ['JPEG-LL', TransferSyntax.JPEG_LOSSLESS_SV1],
  ['JPEG-LS', TransferSyntax.JPEG_LS_LOSSLESS],
  ['J2K-LL', TransferSyntax.JPEG_2000_LOSSLESS],
  ['J2K', TransferSyntax.JPEG_2000],
  ['RLE', TransferSyntax.RLE],
];

const SERVICES = ['StudyRoot', 'PatientRoot', 'Worklist', 'MPPS', 'StorageCommitment'];

/** One context a pair: the answer to each is a cell (PS3.8 Table 9-18). */
export async function checkMatrix(check: PeerCheck): Promise<readonly Diagnosis[]> {
  const contexts: ProposedContext[] = Object.values(MODALITIES).flatMap((abstractSyntax) =>
    SYNTAXES.map(([, transferSyntax]) => ({ abstractSyntax, transferSyntaxes: [transferSyntax] })),
  );
  for (const service of SERVICES) {
    for (const abstractSyntax of SERVICE_CLASSES.get(service) ?? []) {
      contexts.push({ abstractSyntax, transferSyntaxes: [TransferSyntax.IMPLICIT_LE] });
    }
  }
  const outcome = await attempt(check.peer, { contexts, timeouts: check.timeouts });
  if (outcome.kind !== 'accepted') {
    const text = `${contexts.length} contexts at once were not taken (${outcome.kind})`;
    return [{ check: 'storage', state: 'warn', text }];
  }
  const { association } = outcome;
  const takes = (abstractSyntax: string, transferSyntax: string) =>
    association.contextFor(abstractSyntax, transferSyntax) !== 0;
  const findings = [storageFinding(takes), servicesFinding(takes)];
  await release(association);
  return findings;
}

type Takes = (abstractSyntax: string, transferSyntax: string) => boolean;

function storageFinding(takes: Takes): Diagnosis {
  const width = SYNTAXES.map(([name]) => name.length);
  const header = `    ${SYNTAXES.map(([name]) => name).join(' ')}`;
  let accepted = 0;
  const rows = Object.entries(MODALITIES).map(([modality, uid]) => {
    const cells = SYNTAXES.map(([, syntax], i) => {
      const taken = takes(uid, syntax);
      if (taken) accepted += 1;
      return (taken ? 'x' : '.').padEnd(width[i] ?? 0);
    });
    return `${modality}  ${cells.join(' ')}`.trimEnd();
  });
  const all = Object.keys(MODALITIES).length * SYNTAXES.length;
  const text = `${accepted} of ${all} pairs of SOP class and transfer syntax accepted`;
  if (accepted > 0) return { check: 'storage', state: 'ok', text, lines: [header, ...rows] };
  const hint = 'is this AE title meant for storage? see its configuration';
  return { check: 'storage', state: 'warn', text, hint };
}

function servicesFinding(takes: Takes): Diagnosis {
  const names = SERVICES.filter((service) =>
    (SERVICE_CLASSES.get(service) ?? []).some((uid) => takes(uid, TransferSyntax.IMPLICIT_LE)),
  );
  const text = names.length === 0 ? 'none but storage and verification' : names.join(', ');
  return { check: 'services', state: 'ok', text };
}
