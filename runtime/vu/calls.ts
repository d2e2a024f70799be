// Every asynchronous call that is described by JSON: looked up by its `op`, one handler each.
import { Answer, Op } from '../../api/bridge.ts';
import { associate } from '../dicom/ul/associate.ts';
import type { Associations } from './associations.ts';
import { describe, outcomeFault, outcomeWord } from './associations.ts';
import type { DeliveryPort, ExpectCall } from './delivery.ts';
import type { Operation } from './operation.ts';
import { RingFault } from './host.ts';
import type { WorkerParts } from './parts.ts';

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

  #call(slot: number): number {
    const { host } = this.#parts;
    const call = JSON.parse(host.words()) as CallRequest;
    const handler = this.#handlers.get(call.op);
    if (handler === undefined) {
      throw new RingFault({
        code: 'SCRIPT_ARGUMENT',
        message: `${call.op}: there is no such call`,
      });
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
    operation.cancel = (): void => {
      timers.remove(operation);
      host.settle(operation, Answer.INTERRUPTED, 0, '');
    };
    timers.add(operation);
    return operation.ticket;
  }

  #clear(): number {
    const { host, timers } = this.#parts;
    const operation = host.operation(host.x());
    if (operation === undefined) return 0;
    timers.remove(operation);
    host.settleVoid(operation);
    return 1;
  }
}

/** `negotiate`, `abandon` and `expect`. */
export function basicCalls(
  calls: Calls,
  parts: WorkerParts,
  more: { associations: Associations; delivery: DeliveryPort },
): void {
  const { associations, delivery } = more;
  const { host } = parts;
  calls.on('expect', (operation, call) =>
    delivery.expect(operation, call as unknown as ExpectCall),
  );
  calls.on('abandon', (operation, call) => {
    associations.abandon(Number(call['association']));
    host.settleVoid(operation);
  });
  calls.on('negotiate', (operation, call, slot) => {
    const spec = associations.spec(Number(call['spec']));
    const vu = parts.vu(slot);
    const wanted = String(call['expect']);
    const opening = associate(spec.request, (outcome) => {
      operation.cancel = null;
      const word = outcomeWord(outcome);
      const expected = word === wanted;
      associations.count(outcome, spec, vu, expected && word !== 'accepted');
      const fault = word === 'accepted' ? null : outcomeFault(outcome, spec);
      const base = { outcome: word, expected, contexts: [], maxPdu: 0, window: 0 };
      if (outcome.kind !== 'accepted') {
        host.settleJson(operation, { ...base, ...fault?.fields, message: fault?.message });
        return;
      }
      const open = associations.adopt(outcome, spec, slot);
      const answer = {
        ...describe(open),
        outcome: word,
        expected,
        ...(fault === null ? {} : { message: fault.message }),
      };
      open.leaving = true;
      open.wire.release();
      associations.abandon(open.handle);
      host.settleJson(operation, answer);
    });
    operation.cancel = (): void => {
      opening.abort();
      host.settle(operation, Answer.INTERRUPTED, 0, '');
    };
  });
}
