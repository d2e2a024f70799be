// The C-STORE sub-operations of a C-MOVE or C-GET (PS3.7 §9.1.3, §9.1.4), one after the other.
import type { Pending, Reply } from '../dimse/pending.ts';
import { statusClass } from '../dimse/status.ts';
import type { Failure } from '../errors.ts';
import type { Association } from '../ul/association.ts';
import type { Outgoing } from '../ul/outgoing.ts';

/** On whose behalf an instance is stored (PS3.7 §9.1.1.1.7). */
export interface Originator {
  readonly aet: string;
  readonly messageId: number;
}

/** An instance that can be sent. */
export interface StoredInstance {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** The C-STORE-RQ, framed for a context; null when there is nothing to send any more. */
  message(contextId: number, maxPdu: number, originator?: Originator): Outgoing | null;
}

export interface SubOperationUser {
  /** After each sub-operation. */
  onProgress(run: SubOperationRun): void;
  /** All done, cancelled, or the association has ended. */
  onDone(run: SubOperationRun): void;
}

export class SubOperationRun implements Pending {
  messageId = 0;
  commandField = 0;
  contextId = 0;
  sendStart = 0;
  sendEnd = 0;
  firstByte = 0;
  lastByte = 0;
  completed = 0;
  failed = 0;
  warning = 0;
  cancelled = false;
  readonly failedInstances: string[] = [];
  private readonly association: Association;
  private readonly instances: readonly StoredInstance[];
  private readonly originator: Originator | undefined;
  private readonly user: SubOperationUser;
  private at = 0;

  constructor(
    association: Association,
    instances: readonly StoredInstance[],
    user: SubOperationUser,
    originator?: Originator,
  ) {
    this.association = association;
    this.instances = instances;
    this.user = user;
    this.originator = originator;
  }

  get remaining(): number {
    return this.instances.length - this.at;
  }

  /** Sends the next one. */
  go(): void {
    const { association } = this;
    while (!this.cancelled) {
      const instance = this.instances[this.at];
      if (instance === undefined) break;
      const id = association.contextFor(instance.sopClass, instance.transferSyntax);
      const sendable = id !== 0 && association.open;
      const { maxPdu } = association;
      const message = sendable ? instance.message(id, maxPdu, this.originator) : null;
      if (message !== null) {
        association.send(message, this);
        return;
      }
      this.count('failure');
    }
    this.user.onDone(this);
  }

  onReply(reply: Reply): void {
    this.count(statusClass(reply.status));
    // Not in the receive callback: a requestor that answers at once would never let go of the loop.
    setImmediate(() => this.go());
  }

  onFailure(_failure: Failure): void {
    while (this.remaining > 0) this.count('failure');
    this.user.onDone(this);
  }

  private count(outcome: string): void {
    const instance = this.instances[this.at];
    this.at += 1;
    if (outcome === 'success') this.completed += 1;
    else if (outcome === 'warning') this.warning += 1;
    else {
      this.failed += 1;
      if (instance !== undefined) this.failedInstances.push(instance.sopInstance);
    }
    if (this.remaining > 0) this.user.onProgress(this);
  }
}
