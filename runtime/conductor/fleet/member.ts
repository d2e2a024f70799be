// One VU worker as main sees it: its thread, its counters, what it answers and what it reports.
import type { MessagePort, Transferable } from 'node:worker_threads';
import { WorkerSlot } from '../../threads/state.ts';
import type { FromVu, ToVu, VuTask } from '../../threads/vu.ts';
import type { ThreadEvents } from '../records/events.ts';
import { FaultError, Mailbox } from './mailbox.ts';
import type { Thread, ThreadPool } from './pool.ts';
import { newWorkerState } from './worker-state.ts';

/** So long a worker in which something of ours broke may take to end its share. */
const BROKEN_END_MS = 5_000;

export type VuPool = ThreadPool<ToVu, FromVu>;

/** A running worker task. */
export class Member {
  readonly worker: number;
  readonly source: number;
  readonly state: Int32Array;
  readonly mailbox = new Mailbox<FromVu>();
  /** Settles when the task is over, with the reason when it died. */
  readonly gone: Promise<Error | null>;
  /** True from its `ended` message on: its share of the run is done and reported. */
  finished = false;
  /** Ended from here, whatever it did. */
  wasKilled = false;
  /** Its thread is no more. */
  dead = false;
  readonly #thread: Thread<ToVu, FromVu>;
  readonly #events: ThreadEvents;

  constructor(pool: VuPool, place: MemberPlace, events: ThreadEvents) {
    const shared = newWorkerState();
    this.worker = place.worker;
    this.source = place.source;
    this.state = new Int32Array(shared);
    this.#events = events;
    this.#thread = pool.start(place.worker, (port: MessagePort): VuTask => {
      return { port, worker: place.worker, workers: place.workers, state: shared };
    });
    this.#thread.listen((message) => this.#receive(message));
    this.gone = this.#thread.ended.then((reason) => {
      this.dead = true;
      this.mailbox.die(reason ?? new Error(`worker ${place.worker} ended`));
      return reason;
    });
  }

  get threadId(): number {
    return Atomics.load(this.state, WorkerSlot.THREAD);
  }

  post(message: ToVu, transfer?: readonly Transferable[]): void {
    this.#thread.post(message, transfer);
  }

  kill(): void {
    this.wasKilled = true;
    this.#thread.kill();
  }

  /** It goes on, to end its share in order; where it cannot, its thread is ended. */
  #broke({ message, stack }: Extract<FromVu, { readonly kind: 'broken' }>): void {
    const error = new Error(message);
    if (stack !== undefined) error.stack = stack;
    setTimeout(() => {
      if (!this.finished) this.kill();
    }, BROKEN_END_MS).unref();
    this.#events.broken(error);
  }

  #receive(message: FromVu): void {
    switch (message.kind) {
      case 'samples':
        return this.#events.samples(this.source, message.columns);
      case 'series':
        return this.#events.series(this.source, message.series);
      case 'log':
        return this.#events.log(message);
      case 'error':
        return this.#events.error(message);
      case 'abortTest':
        return this.#events.abortTest(message.message);
      case 'failTest':
        return this.#events.failTest(message.message);
      case 'case':
        return this.#events.caseState(message);
      case 'ledger':
        return this.#events.ledger(message.lines);
      case 'shared':
        return this.#events.shared(this.worker, message.call);
      case 'broken':
        return this.#broke(message);
      case 'failed':
        return this.mailbox.fail(new FaultError(message.phase, message.fault));
      case 'ended':
        this.finished = true;
        break;
      case 'loaded':
      case 'ready':
      case 'hook':
      case 'warmed':
        break;
    }
    this.mailbox.deliver(message);
  }
}

export interface MemberPlace {
  readonly worker: number;
  readonly workers: number;
  readonly source: number;
}
