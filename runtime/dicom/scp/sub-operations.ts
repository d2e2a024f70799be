// The C-STORE sub-operations of a C-MOVE or C-GET (PS3.7 §9.1.3, §9.1.4), one after the other.
import { PendingRequest, type Reply } from '../dimse/pending.ts';
import { statusClass, statusHex } from '../dimse/status.ts';
import type { Failure } from '../errors.ts';
import type { Association } from '../ul/association.ts';
import type { Outgoing } from '../ul/outgoing.ts';

/** On whose behalf an instance is stored (PS3.7 §9.1.1.1.7). */
export interface Originator {
  readonly aet: string;
  readonly messageId: number;
}

/** An instance that can be sent. */
export interface StoredCopy {
  readonly sopClass: string;
  readonly sopInstance: string;
  /** The one it is kept in: nothing has to be converted. */
  readonly transferSyntax: string;
  /** Others that it can be converted to, the best first. */
  readonly convertible?: readonly string[];
  /** The C-STORE-RQ, framed for a context; null when there is nothing to send any more. */
  message(to: Channel, originator?: Originator): Outgoing | null;
}

/** What an instance is framed for. */
export interface Channel {
  readonly contextId: number;
  readonly maxPdu: number;
  /** Of the context. */
  readonly transferSyntax: string;
}

export interface SubOperationUser {
  /** After each sub-operation. */
  onProgress(run: SubOperationRun): void;
  /** All of this association are done, and more are to come: see {@link SubOperationRun.goOn}. */
  onExhausted?(run: SubOperationRun): void;
  /** All done, cancelled, or the association has ended. */
  onDone(run: SubOperationRun): void;
}

export class SubOperationRun extends PendingRequest {
  completed = 0;
  failed = 0;
  warning = 0;
  cancelled = false;
  readonly failedInstances: string[] = [];
  /** Why the first that failed did; '' while none has. */
  failure = '';
  #association: Association;
  /** The first instance that is not for this association. */
  #until: number;
  readonly #instances: readonly StoredCopy[];
  readonly #originator: Originator | undefined;
  readonly #user: SubOperationUser;
  #at = 0;

  constructor(
    association: Association,
    instances: readonly StoredCopy[],
    user: SubOperationUser,
    originator?: Originator,
  ) {
    super();
    this.#association = association;
    this.#instances = instances;
    this.#user = user;
    this.#originator = originator;
    this.#until = instances.length;
  }

  /** Only so many of the instances that are left go to this association. */
  stopAfter(count: number): void {
    this.#until = this.#at + count;
  }

  /** The next `count` go to another association. */
  goOn(association: Association, count: number): void {
    this.#association = association;
    this.stopAfter(count);
    this.go();
  }

  /** None of those that are left can be sent. */
  giveUp(why: string): void {
    this.failure ||= why;
    while (this.remaining > 0) this.#count('failure');
    this.#user.onDone(this);
  }

  get remaining(): number {
    return this.#instances.length - this.#at;
  }

  /** Sends the next one. */
  go(): void {
    while (!this.cancelled) {
      const instance = this.#instances[this.#at];
      if (instance === undefined) break;
      if (this.#at >= this.#until) {
        this.#user.onExhausted?.(this);
        return;
      }
      const message = this.#messageOf(instance);
      if (message !== null) {
        this.#association.send(message, this);
        return;
      }
      this.#count('failure');
    }
    this.#user.onDone(this);
  }

  /** As it is kept, else in the best of the syntaxes that the peer takes. */
  #messageOf(instance: StoredCopy): Outgoing | null {
    const association = this.#association;
    if (!association.open) {
      this.failure ||= 'the association of the sub-operations has ended';
      return null;
    }
    const { sopClass, transferSyntax, convertible = [] } = instance;
    for (const syntax of [transferSyntax, ...convertible]) {
      const contextId = association.contextFor(sopClass, syntax);
      if (contextId === 0) continue;
      const channel = { contextId, maxPdu: association.maxPdu, transferSyntax: syntax };
      const message = instance.message(channel, this.#originator);
      if (message === null) this.failure ||= 'the data set is not kept here, or not convertible';
      return message;
    }
    const refused = association.contextFor(sopClass, '') === 0;
    this.failure ||= refused
      ? `no context for SOP class ${sopClass}`
      : `no context for transfer syntax ${transferSyntax}`;
    return null;
  }

  onReply(reply: Reply): void {
    const outcome = statusClass(reply.status);
    if (outcome === 'failure') this.failure ||= `a store was answered ${statusHex(reply.status)}`;
    this.#count(outcome);
    // Not in the receive callback: a requestor that answers at once would never let go of the loop.
    setImmediate(() => this.go());
  }

  onFailure(failure: Failure): void {
    this.giveUp(`the association of the sub-operations ended: ${failure.kind}`);
  }

  #count(outcome: string): void {
    const instance = this.#instances[this.#at];
    this.#at += 1;
    if (outcome === 'success') this.completed += 1;
    else if (outcome === 'warning') this.warning += 1;
    else {
      this.failed += 1;
      if (instance !== undefined) this.failedInstances.push(instance.sopInstance);
    }
    if (this.remaining > 0) this.#user.onProgress(this);
  }
}
