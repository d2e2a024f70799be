// One call of the sandbox under way. Objects are reused; the ticket is the object's number for good.
import type { Failure } from '../../dicom/errors.ts';
import { PendingRequest, type Reply } from '../../dicom/dimse/pending.ts';
import type { Host } from './host.ts';
import type { Timed } from '../timer-queue.ts';

/** Who is told what comes of a DIMSE request. One object per service, not per request. */
export interface ReplyTaker {
  reply(operation: Operation, reply: Reply): void;
  failure(operation: Operation, failure: Failure): void;
  data?(operation: Operation, buffer: Buffer, start: number, end: number): void;
}

export class Operation extends PendingRequest implements Timed {
  readonly ticket: number;
  readonly host: Host;
  active: boolean;
  slot: number;
  vuId: number;
  taker: ReplyTaker | null;
  /** What the taker needs of the request. */
  detail: unknown;
  /** Ends it early: the iteration was interrupted. On the hot path one function for all. */
  cancel: ((operation: Operation) => void) | null;

  // The others of its VU under way, kept by the host.
  before: Operation | null;
  after: Operation | null;

  responseMs: number | undefined = undefined;
  // Timed
  at = 0;
  index = -1;

  // A hot store: numbers of its own, so that it needs no object.
  association: unknown;
  prototype = 0;
  study = 0;
  member = 0;
  bytes = 0;
  /** TagContext at the time of the request: the answer comes in the async context of the socket. */
  context: unknown;

  constructor(host: Host, ticket: number) {
    super();
    this.host = host;
    this.ticket = ticket;
    this.active = false;
    this.slot = -1;
    this.vuId = 0;
    this.taker = null;
    this.detail = null;
    this.cancel = null;
    this.before = null;
    this.after = null;
    this.association = null;
    this.context = null;
  }

  begin(slot: number, vuId: number): void {
    this.active = true;
    this.slot = slot;
    this.vuId = vuId;
    this.sendStart = 0;
    this.sendEnd = 0;
    this.firstByte = 0;
    this.lastByte = 0;
    this.bytes = 0;
    this.responseMs = undefined;
  }

  end(): void {
    this.active = false;
    this.taker = null;
    this.detail = null;
    this.cancel = null;
    this.association = null;
    this.context = null;
  }

  onReply(reply: Reply): void {
    this.taker?.reply(this, reply);
  }
  onData(buffer: Buffer, start: number, end: number): void {
    this.taker?.data?.(this, buffer, start, end);
  }
  onFailure(failure: Failure): void {
    this.taker?.failure(this, failure);
  }
  /** A sleep is over. */
  due(): void {
    this.host.settleVoid(this);
  }
}
