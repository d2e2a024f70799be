// C-FIND as provider: pending responses in batches, so that a cancel can come between them.
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import type { JsonDataset } from '../../dicom/data/json.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { writeIdentifier } from './identifier.ts';

const BATCH = 50;

/** Requests under way that a C-CANCEL-RQ may end, by association and message ID. */
export class Cancellable {
  private readonly running = new Map<Association, Set<number>>();

  begin(association: Association, messageId: number): void {
    const set = this.running.get(association) ?? new Set();
    set.add(messageId);
    this.running.set(association, set);
  }

  cancel(association: Association, messageId: number): void {
    this.running.get(association)?.delete(messageId);
  }

  /** True while it was neither cancelled nor ended. */
  goesOn(association: Association, messageId: number): boolean {
    return this.running.get(association)?.has(messageId) === true;
  }

  end(association: Association, messageId: number): void {
    const set = this.running.get(association);
    set?.delete(messageId);
    if (set?.size === 0) this.running.delete(association);
  }
}

/** Sends each answer as a pending response, then the final one. */
export function respondWith(
  association: Association,
  request: IncomingRequest,
  answers: Iterator<JsonDataset>,
  cancellable: Cancellable,
): void {
  const { messageId } = request;
  const transferSyntax = association.context(request.contextId)?.transferSyntax ?? '';
  cancellable.begin(association, messageId);
  const finish = (status: number, errorComment?: string): void => {
    cancellable.end(association, messageId);
    if (!association.open) return;
    const fields = errorComment === undefined ? { status } : { status, errorComment };
    association.respond(request, fields);
  };
  const batch = (): void => {
    try {
      for (let n = 0; n < BATCH; n++) {
        if (!cancellable.goesOn(association, messageId)) return finish(Status.CANCEL);
        const next = answers.next();
        if (next.done === true) return finish(Status.SUCCESS);
        const dataset = writeIdentifier(next.value, transferSyntax);
        association.respond(request, { status: Status.PENDING, dataset });
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return finish(Status.CANNOT_UNDERSTAND, why.slice(0, 64));
    }
    if (association.open) setImmediate(batch);
    else cancellable.end(association, messageId);
  };
  batch();
}
