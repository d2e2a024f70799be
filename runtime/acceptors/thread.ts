// What an acceptor thread does from `listen` to `exit`: receivers, accounts, embedded router.
import { WorkerSlot } from '../threads/state.ts';
import type { VuToAcceptor } from '../threads/delivery.ts';
import type { ReceiverAddress, ToAcceptor } from '../threads/acceptor.ts';
import type { MessagePort } from 'node:worker_threads';
import type { Listening } from '../dicom/scp/acceptor-types.ts';
import { CommitmentReports } from '../dicom/scu/commitment.ts';
import { noteWorkIn } from './at-work.ts';
import { Busy } from './busy.ts';
import { Desk } from './account/desk.ts';
import { openEmbedded } from './embedded.ts';
import type { Embedded } from './embedded.ts';
import { FileKeeper } from './stations/file-keeper.ts';
import { FileNames } from '../dicom/pool/file-names.ts';
import { HashNumbers } from './account/pixels/hashes.ts';
import { DEFAULT_HEADER_BYTES, HeaderBudget } from './account/headers/header-budget.ts';
import { PortInbox } from './account/inbox.ts';
import { KnownPixels } from './account/pixels/known-pixels.ts';
import { openPorts } from './stations/ports.ts';
import { Receiver } from './stations/receiver.ts';
import type { ReceiverTools } from './stations/receiver.ts';
import { WebReceiver } from './stations/web-receiver.ts';
import type { WebListening } from './stations/stow.ts';
import { TlsErrors } from './stations/tls-errors.ts';
import { SentHeaders } from './account/sent-headers.ts';
import { Clock } from '../threads/clock.ts';
import { NamedSamples } from './samples.ts';
import type { Post } from './samples.ts';

const SWEEP_MS = 200;
const TICK_MS = 20;
const HEARTBEAT_MS = 50;
const SETTLE_LOOK_MS = 50;
const SETTLING_REPORT_MS = 1000;
/** Nothing may arrive for that long before the account closes early. */
const SETTLE_QUIET_MS = 250;

type Listen = Extract<ToAcceptor, { kind: 'listen' }>;

/** One acceptor thread's life. The rim (`worker.ts`) gives it messages and takes its posts. */
export class AcceptorThread {
  readonly #post: Post;
  readonly #clock = new Clock();
  readonly #samples: NamedSamples;
  readonly #state: Int32Array;
  readonly #busy: Busy;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #tlsErrors = new TlsErrors(() => this.#clock.now());
  #desk: Desk | null = null;
  readonly #reports = new CommitmentReports(null, ({ code, message }) => {
    const operation = 'N-EVENT-REPORT';
    const group = `${operation} ${code}`;
    this.#post({
      kind: 'error',
      group,
      operation,
      code,
      message,
      time: this.#clock.now(),
      count: 1,
    });
  });
  #listening: readonly Listening[] = [];
  /** Where it is stored to over the web. */
  readonly #web: WebListening[] = [];
  #embedded: Embedded | null = null;
  readonly #ports: MessagePort[] = [];
  #associations = 0;
  #settleUntil: number | null = null;
  #ticking: NodeJS.Timeout | null = null;

  constructor(post: Post, state: SharedArrayBuffer, acceptor: number) {
    this.#post = post;
    this.#state = new Int32Array(state);
    noteWorkIn(this.#state);
    this.#samples = new NamedSamples(post, this.#clock);
    this.#busy = new Busy(`acceptor ${acceptor}`, this.#samples, post);
  }

  /** Opens every port, then tells main where. */
  async listen(message: Listen): Promise<void> {
    const hashes = new HashNumbers();
    const known = new KnownPixels();
    for (const pool of message.pools) {
      hashes.addPool(pool);
      known.addPool(pool, hashes);
    }
    const { runNumber, settleMs, horizonMs, mostMissing, mostStrays, folder, pools } = message;
    const sent = new SentHeaders(runNumber, pools);
    const named = { samples: this.#samples, hashes, sent, files: new FileNames(pools) };
    const clock = this.#clock;
    const limits = { settleMs, horizonMs, mostMissing, mostStrays };
    const desk = (this.#desk = new Desk({ runNumber, clock, ...limits, ...named }));
    const tools = this.#tools(desk, hashes, known);
    const addresses = await this.#openReceivers(message.receivers, tools);
    if (message.embedded !== null) {
      const tlsErrors = this.#tlsErrors;
      const around = { receivers: addresses, clock, folder, tlsErrors, note: this.#log };
      this.#embedded = await openEmbedded(message.embedded, around);
    }
    for (const port of message.workers) this.attend(port);
    this.#every(SWEEP_MS, () => this.#sweep());
    this.#every(HEARTBEAT_MS, () => void Atomics.add(this.#state, WorkerSlot.HEARTBEAT, 1));
    this.#every(1000, () => this.#busy.look());
    this.#phase(2);
    const embedded = this.#embedded?.address ?? null;
    this.#post({ kind: 'listening', receivers: addresses.map(plainAddress), embedded });
  }

  /** Where each listens, in their order. */
  async #openReceivers(asked: Listen['receivers'], tools: ReceiverTools) {
    const all = asked.map(({ id, spec }) =>
      spec.web === undefined ? new Receiver(id, spec, tools) : new WebReceiver(id, spec, tools),
    );
    const stations = all.filter((one) => one instanceof Receiver);
    this.#listening = await openPorts(
      stations.map((station) => {
        const { host, port } = station.spec;
        return { station, host, port, tls: station.tls };
      }),
    );
    const places = new Map<number, { readonly host: string; readonly port: number }>();
    stations.forEach(({ id }, index) => {
      const { host = '', port = 0 } = this.#listening[index] ?? {};
      places.set(id, { host, port });
    });
    for (const one of all) {
      if (one instanceof Receiver) continue;
      const open = await one.listen();
      this.#web.push(open);
      places.set(one.id, open);
    }
    return all.map(({ id, aets, tls, spec }) => {
      const { host = '', port = 0 } = places.get(id) ?? {};
      return { id, host, port, aets, tls, web: spec.web?.path ?? null };
    });
  }

  /** Listens to a VU worker: its rows and questions. */
  attend(port: MessagePort): void {
    const desk = this.#desk;
    if (desk === null) return;
    this.#ports.push(port);
    const inbox = new PortInbox(desk, this.#reports, (message) => port.postMessage(message));
    port.on('message', (message: VuToAcceptor) => {
      inbox.take(message, performance.now());
      if (message.kind === 'expect') this.#watchQuestions();
    });
  }

  start(t0: number): void {
    this.#clock.start(t0);
    this.#phase(3);
  }

  /**
   * Waits until all has arrived and it is quiet, or `settleMs` passed; then closes the account.
   * A second call can only shorten the wait.
   */
  settle(settleMs: number): void {
    const began = performance.now();
    const first = this.#settleUntil === null;
    this.#settleUntil = Math.min(this.#settleUntil ?? Infinity, began + settleMs);
    if (!first) return;
    this.#phase(4);
    let reported = began;
    const timer = this.#every(Math.min(SETTLE_LOOK_MS, Math.max(1, settleMs)), () => {
      const now = performance.now();
      const outstanding = (this.#desk?.outstanding() ?? 0) + (this.#embedded?.outstanding() ?? 0);
      const quiet = now - Math.max(this.#desk?.lastEvent() ?? began, began);
      const over = now >= (this.#settleUntil ?? now);
      if (over || (outstanding === 0 && quiet >= Math.min(SETTLE_QUIET_MS, settleMs))) {
        this.#cancel(timer);
        this.#closeAccount(now);
      } else if (now - reported >= SETTLING_REPORT_MS) {
        reported = now;
        this.#post({ kind: 'settling', outstanding });
      }
    });
  }

  /** Stops listening and lets go of everything. */
  async exit(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#ticking !== null) clearTimeout(this.#ticking);
    await this.#embedded?.close();
    await Promise.all([...new Set(this.#listening), ...this.#web].map((open) => open.close()));
    for (const port of this.#ports) port.close();
    this.#samples.flush();
    this.#phase(5);
    this.#post({ kind: 'ended' });
  }

  #tools(desk: Desk, hashes: HashNumbers, known: KnownPixels): ReceiverTools {
    const written = this.#samples.seriesOf('dicom_file_write', {});
    const lost = (): void => this.#log('receivers keep more headers than fit: the oldest are gone');
    return {
      desk,
      reports: this.#reports,
      tlsErrors: this.#tlsErrors,
      hashes,
      known,
      clock: this.#clock,
      budget: new HeaderBudget(DEFAULT_HEADER_BYTES, lost),
      files: ({ keep, folder = 'received' }) =>
        keep === 'files'
          ? new FileKeeper(folder, (ms) => this.#samples.addRead(written, ms, performance.now()))
          : null,
      nextAssociation: () => ++this.#associations,
    };
  }

  #sweep(): void {
    this.#desk?.sweep(performance.now());
    this.#samples.flush();
    this.#tellErrors();
    const ports = [...new Set(this.#listening), ...this.#web];
    const open = ports.reduce((sum, port) => sum + port.connections, 0);
    Atomics.store(this.#state, WorkerSlot.ASSOCIATIONS_OPEN, open);
  }

  /** While somebody waits, the clock is looked at more often than the sweep does. */
  #watchQuestions(): void {
    if (this.#ticking !== null || this.#desk === null || this.#desk.waiting() === 0) return;
    this.#ticking = setTimeout(() => {
      this.#ticking = null;
      this.#desk?.tick(performance.now());
      this.#watchQuestions();
    }, TICK_MS);
  }

  #tellErrors(): void {
    for (const error of this.#tlsErrors.take()) this.#post(error);
  }

  #closeAccount(now: number): void {
    const accounts = this.#desk?.close(now) ?? [];
    this.#samples.flush();
    this.#tellErrors();
    const { missing = [], strays = [] } = this.#desk ?? {};
    this.#post({ kind: 'settled', accounts, missing, strays });
  }

  readonly #log = (message: string): void => this.#post({ kind: 'log', level: 'warn', message });

  #phase(phase: number): void {
    Atomics.store(this.#state, WorkerSlot.PHASE, phase);
  }

  #every(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setInterval(run, ms);
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: NodeJS.Timeout): void {
    clearInterval(timer);
    this.#timers.delete(timer);
  }
}

/** Without its keys. */
function plainAddress({ id, host, port, aets }: Omit<ReceiverAddress, 'acceptor'>) {
  return { id, host, port, aets };
}
