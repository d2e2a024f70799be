// What made an answer impossible, as a fault that crosses the bridge; in the words of the wire.
import type { Fault } from '../../../api/bridge.ts';
import { statusHex } from '../../dicom/dimse/status.ts';
import { statusHint, statusName } from '../../dicom/dimse/status-text.ts';
import type { Failure, Rejected } from '../../dicom/errors.ts';
import { describeFailure, peerText, type PeerName } from '../../dicom/failure-text.ts';
import type { OperationError } from '../observe/errors.ts';

export { peerText, type PeerName } from '../../dicom/failure-text.ts';

export function rejectedFault(rejected: Rejected, peer: PeerName): Fault {
  const { result, source, reason } = rejected;
  return { ...said(rejected, peer), fields: { result, source, reason } };
}

/** Any failure of an association or of a request on it; `what` is the request. */
export function failureFault(failure: Failure, peer: PeerName, what: string): Fault {
  const { code, message, hint } = said(failure, peer);
  return {
    // An association that the script released is its mistake, not an answer of the peer.
    code: failure.kind === 'released' && failure.local ? 'SCRIPT_STATE' : code,
    message: `${message} during ${what}`,
    ...(hint === undefined ? {} : { hint }),
    fields: fieldsOf(failure),
  };
}

function said(failure: Failure | Rejected, peer: PeerName): Fault {
  const { code, message, hint } = describeFailure(failure, peer);
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

function fieldsOf(failure: Failure): Readonly<Record<string, unknown>> {
  switch (failure.kind) {
    case 'aborted':
      return { source: failure.source, reason: failure.reason };
    case 'transport':
      return { phase: failure.phase };
    case 'timeout':
      return { phase: failure.phase, ms: failure.ms };
    case 'protocol':
      return { offset: failure.offset, window: failure.window, clause: failure.clause };
    case 'released':
    case 'injected':
      return {};
  }
}

/** What a peer added to a status, for a message: its error comment in quotes, '' without one. */
function commentText(comment: string): string {
  return comment === '' ? '' : ` ("${comment.replace(/[^\x20-\x7e]/g, '?')}")`;
}

/** A status that is a failure, as it is told; `service` is the request. */
export function statusError(
  service: string,
  peer: PeerName,
  status: number,
  comment: string,
): OperationError {
  const hint = statusHint(status, service);
  const hex = statusHex(status);
  return {
    operation: service,
    code: `status ${hex}`,
    message: `${peerText(peer)} answered ${service} with 0x${hex}: ${statusName(status, service)}${commentText(comment)}`,
    ...(hint === null ? {} : { hint }),
    calledAET: peer.calledAET,
  };
}

/** Sub-operations that failed although the final status is none of failure (PS3.4 C.4.2). */
export function subOperationError(
  service: string,
  peer: PeerName,
  result: {
    readonly status: number;
    readonly completed: number | null;
    readonly failed: number | null;
    readonly warning: number | null;
  },
): OperationError {
  const { status, completed, failed, warning } = result;
  const all = (completed ?? 0) + (failed ?? 0) + (warning ?? 0);
  const what =
    failed === null
      ? 'does not tell how many sub-operations failed'
      : `${failed} of ${all} sub-operations failed`;
  return {
    operation: service,
    code: 'sub-operations failed',
    message: `${peerText(peer)} ${service}: ${what} (final status 0x${statusHex(status)})`,
    hint: 'failedInstances names them, where the peer does; its log says why',
    calledAET: peer.calledAET,
  };
}

/** Word of the `outcome` tag. */
export function outcomeTag(failure: Failure | Rejected): string {
  return failure.kind === 'released' ? 'aborted' : failure.kind;
}
