// Hands the peer's requests to the association's handler; without one they are refused.
import type { InboxUser } from '../dimse/inbox.ts';
import type { Room } from '../collected.ts';
import { REPLY_LATER } from '../dimse/incoming.ts';
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
  readonly room: Room | null;
  reply(request: Request, status: number): void;
  onAnswered(): void;
  onProtocolError(message: string, clause: string, buffer: Buffer, at: number): void;
}

export class HandlerInbox implements InboxUser {
  readonly waiting: Outstanding;
  readonly #owner: InboxOwner;
  /** What the handler threw over the C-STORE that is coming in. */
  #fault: { readonly error: unknown } | null = null;

  constructor(owner: InboxOwner) {
    this.#owner = owner;
    this.waiting = owner.waiting;
  }

  get trace(): Trace | null {
    return this.#owner.trace;
  }

  get chunkAt(): number {
    return this.#owner.chunkAt;
  }

  get room(): Room | null {
    return this.#owner.room;
  }

  accepts(contextId: number): boolean {
    for (const context of this.#owner.contexts) {
      if (context.id === contextId) return context.result === ContextResult.ACCEPTED;
    }
    return false;
  }

  onStore(request: Request): void {
    this.#fault = null;
    try {
      this.#owner.handler?.onStore?.(this.#owner, request);
    } catch (error) {
      this.#fault = { error };
    }
  }

  onStoreData(request: Request, buffer: Buffer, start: number, end: number): void {
    if (this.#fault !== null) return;
    try {
      this.#owner.handler?.onStoreData?.(this.#owner, request, buffer, start, end);
    } catch (error) {
      this.#fault = { error };
    }
  }

  onStoreEnd(request: Request): number {
    const owner = this.#owner,
      fault = this.#fault;
    try {
      if (fault !== null) throw fault.error;
      return owner.handler?.onStoreEnd?.(owner, request) ?? Status.SOP_CLASS_NOT_SUPPORTED;
    } catch (error) {
      this.#respondFault(request, error);
      return REPLY_LATER;
    }
  }

  collects(request: Request): boolean {
    const owner = this.#owner;
    const { handler } = owner;
    if (handler?.onRequest === undefined) return false;
    return handler.collects?.(owner, request) ?? true;
  }

  onNoRoom(request: Request): void {
    const errorComment = 'too much is arriving here at once';
    this.#owner.respond(request, { status: Status.OUT_OF_RESOURCES, errorComment });
  }

  onRequest(request: Request, dataset: Buffer | null): void {
    const owner = this.#owner;
    const { handler } = owner;
    if (handler?.onRequest === undefined) {
      owner.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
      return;
    }
    try {
      handler.onRequest(owner, request, dataset);
    } catch (error) {
      this.#respondFault(request, error);
    }
  }

  /** One peer's odd request must not end the thread that serves the others. */
  #respondFault(request: Request, error: unknown): void {
    const errorComment = error instanceof Error ? error.message : String(error);
    this.#owner.respond(request, { status: Status.PROCESSING_FAILURE, errorComment });
  }

  onCancel(messageId: number): void {
    this.#owner.handler?.onCancel?.(this.#owner, messageId);
  }

  reply(request: Request, status: number): void {
    this.#owner.reply(request, status);
  }

  onAnswered(): void {
    this.#owner.onAnswered();
  }

  onProtocolError(message: string, clause: string, buffer: Buffer, at: number): void {
    this.#owner.onProtocolError(message, clause, buffer, at);
  }
}
