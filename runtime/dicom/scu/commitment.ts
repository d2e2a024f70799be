// Storage commitment (PS3.4 Annex J): the request, and its report whichever way it comes, on the same
// association or on a new one to an acceptor of ours.
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

/** Reads a report; null when the request is none. */
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
    committed: items(json['ReferencedSOPSequence']).map((item) =>
      String(item['ReferencedSOPInstanceUID']),
    ),
    failed: items(json['FailedSOPSequence']).map((item) => ({
      sopInstance: String(item['ReferencedSOPInstanceUID']),
      reason: Number(item['FailureReason'] ?? 0),
    })),
    at: request.lastByte,
  };
}

/**
 * Takes commitment reports and hands them to whoever waits for the transaction; all other requests
 * go to `next`. Use one as the handler of the requesting association and of the acceptor alike.
 */
export class CommitmentReports implements RequestHandler {
  private readonly waiting = new Map<string, (report: CommitReport) => void>();
  private readonly next: RequestHandler | null;

  constructor(next: RequestHandler | null = null) {
    this.next = next;
  }

  /** `onReport` is called once, when the report of the transaction comes. */
  expect(transactionUid: string, onReport: (report: CommitReport) => void): void {
    this.waiting.set(transactionUid, onReport);
  }

  /** Waits no longer. */
  forget(transactionUid: string): void {
    this.waiting.delete(transactionUid);
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    const report = readCommitReport(association, request, dataset);
    if (report === null) {
      if (this.next?.onRequest !== undefined) this.next.onRequest(association, request, dataset);
      else association.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
      return;
    }
    association.respond(request, { status: Status.SUCCESS });
    const onReport = this.waiting.get(report.transactionUid);
    this.waiting.delete(report.transactionUid);
    onReport?.(report);
  }

  onStore(association: Association, request: IncomingRequest): void {
    this.next?.onStore?.(association, request);
  }

  onStoreData(...piece: Parameters<NonNullable<RequestHandler['onStoreData']>>): void {
    this.next?.onStoreData?.(...piece);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    return this.next?.onStoreEnd?.(association, request) ?? Status.SOP_CLASS_NOT_SUPPORTED;
  }

  onCancel(association: Association, messageId: number): void {
    this.next?.onCancel?.(association, messageId);
  }
}
