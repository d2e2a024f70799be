// Hands the peer's requests to the association's handler; without one they are refused.
import type { InboxUser } from '../dimse/inbox.ts';
import type { Outstanding } from '../dimse/outstanding.ts';
import type { Trace } from '../trace.ts';
import type { Request } from '../dimse/request.ts';
import { Status } from '../dimse/status.ts';
import { ContextResult } from './constants.ts';
import type { Association } from './association.ts';

/** The association, as far as its inbox needs it. */
export interface InboxOwner extends Association {
  readonly trace: Trace | null;
  readonly waiting: Outstanding;
  readonly chunkAt: number;
  reply(request: Request, status: number): void;
  onAnswered(): void;
  onProtocolError(message: string, clause: string, buffer: Buffer, at: number): void;
}

export class HandlerInbox implements InboxUser {
  readonly waiting: Outstanding;
  private readonly owner: InboxOwner;

  constructor(owner: InboxOwner) {
    this.owner = owner;
    this.waiting = owner.waiting;
  }

  get trace(): Trace | null {
    return this.owner.trace;
  }

  get chunkAt(): number {
    return this.owner.chunkAt;
  }

  accepts(contextId: number): boolean {
    for (const context of this.owner.contexts) {
      if (context.id === contextId) return context.result === ContextResult.ACCEPTED;
    }
    return false;
  }

  onStore(request: Request): void {
    this.owner.handler?.onStore?.(this.owner, request);
  }

  onStoreData(request: Request, buffer: Buffer, start: number, end: number): void {
    this.owner.handler?.onStoreData?.(this.owner, request, buffer, start, end);
  }

  onStoreEnd(request: Request): number {
    const { owner } = this;
    return owner.handler?.onStoreEnd?.(owner, request) ?? Status.SOP_CLASS_NOT_SUPPORTED;
  }

  onRequest(request: Request, dataset: Buffer | null): void {
    const { owner } = this;
    const { handler } = owner;
    if (handler?.onRequest === undefined) {
      owner.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
      return;
    }
    try {
      handler.onRequest(owner, request, dataset);
    } catch (error) {
      // One peer's odd request must not end the thread that serves the others.
      const errorComment = error instanceof Error ? error.message : String(error);
      owner.respond(request, { status: Status.PROCESSING_FAILURE, errorComment });
    }
  }

  onCancel(messageId: number): void {
    this.owner.handler?.onCancel?.(this.owner, messageId);
  }

  reply(request: Request, status: number): void {
    this.owner.reply(request, status);
  }

  onAnswered(): void {
    this.owner.onAnswered();
  }

  onProtocolError(message: string, clause: string, buffer: Buffer, at: number): void {
    this.owner.onProtocolError(message, clause, buffer, at);
  }
}
