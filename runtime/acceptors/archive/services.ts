// The services of the archive (PS3.4 Annexes C, F, J, K): which request is for which of them.
import { CommandField } from '../../dicom/dimse/elements.ts';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { isStorageClass, SopClass } from '../../dicom/dimse/uids.ts';
import { TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import type { Association } from '../../dicom/ul/association.ts';

/** What the archive does with a request that is no C-STORE. */
export type ArchiveOperation =
  'echo' | 'find' | 'worklist' | 'move' | 'get' | 'createStep' | 'setStep' | 'commit';

/** Patient Root, Study Root, Patient/Study Only (retired): FIND, MOVE, GET. */
const QUERY_RETRIEVE = /^1\.2\.840\.10008\.5\.1\.4\.1\.2\.([123])\.([123])$/;

const { C_FIND_RQ, C_MOVE_RQ, C_GET_RQ } = CommandField;
const RETRIEVALS: Readonly<Record<string, readonly [number, ArchiveOperation]>> = {
  1: [C_FIND_RQ, 'find'],
  2: [C_MOVE_RQ, 'move'],
  3: [C_GET_RQ, 'get'],
};

/** The operations of a SOP class by command field; null when the archive has no such service. */
function operationsOf(sopClass: string): ReadonlyMap<number, ArchiveOperation> | null {
  switch (sopClass) {
    case SopClass.VERIFICATION:
      return new Map([[CommandField.C_ECHO_RQ, 'echo']]);
    case SopClass.WORKLIST_FIND:
      return new Map([[C_FIND_RQ, 'worklist']]);
    case SopClass.MPPS:
      return new Map([
        [CommandField.N_CREATE_RQ, 'createStep'],
        [CommandField.N_SET_RQ, 'setStep'],
      ]);
    case SopClass.STORAGE_COMMITMENT:
      return new Map([[CommandField.N_ACTION_RQ, 'commit']]);
    default: {
      const pair = RETRIEVALS[QUERY_RETRIEVE.exec(sopClass)?.[2] ?? ''];
      return pair === undefined ? null : new Map([pair]);
    }
  }
}

/** What the archive answers to. */
export function isArchiveService(sopClass: string): boolean {
  return operationsOf(sopClass) !== null || isStorageClass(sopClass);
}

const { IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE } = TransferSyntax;
/** What identifiers may come in; a data set without pixels has no other (PS3.5 §10). */
const OF_IDENTIFIERS: readonly string[] = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE];
/** Known, or of the standard (PS3.6 Table A-1): what comes in any other cannot be read. */
const STANDARD_SYNTAX = /^1\.2\.840\.10008\.1\.2(\.\d+)*$/;

/** Whether a transfer syntax is taken for an abstract syntax. */
export function takesSyntax(transferSyntax: string, abstractSyntax: string): boolean {
  if (isStorageClass(abstractSyntax)) return STANDARD_SYNTAX.test(transferSyntax);
  return OF_IDENTIFIERS.includes(transferSyntax);
}

/** Which operation a request asks for, or the status that refuses it (PS3.7 Annex C). */
export function operationOf(
  association: Association,
  request: IncomingRequest,
): ArchiveOperation | number {
  const sopClass = request.sopClass();
  const operations = operationsOf(sopClass);
  const proposed = association.context(request.contextId)?.abstractSyntax;
  // why: a request is about the abstract syntax of its context (PS3.7 §9.3, PS3.8 §7.1.1.13)
  if (operations === null || sopClass !== proposed) {
    return request.commandField >= CommandField.N_EVENT_REPORT_RQ
      ? Status.NO_SUCH_SOP_CLASS
      : Status.SOP_CLASS_NOT_SUPPORTED;
  }
  return operations.get(request.commandField) ?? Status.UNRECOGNIZED_OPERATION;
}

/** Whether a C-FIND, C-MOVE or C-GET is of a Study Root model, which knows no patients. */
export function isStudyRoot(sopClass: string): boolean {
  return QUERY_RETRIEVE.exec(sopClass)?.[1] === '2';
}
