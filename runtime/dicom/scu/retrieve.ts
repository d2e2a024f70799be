// C-MOVE and C-GET (PS3.4 C.4.2, C.4.3): sub-operation counters as they come, C-CANCEL. The stores
// of a C-GET arrive on the same association: see receive.ts.
import type { Reply } from '../dimse/pending.ts';
import { Element } from '../dimse/elements.ts';
import { type Attributes, queryRequest } from '../dimse/model.ts';
import { statusClass } from '../dimse/status.ts';
import { queryClass } from '../dimse/services.ts';
import type { Failure } from '../errors.ts';
import type { Association } from '../ul/association.ts';
import type { SendFault } from '../ul/send-fault.ts';
import { ServiceOperation, type OperationResult } from './operation.ts';

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

/** PS3.7 §9.1.4.1, PS3.4 C.4.2: null where the peer does not say. */
export interface SubOperations {
  readonly remaining: number | null;
  readonly completed: number | null;
  readonly failed: number | null;
  readonly warning: number | null;
}

/** What became of a retrieval as a whole, its sub-operations included. */
export type RetrieveOutcome = 'success' | 'warning' | 'failure' | 'cancelled';

export interface RetrieveResult extends OperationResult, SubOperations {
  /** The final status, or worse where sub-operations failed; 'failure' when nothing completed. */
  readonly outcome: RetrieveOutcome;
  /** The final status is success or warning, and no sub-operation failed. */
  readonly ok: boolean;
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

const NOT_TOLD: SubOperations = { remaining: null, completed: null, failed: null, warning: null };

function outcomeOf(status: number, counters: SubOperations, anyFailed: boolean): RetrieveOutcome {
  const told = status < 0 ? 'failure' : statusClass(status);
  if (told === 'cancelled') return 'cancelled';
  if (told !== 'success' && told !== 'warning') return 'failure';
  if (!anyFailed) return told;
  const done = (counters.completed ?? 0) + (counters.warning ?? 0);
  return done > 0 ? 'warning' : 'failure';
}

class Retrieve extends ServiceOperation implements Retrieving {
  readonly mayPend = true;
  readonly #user: RetrieveUser;
  #counters: SubOperations = NOT_TOLD;
  /** Some response counted a failed sub-operation. */
  #anyFailed = false;
  #pendingResponses = 0;
  #cancelledAt = 0;

  constructor(association: Association, options: RetrieveOptions, user: RetrieveUser) {
    const { destination, priority } = options;
    const service = destination === undefined ? 'get' : 'move';
    const sopClass = queryClass(options.model ?? 'study', service);
    super(association, sopClass, options.responseMs);
    this.#user = user;
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
    if (this.#cancelledAt > 0) return;
    this.#cancelledAt = performance.now();
    this.association.cancel(this);
  }

  onReply(reply: Reply): void {
    const dataset = this.takeDataset();
    this.#count(reply);
    if (reply.pending) {
      this.#pendingResponses += 1;
      this.#user.onProgress?.(this.#counters);
      return;
    }
    const list = dataset === null ? null : this.decode(dataset)['FailedSOPInstanceUIDList'];
    const failed = (Array.isArray(list) ? list : [list]).filter((uid) => typeof uid === 'string');
    this.#user.onDone(this.#outcome(reply, null, failed));
  }

  onFailure(failure: Failure): void {
    this.#user.onDone(this.#outcome(null, failure, []));
  }

  /** While it runs, a counter that is absent keeps its last value; the final ones are as told. */
  #count(reply: Reply): void {
    const before = reply.pending ? this.#counters : NOT_TOLD;
    const read = (element: number, last: number | null): number | null => {
      const value = reply.uint16(element);
      return value < 0 ? last : value;
    };
    this.#counters = {
      remaining: read(Element.REMAINING, before.remaining),
      completed: read(Element.COMPLETED, before.completed),
      failed: read(Element.FAILED, before.failed),
      warning: read(Element.WARNING, before.warning),
    };
    if ((this.#counters.failed ?? 0) > 0) this.#anyFailed = true;
  }

  #outcome(
    reply: Reply | null,
    failure: Failure | null,
    failedInstances: readonly string[],
  ): RetrieveResult {
    const pendingResponses = this.#pendingResponses,
      cancelledAt = this.#cancelledAt;
    const base = this.result(reply, failure);
    const anyFailed = this.#anyFailed || failedInstances.length > 0;
    const outcome = outcomeOf(base.status, this.#counters, anyFailed);
    // 0xB000 stands for failures or warnings: without a count of failures it proves nothing.
    const unknown = outcome === 'warning' && this.#counters.failed === null;
    const ok = (outcome === 'success' || outcome === 'warning') && !anyFailed && !unknown;
    const about = { failedInstances, pendingResponses, cancelledAt, outcome, ok };
    return { ...base, ...this.#counters, ...about };
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
