// Why a delivery failed, in one line for a dead letter.
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import type { Failure } from '../../dicom/errors.ts';

/** The failure in a few words. */
export function failureText(
  failure: Failure | Exclude<AssociateOutcome, { kind: 'accepted' }>,
): string {
  switch (failure.kind) {
    case 'rejected':
      return `association rejected (${failure.result}-${failure.source}-${failure.reason})`;
    case 'aborted':
      return `association aborted (source ${failure.source}, reason ${failure.reason})`;
    case 'transport':
      return `${failure.code}: ${failure.message}`;
    case 'timeout':
      return `no answer (${failure.phase}, ${failure.ms} ms)`;
    case 'protocol':
      return `${failure.code}: ${failure.message}`;
    case 'released':
      return 'association released by the destination';
    case 'injected':
      return `injected fault ${failure.fault}`;
  }
}
