// What a peer asks of us on an association we opened: stores of a C-GET, reports of a commitment.
import { Element } from '../../dicom/dimse/elements.ts';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { SopClass } from '../../dicom/dimse/uids.ts';
import { CommitmentReports, type OddReport } from '../../dicom/scu/commitment.ts';
import type { Association, RequestHandler } from '../../dicom/ul/association.ts';
import type { OpenAssociation } from '../associations/associations.ts';
import type { Intake } from './intake.ts';

/** Answers the requests of one peer on one association. */
export class ReportInbox implements RequestHandler {
  /** The C-GET under way takes what comes. */
  intake: Intake | null = null;
  readonly reports: CommitmentReports;

  constructor(odd: (report: OddReport) => void) {
    const onRequest: RequestHandler['onRequest'] = (association, request) =>
      this.#other(association, request);
    this.reports = new CommitmentReports({ onRequest }, odd);
  }

  onStore(association: Association, request: IncomingRequest): void {
    this.intake?.onStore(association, request);
  }

  onStoreData(...piece: Parameters<NonNullable<RequestHandler['onStoreData']>>): void {
    this.intake?.onStoreData(...piece);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    return this.intake?.onStoreEnd(association, request) ?? Status.UNRECOGNIZED_OPERATION;
  }

  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void {
    this.reports.onRequest(association, request, dataset);
  }

  /** C-ECHO is answered by anybody (PS3.4 Annex A); nothing else is offered. */
  #other(association: Association, request: IncomingRequest): void {
    const echo = request.text(Element.AFFECTED_SOP_CLASS) === SopClass.VERIFICATION;
    association.respond(request, { status: echo ? Status.SUCCESS : Status.UNRECOGNIZED_OPERATION });
  }
}

/** The inbox of each association that needs one. */
export class Inboxes {
  readonly #known = new WeakMap<OpenAssociation, ReportInbox>();
  readonly #odd: (report: OddReport) => void;

  /** `odd` hears of reports that are for nobody. */
  constructor(odd: (report: OddReport) => void) {
    this.#odd = odd;
  }

  /** The inbox of an association; made, and set to answer, at the first use. */
  of(open: OpenAssociation): ReportInbox {
    let inbox = this.#known.get(open);
    if (inbox === undefined) {
      inbox = new ReportInbox(this.#odd);
      this.#known.set(open, inbox);
      open.wire.handler = inbox;
    }
    return inbox;
  }
}
