// Storage commitment as provider (PS3.4 Annex J): the request is answered, the result follows as
// an N-EVENT-REPORT, on the same association or on a new one.
import { encodeCommand } from '../../dicom/dimse/command.ts';
import { CommandField, Element, HAS_DATA_SET } from '../../dicom/dimse/elements.ts';
import type { Pending } from '../../dicom/dimse/pending.ts';
import type { JsonDataset } from '../../dicom/data/json.ts';
import { encodeRecord } from '../../dicom/scp/identifier.ts';
import { associate } from '../../dicom/ul/associate.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { toOutgoing } from '../../dicom/ul/frame.ts';
import { COMMITMENT, COMMITMENT_INSTANCE } from './services.ts';

const ALL_COMMITTED = 1; // PS3.4 J.3.3.1
const SOME_FAILED = 2;
const NO_SUCH_OBJECT_INSTANCE = 0x0112; // PS3.3 C.14.1.1
const IMPLICIT_LE = '1.2.840.10008.1.2';

/** What was asked for: pairs of SOP class and instance. */
export interface CommitmentRequest {
  readonly transaction: string;
  readonly references: readonly { readonly sopClass: string; readonly sopInstance: string }[];
}

/** Reads the data set of an N-ACTION-RQ; null when it asks for nothing. */
export function readCommitment(json: JsonDataset): CommitmentRequest | null {
  const transaction = json['TransactionUID'];
  const sequence = json['ReferencedSOPSequence'];
  if (typeof transaction !== 'string' || transaction === '' || !Array.isArray(sequence))
    return null;
  const references = sequence.flatMap((item) => {
    if (typeof item !== 'object') return [];
    const sopClass = String(item['ReferencedSOPClassUID'] ?? '');
    return [{ sopClass, sopInstance: String(item['ReferencedSOPInstanceUID'] ?? '') }];
  });
  return { transaction, references };
}

/** The data set of the report, and its event type. */
export function commitmentReport(
  { transaction, references }: CommitmentRequest,
  isStored: (sopInstance: string) => boolean,
): { readonly event: number; readonly json: JsonDataset } {
  const item = ({
    sopClass,
    sopInstance,
  }: CommitmentRequest['references'][number]): JsonDataset => ({
    ReferencedSOPClassUID: sopClass,
    ReferencedSOPInstanceUID: sopInstance,
  });
  const stored = references.filter(({ sopInstance }) => isStored(sopInstance)).map(item);
  const failed = references
    .filter(({ sopInstance }) => !isStored(sopInstance))
    .map((one) => ({ ...item(one), FailureReason: NO_SUCH_OBJECT_INSTANCE }));
  const json: JsonDataset = { TransactionUID: transaction };
  if (stored.length > 0) json['ReferencedSOPSequence'] = stored;
  if (failed.length > 0) json['FailedSOPSequence'] = failed;
  return { event: failed.length > 0 ? SOME_FAILED : ALL_COMMITTED, json };
}

type Report = ReturnType<typeof commitmentReport>;

/** Sends a report on an association; `done` when it was answered, or could not be. */
export function sendReport(association: Association, report: Report, done: () => void): void {
  const context = association.contexts.find(
    ({ abstractSyntax, result }) => abstractSyntax === COMMITMENT && result === 0,
  );
  if (context === undefined) return done();
  const command = encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: COMMITMENT,
    [Element.COMMAND_FIELD]: CommandField.N_EVENT_REPORT_RQ,
    [Element.MESSAGE_ID]: 0,
    [Element.DATA_SET_TYPE]: HAS_DATA_SET,
    [Element.AFFECTED_SOP_INSTANCE]: COMMITMENT_INSTANCE,
    [Element.EVENT_TYPE_ID]: report.event,
  });
  const dataset = encodeRecord(report.json, context.transferSyntax);
  const pending: Pending = {
    ...{ messageId: 0, contextId: 0, sendStart: 0, sendEnd: 0, firstByte: 0, lastByte: 0 },
    onReply: () => done(),
    onFailure: () => done(),
  };
  association.send(toOutgoing(context.id, association.maxPdu, command, dataset), pending);
}

/** Reports on an association of its own, in the SCP's role (PS3.7 D.3.3.4). */
export function reportTo(
  to: { readonly host: string; readonly port: number; readonly calledAET: string },
  callingAET: string,
  report: Report,
): void {
  const request = {
    ...to,
    callingAET,
    contexts: [{ abstractSyntax: COMMITMENT, transferSyntaxes: [IMPLICIT_LE] }],
    roles: [{ sopClass: COMMITMENT, scu: false, scp: true }],
  };
  associate(request, (outcome) => {
    if (outcome.kind !== 'accepted') return;
    const { association } = outcome;
    sendReport(association, report, () => association.release());
  });
}
