// Storage commitment as acceptor (PS3.4 J.3): takes the request, reports on the same association or
// on a new one.
import type { JsonDataset } from '../element/json.ts';
import { Element } from '../dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import { SopClass, STORAGE_COMMITMENT_INSTANCE } from '../dimse/uids.ts';
import { normalized, type NormalizedOptions } from '../scu/normalized.ts';
import { associate } from '../ul/associate.ts';
import type { Association } from '../ul/association.ts';
import { type DelaySpec, drawDelay } from './draw.ts';
import { readIdentifier } from './identifier.ts';
import { later } from './later.ts';
import type { MoveDestination } from './retrieve-provider.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';

export interface CommitmentProviderOptions {
  /**
   * Whether an instance is safe: 0, or the failure reason (0x0112 no such instance, …). Asked when
   * the report is due.
   */
  judge(sopInstance: string, sopClass: string): number;
  /** Before the report (default 0). */
  readonly delay?: DelaySpec;
  /**
   * Where to report to on a new association, by the requestor's AE title; null = on the same, which
   * may no longer be open.
   */
  reportTo?(callingAET: string, open: boolean): MoveDestination | null;
  /** The report was answered with that status, or could not be given (-1). */
  onReported?(transactionUid: string, status: number): void;
}

const ALL_COMMITTED = 1; // PS3.4 J.3.3
const FAILURES_EXIST = 2;
const IMPLICIT_LITTLE_ENDIAN = TransferSyntax.IMPLICIT_LE;

interface Reference {
  readonly ReferencedSOPClassUID: string;
  readonly ReferencedSOPInstanceUID: string;
}

/** null when nothing is asked for. */
function referencesOf(json: JsonDataset): Reference[] | null {
  const items = json['ReferencedSOPSequence'];
  if (!Array.isArray(items)) return null;
  return (items as JsonDataset[]).map((item) => ({
    ReferencedSOPClassUID: String(item['ReferencedSOPClassUID'] ?? ''),
    ReferencedSOPInstanceUID: String(item['ReferencedSOPInstanceUID'] ?? ''),
  }));
}

const REQUEST_COMMITMENT = 1; // PS3.4 J.3.2.1.1

/** Why a request is none (PS3.7 §10.1.4.1.9, PS3.4 Table J.3.2-1); null = it is one. */
function refusalOf(
  request: IncomingRequest,
  transactionUid: string,
  references: readonly Reference[] | null,
): ResponseFields | null {
  const refused = (status: number, errorComment: string): ResponseFields => ({
    status,
    errorComment,
  });
  const action = request.uint16(Element.ACTION_TYPE_ID);
  if (action !== REQUEST_COMMITMENT)
    return refused(Status.NO_SUCH_ACTION, `there is no action of type ${action}`);
  if (request.sopInstance() !== STORAGE_COMMITMENT_INSTANCE)
    return refused(Status.NO_SUCH_SOP_INSTANCE, `asked of ${STORAGE_COMMITMENT_INSTANCE} only`);
  if (transactionUid === '') return refused(Status.MISSING_ATTRIBUTE, 'TransactionUID is missing');
  if (references === null)
    return refused(Status.MISSING_ATTRIBUTE, 'ReferencedSOPSequence is missing');
  if (references.length === 0)
    return refused(Status.MISSING_ATTRIBUTE_VALUE, 'ReferencedSOPSequence is empty');
  const isBlank = references.some(
    (one) => one.ReferencedSOPClassUID === '' || one.ReferencedSOPInstanceUID === '',
  );
  return isBlank ? refused(Status.MISSING_ATTRIBUTE, 'a reference lacks one of its UIDs') : null;
}

/** Answers storage commitment requests. */
export class CommitmentProvider {
  readonly #options: CommitmentProviderOptions;
  readonly #random: () => number;

  constructor(options: CommitmentProviderOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const json = readIdentifier(association, request, dataset);
    if (json === null) return;
    const transactionUid = String(json['TransactionUID'] ?? '');
    const references = referencesOf(json);
    const refusal = refusalOf(request, transactionUid, references);
    if (refusal !== null || references === null) {
      association.respond(request, refusal ?? { status: Status.MISSING_ATTRIBUTE });
      return;
    }
    association.respond(request, { status: Status.SUCCESS });
    later(Math.max(1, drawDelay(this.#options.delay, this.#random)), () =>
      this.#deliver(association, transactionUid, this.#report(transactionUid, references)),
    );
  }

  #report(transactionUid: string, references: readonly Reference[]): NormalizedOptions {
    const judged = references.map((reference) => ({
      reference,
      reason: this.#options.judge(
        reference.ReferencedSOPInstanceUID,
        reference.ReferencedSOPClassUID,
      ),
    }));
    const failed = judged.filter(({ reason }) => reason !== 0);
    const committed = judged.filter(({ reason }) => reason === 0).map(({ reference }) => reference);
    return {
      service: 'N-EVENT-REPORT',
      sopClass: SopClass.STORAGE_COMMITMENT,
      sopInstance: STORAGE_COMMITMENT_INSTANCE,
      typeId: failed.length === 0 ? ALL_COMMITTED : FAILURES_EXIST,
      attributes: {
        TransactionUID: transactionUid,
        ...(committed.length === 0 ? {} : { ReferencedSOPSequence: committed }),
        ...(failed.length === 0
          ? {}
          : {
              FailedSOPSequence: failed.map(({ reference, reason }) => ({
                ...reference,
                FailureReason: reason,
              })),
            }),
      },
    };
  }

  #deliver(association: Association, transactionUid: string, report: NormalizedOptions): void {
    const { callingAET, calledAET, open } = association;
    const destination = this.#options.reportTo?.(callingAET, open) ?? null;
    const tell = (status: number): void => this.#options.onReported?.(transactionUid, status);
    if (destination === null) {
      if (open) normalized(association, report, (result) => tell(result.status));
      else tell(-1);
      return;
    }
    const sopClass = SopClass.STORAGE_COMMITMENT;
    const contexts = [{ abstractSyntax: sopClass, transferSyntaxes: [IMPLICIT_LITTLE_ENDIAN] }];
    // The one who reports is the SCP of the service, though it opens the association.
    const roles = [{ sopClass, scu: false, scp: true }];
    associate(
      { ...destination, calledAET: callingAET, callingAET: calledAET, contexts, roles },
      (outcome) => {
        if (outcome.kind !== 'accepted' || outcome.association.contextFor(sopClass, '') === 0) {
          if (outcome.kind === 'accepted') outcome.association.release();
          tell(-1);
          return;
        }
        normalized(outcome.association, report, (result) => {
          outcome.association.release();
          tell(result.status);
        });
      },
    );
  }
}
