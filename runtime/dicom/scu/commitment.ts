// Storage commitment (PS3.4 Annex J): the request, and its report whichever way it comes, on the same
// association or on a new one to an acceptor of ours.
import { DataError } from '../element/data-error.ts';
import { openDataset, toJson, type JsonDataset } from '../element/json.ts';
import { CommandField } from '../dimse/elements.ts';
import type { IncomingRequest } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import { SopClass, STORAGE_COMMITMENT_INSTANCE } from '../dimse/uids.ts';
import type { Association, RequestHandler } from '../ul/association.ts';
import { normalized, type NormalizedResult } from './normalized.ts';

export interface SopReference {
  readonly sopClass: string;
  readonly sopInstance: string;
}

/** N-EVENT-REPORT of storage commitment (PS3.4 J.3.3). */
export interface CommitReport {
  readonly transactionUid: string;
  /** 1 all committed, 2 failures exist. */
  readonly eventType: number;
  readonly committed: readonly string[];
  /** With the failure reason (0008,1197). */
  readonly failed: readonly { readonly sopInstance: string; readonly reason: number }[];
  /** `performance.now()` of its last byte. */
  readonly at: number;
}

const ACTION_REQUEST_COMMITMENT = 1; // PS3.4 Table J.3-1
const EVENT_TYPE_ELEMENT = 0x1002;

const items = (value: unknown): JsonDataset[] =>
  Array.isArray(value) ? (value as JsonDataset[]) : [];

/** What a report says of what was asked for. */
export interface CommitJudgement {
  /** Every instance asked for is in the committed list and none in the failed one. */
  readonly ok: boolean;
  /** Of the instances asked for. */
  readonly committed: readonly string[];
  /** Asked for, and told failed or not told committed. */
  readonly failed: readonly string[];
  /** In the report, and never asked for. */
  readonly unasked: readonly string[];
  /** What is wrong with the report, '' when nothing is. */
  readonly reason: string;
}

const ALL_COMMITTED = 1; // PS3.4 Table J.3-2
const FAILURES_EXIST = 2;

/** Event type 2 is never success, whatever its lists say (PS3.4 J.3.3). */
export function judgeCommitment(asked: readonly string[], report: CommitReport): CommitJudgement {
  const told = new Set(report.committed);
  const refused = new Set(report.failed.map((one) => one.sopInstance));
  const wanted = [...new Set(asked)];
  const isCommitted = (uid: string): boolean => told.has(uid) && !refused.has(uid);
  const committed = wanted.filter(isCommitted);
  const failed = wanted.filter((uid) => !isCommitted(uid));
  const known = new Set(wanted);
  const unasked = [...new Set([...told, ...refused])].filter((uid) => !known.has(uid));
  const reasons = [
    failed.length === 0 ? '' : `${failed.length} of ${wanted.length} instances not committed`,
    eventTrouble(report.eventType),
    unasked.length === 0
      ? ''
      : `${unasked.length} ${unasked.length === 1 ? 'instance' : 'instances'} that nobody asked for`,
  ];
  return {
    ok: failed.length === 0 && report.eventType === ALL_COMMITTED,
    committed,
    failed,
    unasked,
    reason: reasons.filter((text) => text !== '').join('; '),
  };
}

function eventTrouble(eventType: number): string {
  if (eventType === ALL_COMMITTED) return '';
  if (eventType === FAILURES_EXIST) return 'event type 2, failures exist';
  return `event type ${eventType < 0 ? 'missing' : `${eventType}, which is none of the service`}`;
}

/** The attributes of a request or a report: a transaction and its references. */
export function commitmentAttributes(
  transactionUid: string,
  references: readonly SopReference[],
): Record<string, unknown> {
  return {
    TransactionUID: transactionUid,
    ReferencedSOPSequence: references.map(({ sopClass, sopInstance }) => ({
      ReferencedSOPClassUID: sopClass,
      ReferencedSOPInstanceUID: sopInstance,
    })),
  };
}

/** Sends the N-ACTION-RQ; the report comes later. */
export function requestCommitment(
  association: Association,
  transactionUid: string,
  references: readonly SopReference[],
  done: (result: NormalizedResult) => void,
): void {
  const options = {
    service: 'N-ACTION' as const,
    sopClass: SopClass.STORAGE_COMMITMENT,
    sopInstance: STORAGE_COMMITMENT_INSTANCE,
    typeId: ACTION_REQUEST_COMMITMENT,
    attributes: commitmentAttributes(transactionUid, references),
  };
  normalized(association, options, done);
}

const instanceOf = (item: JsonDataset): string => String(item['ReferencedSOPInstanceUID'] ?? '');

/** Reads a report; null when the request is none. @throws DataError for one that cannot be read */
export function readCommitReport(
  association: Association,
  request: IncomingRequest,
  dataset: Buffer | null,
): CommitReport | null {
  if (request.commandField !== CommandField.N_EVENT_REPORT_RQ || dataset === null) return null;
  if (request.sopClass() !== SopClass.STORAGE_COMMITMENT) return null;
  const syntax = association.context(request.contextId)?.transferSyntax ?? '';
  const json = toJson(openDataset(dataset, syntax));
  return {
    transactionUid: String(json['TransactionUID'] ?? ''),
    eventType: request.uint16(EVENT_TYPE_ELEMENT),
    committed: items(json['ReferencedSOPSequence']).map(instanceOf),
    failed: items(json['FailedSOPSequence']).map((item) => ({
      sopInstance: instanceOf(item),
      reason: Number(item['FailureReason'] ?? 0),
    })),
    at: request.lastByte,
  };
}

/** A report that nobody can use: unreadable, or of a transaction that nobody waits for. */
export interface OddReport {
  readonly code: 'COMMIT_UNREADABLE' | 'COMMIT_STRANGER';
  readonly message: string;
}

const peerOf = ({ role, calledAET, callingAET }: Association): string =>
  role === 'requestor' ? calledAET : callingAET;

function strangerOf(report: CommitReport, association: Association): OddReport {
  const { transactionUid: uid } = report;
  const which = uid === '' ? 'no transaction' : `transaction ${uid}`;
  return {
    code: 'COMMIT_STRANGER',
    message: `${peerOf(association)}: a report of storage commitment for ${which}, which nobody waits for (any more)`,
  };
}

/**
 * Takes commitment reports and hands them to whoever waits for the transaction; all other requests
 * go to `next`. Use one as the handler of the requesting association and of the acceptor alike.
 */
export class CommitmentReports implements RequestHandler {
  readonly #waiting = new Map<string, (report: CommitReport) => void>();
  readonly #next: RequestHandler | null;
  readonly #odd: (report: OddReport) => void;

  /** `odd` hears of reports that are for nobody. */
  constructor(next: RequestHandler | null = null, odd: (report: OddReport) => void = () => {}) {
    this.#next = next;
    this.#odd = odd;
  }

  /** `onReport` is called once, when the report of the transaction comes. */
  expect(transactionUid: string, onReport: (report: CommitReport) => void): void {
    this.#waiting.set(transactionUid, onReport);
  }

  /** Waits no longer. */
  forget(transactionUid: string): void {
    this.#waiting.delete(transactionUid);
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    let report: CommitReport | null;
    try {
      report = readCommitReport(association, request, dataset);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const message = `${peerOf(association)}: a report of storage commitment cannot be read: ${error.message}`;
      this.#odd({ code: 'COMMIT_UNREADABLE', message });
      association.respond(request, { status: Status.PROCESSING_FAILURE });
      return;
    }
    if (report === null) {
      if (this.#next?.onRequest !== undefined) this.#next.onRequest(association, request, dataset);
      else association.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
      return;
    }
    association.respond(request, { status: Status.SUCCESS });
    const onReport = this.#waiting.get(report.transactionUid);
    this.#waiting.delete(report.transactionUid);
    if (onReport !== undefined) onReport(report);
    else this.#odd(strangerOf(report, association));
  }

  onStore(association: Association, request: IncomingRequest): void {
    this.#next?.onStore?.(association, request);
  }

  onStoreData(...piece: Parameters<NonNullable<RequestHandler['onStoreData']>>): void {
    this.#next?.onStoreData?.(...piece);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    return this.#next?.onStoreEnd?.(association, request) ?? Status.SOP_CLASS_NOT_SUPPORTED;
  }

  onCancel(association: Association, messageId: number): void {
    this.#next?.onCancel?.(association, messageId);
  }
}
