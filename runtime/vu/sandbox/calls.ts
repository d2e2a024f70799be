// Every asynchronous call that is described by JSON: looked up by its `op`, one handler each.
import { Answer, Op } from '../../../api/bridge.ts';
import type { Operation } from './operation.ts';
import { badArgument } from './host.ts';
import type { WorkerParts } from '../parts.ts';

/** What a call is described by; every handler reads its own part. */
export type CallRequest = { readonly op: string } & Readonly<Record<string, unknown>>;

/** Starts a call; settles `operation` when it is answered. @throws RingFault when it cannot start */
export type CallHandler = (operation: Operation, call: CallRequest, slot: number) => void;

export class Calls {
  readonly #parts: WorkerParts;
  readonly #handlers = new Map<string, CallHandler>();

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    parts.host.handle(Op.CALL, (slot) => this.#call(slot));
    parts.host.handle(Op.SLEEP, (slot) => this.#sleep(slot));
    parts.host.handle(Op.CLEAR, () => this.#clear());
  }

  on(op: string, handler: CallHandler): void {
    this.#handlers.set(op, handler);
  }

  /** A call with a ring of its own, whose words `read` understands; its handler is that of its `op`. */
  onRing(ring: number, read: (words: string) => CallRequest): void {
    const { host } = this.#parts;
    host.handle(ring, (slot) => this.#begin(read(host.words()), slot));
  }

  #call(slot: number): number {
    return this.#begin(JSON.parse(this.#parts.host.words()) as CallRequest, slot);
  }

  #begin(call: CallRequest, slot: number): number {
    const { host } = this.#parts;
    const handler = this.#handlers.get(call.op);
    if (handler === undefined) {
      throw badArgument(`${call.op}: there is no such call`);
    }
    const operation = host.take(slot, this.#parts.vu(slot).id);
    try {
      handler(operation, call, slot);
    } catch (thrown) {
      host.giveBack(operation);
      throw thrown;
    }
    return operation.ticket;
  }

  #sleep(slot: number): number {
    const { host, timers } = this.#parts;
    const ms = host.x();
    const operation = host.take(slot, this.#parts.vu(slot).id);
    operation.at = performance.now() + ms;
    operation.cancel = this.#wake;
    timers.add(operation);
    return operation.ticket;
  }

  /** Of a sleep that is interrupted. */
  readonly #wake = (operation: Operation): void => {
    const { host, timers } = this.#parts;
    timers.remove(operation);
    host.settle(operation, Answer.INTERRUPTED, 0, '');
  };

  #clear(): number {
    const { host, timers } = this.#parts;
    const operation = host.operation(host.x());
    if (operation === undefined) return 0;
    timers.remove(operation);
    host.settleVoid(operation);
    return 1;
  }
}
