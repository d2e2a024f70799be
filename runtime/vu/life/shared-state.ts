// `dicom.shared`: counters in one SharedArrayBuffer over all workers, queues in the worker that their
// name hashes to.
import { Answer, Op } from '../../../api/bridge.ts';
import { nthOwned, segmentOf, type Segment } from '../../executors/segments/segment.ts';
import type { Calls } from '../sandbox/calls.ts';
import type { Mesh, MeshMessage } from './mesh.ts';
import { bytes } from '../../metrics/numbers.ts';
import { MOST_SHARED_BYTES } from '../../threads/vu.ts';
import type { SharedCall } from '../../threads/vu.ts';
import { badArgument } from '../sandbox/host.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { Timed } from '../timer-queue.ts';
import type { WorkerParts } from '../parts.ts';

/** FNV-1a, never 0. */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0 || 1;
}

/** Null in a process that is the whole run. */
type Elsewhere = ((call: SharedCall) => void) | null;

/** @throws RingFault for an item that no message to the other processes holds */
export function fitting(call: Extract<SharedCall, { readonly op: 'push' }>): SharedCall {
  const { item, queue } = call;
  // A character may be three bytes, or two for it and the backslash before it.
  if (3 * item.length < MOST_SHARED_BYTES) return call;
  if (Buffer.byteLength(JSON.stringify(item)) < MOST_SHARED_BYTES) return call;
  throw badArgument(
    `queue "${queue}": an item of ${bytes(Buffer.byteLength(item))}; agents pass on at most 4 MiB`,
    'put what it is called into the queue, e.g. its UID or its number, not all of it',
  );
}

interface Waiter {
  give(item: string | null): void;
  timer: Timed | null;
}

/** Counters by name are pairs of (hash, value) behind the two counters of each scenario. */
export class SharedState {
  readonly #parts: WorkerParts;
  readonly #table: BigInt64Array;
  /** Whose the numbers of counters are, among all parts of the plan. */
  readonly #part: Segment;
  readonly #places = new Map<string, number>();
  readonly #items = new Map<string, string[]>();
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #asked = new Map<number, Operation>();
  /** why random: an answer that comes late must not be taken by a worker that took the dead one's place */
  #questions = Math.floor(Math.random() * 2 ** 40);
  readonly #mesh: () => Mesh;
  readonly #elsewhere: Elsewhere;

  /** @param elsewhere where queues are kept that several processes share */
  constructor(
    parts: WorkerParts,
    calls: Calls,
    { mesh, elsewhere }: { readonly mesh: () => Mesh; readonly elsewhere: Elsewhere },
  ) {
    this.#parts = parts;
    this.#elsewhere = elsewhere;
    this.#table = new BigInt64Array(parts.plan.counters);
    this.#part = segmentOf(parts.plan.part);
    this.#mesh = mesh;
    const { host } = parts;
    host.handle(Op.SHARED_NEXT, () => this.#next(host.words()));
    calls.on('push', (operation, call) => {
      const [queue, item] = [String(call['queue']), String(call['item'])];
      if (this.#elsewhere !== null) this.#elsewhere(fitting({ op: 'push', queue, item }));
      else this.#send({ kind: 'push', queue, item });
      host.settleJson(operation, null);
    });
    calls.on('pop', (operation, call) =>
      this.#ask(operation, String(call['queue']), Number(call['timeoutMs'])),
    );
  }

  // ---------------------------------------------------------------- counters

  #next(name: string): number {
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = this.#claim(hashOf(name))));
    return nthOwned(this.#part, Number(Atomics.add(this.#table, place, 1n)));
  }

  /** Finds or claims the counter of a hash: open addressing, lock-free. */
  #claim(hash: number): number {
    const first = 2 * this.#parts.plan.scenarios.length;
    const pairs = (this.#table.length - first) >> 1;
    for (let probe = 0; probe < pairs; probe++) {
      const at = first + 2 * (((hash >>> 0) + probe) % pairs);
      const held = Number(Atomics.compareExchange(this.#table, at, 0n, BigInt(hash)));
      if (held === 0 || held === hash) return at + 1;
    }
    throw new Error(`dicom.shared: more than ${pairs} counters`);
  }

  // ---------------------------------------------------------------- queues

  #owner(queue: string): number {
    return (hashOf(queue) >>> 0) % this.#parts.workers;
  }

  #send(message: MeshMessage & { readonly queue: string }): void {
    this.#mesh().send(this.#owner(message.queue), message);
  }

  #ask(operation: Operation, queue: string, timeoutMs: number): void {
    const number = ++this.#questions;
    this.#asked.set(number, operation);
    operation.cancel = (): void => {
      this.#asked.delete(number);
      this.#parts.host.settle(operation, Answer.INTERRUPTED, 0, '');
    };
    if (this.#elsewhere !== null) this.#elsewhere({ op: 'pop', queue, timeoutMs, number });
    else this.#send({ kind: 'pop', queue, timeoutMs, number, from: this.#parts.worker });
  }

  /** A message of another worker, or of this one. */
  receive(message: MeshMessage): void {
    if (message.kind === 'push') this.#push(message.queue, message.item);
    else if (message.kind === 'pop') this.#pop(message);
    else if (message.kind === 'popped') this.popped(message.number, message.item);
  }

  #push(queue: string, item: string): void {
    const waiter = this.#waiters.get(queue)?.shift();
    if (waiter !== undefined) {
      if (waiter.timer !== null) this.#parts.timers.remove(waiter.timer);
      waiter.give(item);
      return;
    }
    const items = this.#items.get(queue);
    if (items === undefined) this.#items.set(queue, [item]);
    else items.push(item);
  }

  #pop({ queue, timeoutMs, number, from }: Extract<MeshMessage, { kind: 'pop' }>): void {
    const give = (item: string | null): void => {
      this.#mesh().send(from, { kind: 'popped', number, item });
    };
    const item = this.#items.get(queue)?.shift();
    if (item !== undefined || timeoutMs <= 0) {
      give(item ?? null);
      return;
    }
    const waiter: Waiter = { give, timer: null };
    const waiters = this.#waiters.get(queue) ?? [];
    this.#waiters.set(queue, waiters);
    waiters.push(waiter);
    const due = (): void => {
      const at = waiters.indexOf(waiter);
      if (at >= 0) waiters.splice(at, 1);
      give(null);
    };
    waiter.timer = { at: performance.now() + timeoutMs, index: -1, due };
    this.#parts.timers.add(waiter.timer);
  }

  popped(number: number, item: string | null): void {
    const operation = this.#asked.get(number);
    this.#asked.delete(number);
    if (operation !== undefined) this.#parts.host.settleJson(operation, item);
  }
}
