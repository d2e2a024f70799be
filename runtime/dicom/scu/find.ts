// C-FIND (PS3.4 C.4.1, K.4.1): matches one by one, and an early end by C-CANCEL.
import type { JsonDataset } from '../element/json.ts';
import { type Attributes, queryRequest } from '../dimse/model.ts';
import type { Reply } from '../dimse/pending.ts';
import { Status } from '../dimse/status.ts';
import { queryClass } from '../dimse/services.ts';
import type { Failure } from '../errors.ts';
import type { Association } from '../ul/association.ts';
import type { SendFault } from '../ul/send-fault.ts';
import { ServiceOperation, type OperationResult } from './operation.ts';

export interface FindOptions {
  /** 'study' (default), 'patient', 'worklist', or the SOP class UID of another model. */
  readonly model?: string;
  /** Query/Retrieve Level; not for worklists. */
  readonly level?: string;
  /** Matching and return keys by keyword; '' = return key. Sequences as lists of objects. */
  readonly keys: Attributes;
  /** C-CANCEL after that many matches. */
  readonly cancelAfter?: number;
  readonly priority?: number;
  /** Response timeout of this request, ms. */
  readonly responseMs?: number;
  readonly fault?: SendFault;
}

export interface FindResult extends OperationResult {
  readonly matches: number;
  /** Matches with status 0xFF01: not all optional keys were matched. */
  readonly warnings: number;
  /** `performance.now()` of the first match, 0 = none. */
  readonly firstMatch: number;
  /** `performance.now()` of our C-CANCEL, 0 = none. */
  readonly cancelledAt: number;
}

export interface FindUser {
  /** A match by keyword; text values strings, unknown tags 'ggggeeee'. */
  onMatch(match: JsonDataset): void;
  onDone(result: FindResult): void;
}

export interface Finding {
  /** Sends C-CANCEL; matches that are on their way still come. */
  cancel(): void;
}

class Find extends ServiceOperation implements Finding {
  readonly mayPend = true;
  readonly #user: FindUser;
  readonly #cancelAfter: number;
  #matches = 0;
  #warnings = 0;
  #firstMatch = 0;
  #cancelledAt = 0;

  constructor(association: Association, options: FindOptions, user: FindUser) {
    const sopClass = queryClass(options.model ?? 'study', 'find');
    super(association, sopClass, options.responseMs);
    this.#user = user;
    this.#cancelAfter = options.cancelAfter ?? Infinity;
    const level = options.level === undefined ? {} : { QueryRetrieveLevel: options.level };
    const { priority } = options;
    const { transferSyntax } = this;
    const more = { transferSyntax, ...(priority === undefined ? {} : { priority }) };
    this.start(queryRequest('find', sopClass, { ...options.keys, ...level }, more), options.fault);
  }

  cancel(): void {
    if (this.#cancelledAt > 0) return;
    this.#cancelledAt = performance.now();
    this.association.cancel(this);
  }

  onReply(reply: Reply): void {
    const dataset = this.takeDataset();
    if (!reply.pending) {
      this.#user.onDone(this.#outcome(reply, null));
      return;
    }
    this.#matches += 1;
    if (this.#matches === 1) this.#firstMatch = this.lastByte;
    if (reply.status === Status.PENDING_WARNING) this.#warnings += 1;
    if (this.#matches >= this.#cancelAfter) this.cancel();
    if (dataset !== null) this.#user.onMatch(this.decode(dataset));
  }

  onFailure(failure: Failure): void {
    this.#user.onDone(this.#outcome(null, failure));
  }

  #outcome(reply: Reply | null, failure: Failure | null): FindResult {
    const matches = this.#matches,
      warnings = this.#warnings,
      firstMatch = this.#firstMatch,
      cancelledAt = this.#cancelledAt;
    return { ...this.result(reply, failure), matches, warnings, firstMatch, cancelledAt };
  }
}

/**
 * Sends a C-FIND-RQ.
 * @throws DicomError `ASSOC_NO_CONTEXT`; DataError for a key that the dictionary does not know.
 */
export function find(association: Association, options: FindOptions, user: FindUser): Finding {
  return new Find(association, options, user);
}
