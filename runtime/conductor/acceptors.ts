// The acceptor threads as main sees them: receivers, account and the embedded target.
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { EMBEDDED_STATION, StationWork, WORKER_SLOTS, WorkerSlot } from '../threads/state.ts';
import type {
  AcceptorTask,
  EmbeddedAddress,
  EmbeddedSpec,
  FromAcceptor,
  ReceiverAddress,
  ReceiverSpec,
  ToAcceptor,
} from '../threads/acceptor.ts';
import type { DeliveryCounts, ThreadEvents } from './records/events.ts';
import type { AcceptorPorts } from './fleet/fleet.ts';
import { FaultError, Mailbox } from './fleet/mailbox.ts';
import { createThreadPool } from './fleet/pool.ts';
import type { Thread, ThreadPool } from './fleet/pool.ts';

export interface AcceptorSettings {
  /** Compiled module of the acceptor thread. */
  readonly file: string;
  readonly threads: number;
  readonly events: ThreadEvents;
  readonly nextSource: () => number;
}

/** What shall listen. */
export interface ListenPlan {
  readonly runNumber: string;
  readonly receivers: readonly { readonly id: number; readonly spec: ReceiverSpec }[];
  readonly embedded: EmbeddedSpec | null;
  readonly settleMs: number;
  readonly horizonMs: number;
  readonly workers: number;
  readonly pools: Extract<ToAcceptor, { readonly kind: 'listen' }>['pools'];
  readonly mostMissing: number;
  readonly mostStrays: number;
  readonly folder: string;
}

/** Where everything listens. */
export interface AcceptorsListening {
  readonly receivers: readonly ReceiverAddress[];
  readonly embedded: EmbeddedAddress | null;
}

const LISTEN_TIMEOUT_MS = 20_000;
/** Beyond the settle time itself, for the last messages. */
const SETTLE_GRACE_MS = 10_000;

const WATCH_MS = 1000;
/** A thread whose heart has not beaten for that long is named, once per standstill. */
const STILL_MS = 10_000;

const WORK_WORDS: Readonly<Record<number, string>> = {
  [StationWork.STORE]: 'at the end of a store',
  [StationWork.EXPECT]: 'comparing elements for expect()',
  [StationWork.QUERY]: 'answering a query',
};

/** Receivers with number i live on thread i mod n, the embedded target on thread 0. */
export class Acceptors implements AcceptorPorts {
  readonly #pool: ThreadPool<ToAcceptor, FromAcceptor>;
  readonly #threads: AcceptorThread[] = [];
  readonly #settings: AcceptorSettings;
  /** Ports made for `listen` and not yet given to their worker, by worker. */
  #first: MessagePort[][] = [];
  #watch: NodeJS.Timeout | undefined;

  constructor(settings: AcceptorSettings) {
    this.#settings = settings;
    this.#pool = createThreadPool({ file: settings.file, maxThreads: settings.threads });
  }

  /** Starts the threads and opens the ports. Rejects when a port cannot be had. */
  async listen(plan: ListenPlan): Promise<AcceptorsListening> {
    const { threads } = this.#settings;
    for (let i = 0; i < threads; i++) {
      this.#threads[i] = new AcceptorThread(this.#pool, i, this.#settings);
    }
    this.#first = Array.from({ length: plan.workers }, () => []);
    const answers = await Promise.all(
      this.#threads.map((thread) => thread.listen(this.#share(plan, thread), this.#newPorts(plan))),
    );
    return {
      receivers: answers.flatMap((answer, acceptor) =>
        answer.receivers.map((receiver) => ({ ...receiver, acceptor })),
      ),
      embedded: answers.find((answer) => answer.embedded !== null)?.embedded ?? null,
    };
  }

  /** Ports for a worker: those of `listen` the first time, new ones for its successor. */
  connect(worker: number): readonly MessagePort[] {
    const first = this.#first[worker];
    if (first !== undefined && first.length > 0) {
      this.#first[worker] = [];
      return first;
    }
    return this.#threads.map((thread) => {
      const { port1, port2 } = new MessageChannel();
      // A port that was sent to a dead thread would never be told closed.
      if (thread.gone) port1.close();
      else thread.post({ kind: 'worker', worker, port: port1 }, [port1]);
      return port2;
    });
  }

  start(t0: number): void {
    for (const thread of this.#threads) thread.post({ kind: 'start', t0 });
    this.#watch = setInterval(() => {
      for (const thread of this.#threads) thread.watch(performance.now());
    }, WATCH_MS).unref();
  }

  /** Waits until all has arrived or `settleMs` passed; nothing of a thread that died. */
  async settle(settleMs: number): Promise<DeliveryCounts> {
    const parts = await Promise.all(this.#threads.map((thread) => thread.settle(settleMs)));
    return {
      routes: parts.flatMap((part) => part.accounts),
      missing: parts.flatMap((part) => part.missing),
      strays: parts.flatMap((part) => part.strays),
    };
  }

  /** Somebody wants to leave: the wait that goes on is over after that long. */
  hurry(settleMs: number): void {
    for (const thread of this.#threads) thread.post({ kind: 'settle', settleMs });
  }

  async destroy(): Promise<void> {
    clearInterval(this.#watch);
    for (const thread of this.#threads) thread.post({ kind: 'exit' });
    await this.#pool.destroy();
  }

  #share(plan: ListenPlan, thread: AcceptorThread): ListenPlan {
    const n = this.#threads.length;
    return {
      ...plan,
      receivers: plan.receivers.filter((_, i) => i % n === thread.index),
      embedded: thread.index === 0 ? plan.embedded : null,
    };
  }

  #newPorts(plan: ListenPlan): MessagePort[] {
    return Array.from({ length: plan.workers }, (_, worker) => {
      const { port1, port2 } = new MessageChannel();
      this.#first[worker]?.push(port2);
      return port1;
    });
  }
}

type Settled = Omit<Extract<FromAcceptor, { readonly kind: 'settled' }>, 'kind'>;
type ListenAnswer = Extract<FromAcceptor, { readonly kind: 'listening' }>;

class AcceptorThread {
  readonly index: number;
  readonly #mailbox = new Mailbox<FromAcceptor>();
  readonly #thread: Thread<ToAcceptor, FromAcceptor>;
  readonly #source: number;
  readonly #events: ThreadEvents;
  readonly #pulse: Standstill;

  constructor(
    pool: ThreadPool<ToAcceptor, FromAcceptor>,
    index: number,
    settings: AcceptorSettings,
  ) {
    this.index = index;
    this.#source = settings.nextSource();
    this.#events = settings.events;
    const state = new SharedArrayBuffer(WORKER_SLOTS * Int32Array.BYTES_PER_ELEMENT);
    this.#pulse = new Standstill(new Int32Array(state));
    this.#thread = pool.start(index, (port): AcceptorTask => ({ port, acceptor: index, state }));
    this.#thread.listen((message) => this.#receive(message));
    void this.#thread.ended.then((reason) => {
      const why = reason ?? new Error('ended');
      this.#mailbox.die(why);
      if (!this.#closed) this.#reportGone(why);
    });
  }

  /** Its stations by number, for people. */
  readonly #stations = new Map<number, string>([
    [EMBEDDED_STATION.ROUTER, 'the embedded router'],
    [EMBEDDED_STATION.ARCHIVE, 'the embedded archive'],
  ]);
  /** What listens in this thread, for people; null until it does. */
  #names: string | null = null;
  /** Its account is closed, or nobody wants it any more: it may end. */
  #closed = false;
  #gone = false;

  /** Ended or silent before its account was closed. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Says which stations stand still. Nothing is ended: they may come back, and hold the account. */
  watch(now: number): void {
    if (this.#closed || this.#gone || this.#names === null || !this.#pulse.isNew(now)) return;
    const at = this.#pulse.at(this.#stations);
    const message = `${this.#names}: acceptor thread ${this.index} has stood still for ${STILL_MS / 1000} s${at}; peers wait, and answers of expect() are late`;
    this.#events.log({ kind: 'log', level: 'warn', message });
  }

  post(message: ToAcceptor, transfer: readonly MessagePort[] = []): void {
    if (message.kind === 'exit') this.#closed = true;
    this.#thread.post(message, transfer);
  }

  async listen(plan: ListenPlan, workers: MessagePort[]): Promise<ListenAnswer> {
    const answer = this.#mailbox.wait('listening', {
      phase: 'listen',
      timeoutMs: LISTEN_TIMEOUT_MS,
    });
    this.post({ kind: 'listen', ...plan, workers }, workers);
    const listening = await answer;
    this.#names = namesOf(listening);
    for (const one of listening.receivers) this.#stations.set(one.id, receiverName(one));
    return listening;
  }

  async settle(settleMs: number): Promise<Settled> {
    const answer = this.#mailbox.wait('settled', {
      phase: 'settle',
      timeoutMs: settleMs + SETTLE_GRACE_MS,
    });
    this.post({ kind: 'settle', settleMs });
    try {
      const settled = await answer;
      this.#closed = true;
      return settled;
    } catch (error) {
      this.#reportGone(error);
      return { accounts: [], missing: [], strays: [] };
    }
  }

  /** Once; a thread that never came to listen has failed the run already. */
  #reportGone(reason: unknown): void {
    if (this.#gone || this.#names === null) return;
    this.#gone = true;
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#events.receiversGone(
      `${this.#names}: gone, acceptor thread ${this.index} ended (${why}); ` +
        'deliveries there are not accounted for',
    );
  }

  #receive(message: FromAcceptor): void {
    switch (message.kind) {
      case 'samples':
        return this.#events.samples(this.#source, message.columns);
      case 'series':
        return this.#events.series(this.#source, message.series);
      case 'log':
        return this.#events.log(message);
      case 'error':
        return this.#events.error(message);
      case 'failed':
        return this.#mailbox.fail(new FaultError(message.phase, message.fault));
      case 'settling':
        return this.#events.settling(message.outstanding);
      case 'listening':
      case 'settled':
      case 'ended':
        this.#mailbox.deliver(message);
    }
  }
}

/** Whether a thread's heart beats. */
export class Standstill {
  readonly #state: Int32Array;
  #beat = -1;
  #movedAt = 0;
  #told = false;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** What it began last, and where; '' when nothing is known. */
  at(stations: ReadonlyMap<number, string>): string {
    const what = WORK_WORDS[Atomics.load(this.#state, WorkerSlot.WORK)];
    const where = stations.get(Atomics.load(this.#state, WorkerSlot.STATION));
    return what === undefined || where === undefined ? '' : `, ${what} (${where})`;
  }

  /** True once when it has stood still too long, again when it moved between. */
  isNew(now: number): boolean {
    const beat = Atomics.load(this.#state, WorkerSlot.HEARTBEAT);
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#movedAt = now;
      this.#told = false;
    }
    if (this.#told || now - this.#movedAt < STILL_MS) return false;
    this.#told = true;
    return true;
  }
}

/** `receiver ARCHIVE (127.0.0.1:11112), embedded router and archive`. */
function namesOf({ receivers, embedded }: ListenAnswer): string {
  const names = receivers.map(receiverName);
  return [...names, ...(embedded === null ? [] : ['embedded router and archive'])].join(', ');
}

function receiverName({ aets, host, port }: ListenAnswer['receivers'][number]): string {
  const titles = aets.length === 0 ? '' : `${aets.join('/')} `;
  return `receiver ${titles}(${host}:${port})`;
}
