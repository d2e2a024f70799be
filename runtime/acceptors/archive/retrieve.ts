// C-MOVE and C-GET as provider: C-STORE sub-operations, one after the other, and their counters.
import type { IncomingRequest, ResponseFields } from '../../dicom/dimse/incoming.ts';
import type { Pending, Reply } from '../../dicom/dimse/pending.ts';
import { Status, statusClass } from '../../dicom/dimse/status.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { MoveOriginator } from '../../dicom/scu/store-command.ts';
import type { Association } from '../../dicom/ul/association.ts';
import type { Cancellable } from './find.ts';
import { writeIdentifier } from './identifier.ts';
import type { StoredInstance } from './store.ts';

/** Where the stores go, and on whose behalf. */
export interface Retrieval {
  /** The association of the request. */
  readonly association: Association;
  readonly request: IncomingRequest;
  /** The association the stores go out on: the same for C-GET. */
  readonly out: Association;
  readonly originator?: MoveOriginator;
  readonly cancellable: Cancellable;
  /** Called when the final response is out. */
  done(): void;
}

/** One C-MOVE or C-GET in progress; it is the pending request of its one sub-operation. */
export class SubOperations implements Pending {
  messageId = 0;
  contextId = 0;
  sendStart = 0;
  sendEnd = 0;
  firstByte = 0;
  lastByte = 0;
  private readonly retrieval: Retrieval;
  private readonly instances: readonly StoredInstance[];
  private readonly images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });
  private at = 0;
  private completed = 0;
  private warning = 0;
  private readonly failed: string[] = [];

  constructor(retrieval: Retrieval, instances: readonly StoredInstance[]) {
    this.retrieval = retrieval;
    this.instances = instances;
  }

  run(): void {
    const { association, request, cancellable } = this.retrieval;
    cancellable.begin(association, request.messageId);
    this.next();
  }

  onReply(reply: Reply): void {
    if (reply.pending) return;
    const outcome = statusClass(reply.status);
    if (outcome === 'success') this.completed++;
    else if (outcome === 'warning') this.warning++;
    else this.fail();
    this.at++;
    this.next();
  }

  onFailure(): void {
    this.fail();
    this.at++;
    this.next();
  }

  private fail(): void {
    this.failed.push(this.instances[this.at]?.sopInstance ?? '');
  }

  private next(): void {
    const { association, request, out, cancellable, originator } = this.retrieval;
    if (!association.open) return this.finish(null);
    if (!cancellable.goesOn(association, request.messageId)) return this.finish(Status.CANCEL);
    for (; this.at < this.instances.length; this.at++) {
      const instance = this.instances[this.at];
      if (instance === undefined) break;
      const { sopClass, header, dataset } = instance;
      const contextId = out.contextFor(sopClass, header.transferSyntax);
      if (dataset === null || contextId === 0 || !out.open) {
        this.fail();
        continue;
      }
      if (this.at > 0) association.respond(request, { status: Status.PENDING, ...this.counters() });
      const channel = { contextId, maxPdu: out.maxPdu };
      const message = this.images.frame(
        dataset,
        instance,
        originator === undefined ? channel : { ...channel, originator },
      );
      out.send(message, this);
      return;
    }
    this.finish(this.status());
  }

  private status(): number {
    if (this.failed.length === 0) return Status.SUCCESS;
    return this.completed + this.warning > 0
      ? Status.SUB_OPERATIONS_FAILED
      : Status.OUT_OF_RESOURCES_SUB_OPERATIONS;
  }

  private counters(): Omit<ResponseFields, 'status'> {
    const { completed, warning, failed } = this;
    const remaining = this.instances.length - this.at;
    return { remaining, completed, warning, failed: failed.length };
  }

  private finish(status: number | null): void {
    const { association, request, cancellable, done } = this.retrieval;
    cancellable.end(association, request.messageId);
    done();
    if (status === null || !association.open) return;
    const { remaining, ...counters } = this.counters();
    const fields = status === Status.CANCEL ? { remaining, ...counters } : counters;
    association.respond(request, { status, ...this.failedList(), ...fields });
  }

  /** Failed SOP Instance UID List (0008,0058). */
  private failedList(): { dataset?: Buffer } {
    if (this.failed.length === 0) return {};
    const { association, request } = this.retrieval;
    const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
    return { dataset: writeIdentifier({ FailedSOPInstanceUIDList: this.failed }, transferSyntax) };
  }
}
