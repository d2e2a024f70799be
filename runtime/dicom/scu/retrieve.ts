// C-MOVE and C-GET (PS3.4 C.4.2, C.4.3): sub-operation counters as they come, C-CANCEL. The stores
// of a C-GET arrive on the same association: see receive.ts.
import type { Reply } from '../dimse/pending.ts';
import { Element } from '../dimse/elements.ts';
import { type Attributes, queryRequest } from '../dimse/model.ts';
import { queryClass } from '../dimse/uids.ts';
import type { Failure } from '../errors.ts';
import type { Association } from '../ul/association.ts';
import type { SendFault } from '../ul/send-fault.ts';
import { Operation, type OperationResult } from './operation.ts';

export interface RetrieveOptions {
  /** 'study' (default), 'patient', or the SOP class UID of another model. */
  readonly model?: string;
  readonly level: string;
  /** Unique keys by keyword: StudyInstanceUID, … */
  readonly keys: Attributes;
  /** C-MOVE: AE title of the destination. Without it, it is a C-GET. */
  readonly destination?: string;
  readonly priority?: number;
  /** Response timeout of this request, ms. */
  readonly responseMs?: number;
  readonly fault?: SendFault;
}

/** PS3.7 §9.1.4.1: -1 where the peer does not say. */
export interface SubOperations {
  readonly remaining: number;
  readonly completed: number;
  readonly failed: number;
  readonly warning: number;
}

export interface RetrieveResult extends OperationResult, SubOperations {
  /** (0008,0058) of the final response: SOP instance UIDs that failed. */
  readonly failedInstances: readonly string[];
  /** Responses with status pending. */
  readonly pendingResponses: number;
  /** `performance.now()` of our C-CANCEL, 0 = none. */
  readonly cancelledAt: number;
}

export interface RetrieveUser {
  onProgress?(counters: SubOperations): unknown;
  onDone(result: RetrieveResult): void;
}

export interface Retrieving {
  cancel(): void;
}

class Retrieve extends Operation implements Retrieving {
  readonly mayPend = true;
  private readonly user: RetrieveUser;
  private counters: SubOperations = { remaining: -1, completed: -1, failed: -1, warning: -1 };
  private pendingResponses = 0;
  private cancelledAt = 0;

  constructor(association: Association, options: RetrieveOptions, user: RetrieveUser) {
    const { destination, priority } = options;
    const service = destination === undefined ? 'get' : 'move';
    const sopClass = queryClass(options.model ?? 'study', service);
    super(association, sopClass, options.responseMs);
    this.user = user;
    const keys = { ...options.keys, QueryRetrieveLevel: options.level };
    const { transferSyntax } = this;
    const request = queryRequest(service, sopClass, keys, {
      transferSyntax,
      ...(priority === undefined ? {} : { priority }),
      ...(destination === undefined ? {} : { destination }),
    });
    this.start(request, options.fault);
  }

  cancel(): void {
    if (this.cancelledAt > 0) return;
    this.cancelledAt = performance.now();
    this.association.cancel(this);
  }

  onReply(reply: Reply): void {
    const dataset = this.takeDataset();
    this.count(reply);
    if (reply.pending) {
      this.pendingResponses += 1;
      this.user.onProgress?.(this.counters);
      return;
    }
    const list = dataset === null ? null : this.decode(dataset)['FailedSOPInstanceUIDList'];
    const failed = (Array.isArray(list) ? list : [list]).filter((uid) => typeof uid === 'string');
    this.user.onDone(this.outcome(reply, null, failed));
  }

  onFailure(failure: Failure): void {
    this.user.onDone(this.outcome(null, failure, []));
  }

  /** A counter that is absent keeps its last value. */
  private count(reply: Reply): void {
    const read = (element: number, before: number): number => {
      const value = reply.uint16(element);
      return value < 0 ? before : value;
    };
    const { remaining, completed, failed, warning } = this.counters;
    this.counters = {
      remaining: reply.pending
        ? read(Element.REMAINING, remaining)
        : Math.max(0, reply.uint16(Element.REMAINING)),
      completed: read(Element.COMPLETED, completed),
      failed: read(Element.FAILED, failed),
      warning: read(Element.WARNING, warning),
    };
  }

  private outcome(
    reply: Reply | null,
    failure: Failure | null,
    failedInstances: readonly string[],
  ): RetrieveResult {
    const { pendingResponses, cancelledAt } = this;
    const base = this.result(reply, failure);
    return { ...base, ...this.counters, failedInstances, pendingResponses, cancelledAt };
  }
}

/**
 * Sends a C-MOVE-RQ (with `destination`) or a C-GET-RQ. For C-GET the association proposes the
 * storage SOP classes with the SCP role, and its `handler` takes the instances.
 * @throws DicomError `ASSOC_NO_CONTEXT`
 */
export function retrieve(
  association: Association,
  options: RetrieveOptions,
  user: RetrieveUser,
): Retrieving {
  return new Retrieve(association, options, user);
}
