// All that a worker does with one script. Wires the modules of this folder; no logic of its own.
import type { MessagePort } from 'node:worker_threads';
import { Enter, type Boot, type Fault } from '../../api/bridge.ts';
import { studyRange, type StudyRange } from '../dicom/pool/identity.ts';
import { Pool } from '../dicom/pool/prototype.ts';
import type { Prototype } from '../dicom/pool/prototype.ts';
import { prototypeNumber } from '../dicom/pool/share.ts';
import {
  nthOwned,
  placeOf,
  segmentOf,
  WHOLE,
  WORKERS_PER_PROCESS,
  type Segment,
} from '../executors/segment.ts';
import { WorkerSlot, type FromVu, type LogMessage } from '../threads.ts';
import type { InstanceCounts, ToVu, VuPlan, VuTask } from '../threads.ts';
import { Asks } from './sandbox/asks.ts';
import { Associations } from './associations/associations.ts';
import { basicCalls } from './sandbox/basic-calls.ts';
import { Calls } from './sandbox/calls.ts';
import { Clock } from './life/clock.ts';
import { Declarations, loadMakers } from './sandbox/declarations.ts';
import { DeliveryPort } from './dimse/delivery.ts';
import { Echoes } from './associations/echoes.ts';
import { Errors } from './observe/errors.ts';
import { Hooks, type HookName } from './life/hooks.ts';
import { Host, onlyInRun, RingFault } from './sandbox/host.ts';
import { Ledger } from './observe/ledger.ts';
import { Life } from './life/life.ts';
import { Observers } from './observe/observers.ts';
import { Mesh, type MeshMessage } from './life/mesh.ts';
import type { WorkerParts } from './parts.ts';
import { Requests } from './observe/requests.ts';
import { openSandbox } from './sandbox/sandbox.ts';
import { Samples } from './observe/samples.ts';
import { Scheduler } from './life/scheduler.ts';
import { wireDatasets } from './dimse/datasets.ts';
import { SharedState } from './life/shared-state.ts';
import { Stores } from './dimse/stores.ts';
import { TagContexts } from './observe/tags.ts';
import { TimerQueue } from './life/timer-queue.ts';
import { VuSlot } from './life/vus.ts';

const FLUSH_EVERY_BEATS = 4;
/** After a longer pause something stalled the loop and may have been cut off. */
const STALL_MS = 1000;

type Load = Extract<ToVu, { kind: 'load' }>;

export class Guest {
  readonly #task: VuTask;
  readonly #port: MessagePort;
  readonly #state: Int32Array;
  readonly #host: Host;
  readonly #clock = new Clock();
  readonly #timers = new TimerQueue();
  readonly #samples: Samples;
  readonly #contexts: TagContexts;
  readonly #errors: Errors;
  readonly #vus: VuSlot[] = [];
  readonly #service: VuSlot;
  readonly #pools = new Map<number, Pool>();
  readonly #prototypes = new Map<number, Prototype>();
  readonly #parts: WorkerParts;
  readonly #observers: Observers;
  readonly #calls: Calls;
  readonly #asks: Asks;
  readonly #hooks: Hooks;
  #plan: VuPlan | null = null;
  /** VUs of this process among those of all parts of the plan. */
  #slots: Segment = [];
  /** During the init pass, when there is no plan yet. */
  #runNumber = '';
  #scheduler: Scheduler | null = null;
  #associations: Associations | null = null;
  #delivery: DeliveryPort | null = null;
  #shared: SharedState | null = null;
  #mesh: Mesh | null = null;
  #ledger: Ledger | null = null;
  #hasService = false;
  #beats = 0;
  #lastBeat = performance.now();
  #finished = false;

  constructor(task: VuTask, state: Int32Array) {
    this.#task = task;
    this.#port = task.port;
    this.#state = state;
    this.#host = new Host(state);
    this.#samples = new Samples(task.port, this.#clock);
    this.#contexts = new TagContexts(this.#samples);
    this.#errors = new Errors(task.port, this.#clock, () => this.#plan?.scenarios ?? []);
    this.#service = new VuSlot(-1, 0, this.#contexts.of({}));
    this.#parts = this.#makeParts();
    this.#observers = new Observers(this.#parts, task.port);
    this.#calls = new Calls(this.#parts);
    this.#asks = new Asks(this.#parts);
    wireDatasets(this.#asks, {
      prototype: (number) => this.#prototype(number),
      runNumber: () => this.#plan?.runNumber ?? this.#runNumber,
    });
    this.#hooks = new Hooks(this.#host, task.port, () => this.#flush());
    state[WorkerSlot.TERMINABLE] = 1;
  }

  #makeParts(): WorkerParts {
    const guest = this;
    return {
      worker: this.#task.worker,
      get workers() {
        return guest.#plan?.mesh.length || 1;
      },
      get firstStudy() {
        return guest.#studies().first;
      },
      host: this.#host,
      clock: this.#clock,
      timers: this.#timers,
      samples: this.#samples,
      contexts: this.#contexts,
      requests: new Requests(this.#samples, this.#contexts),
      errors: this.#errors,
      state: this.#state,
      get plan() {
        if (guest.#plan === null) throw onlyInRun();
        return guest.#plan;
      },
      pools: this.#pools,
      vu: (slot) => this.#vus[slot] ?? this.#service,
      context: (vu) => this.#observers.context(vu),
      prototype: (number) => this.#prototype(number),
      log: (level, message, vu) => this.#log(level, message, vu),
    };
  }

  #prototype(number: number): Prototype {
    const prototype = this.#prototypes.get(number);
    if (prototype === undefined) throw new Error(`no prototype ${number}`);
    return prototype;
  }

  #log(level: LogMessage['level'] | 'trace', message: string, vu?: VuSlot): void {
    const scenario = vu === undefined ? undefined : this.#plan?.scenarios[vu.scenario]?.name;
    this.#post({
      kind: 'log',
      ...(level === 'trace' ? { level: 'debug', trace: true } : { level }),
      message,
      ...(vu === undefined || vu.id === 0 ? {} : { vu: vu.id }),
      ...(scenario === undefined ? {} : { scenario }),
    });
  }

  #post(message: FromVu): void {
    this.#port.postMessage(message);
  }

  /** Evaluates prelude and script. */
  open(prelude: string, bundle: string): void {
    this.#host.connect(openSandbox(prelude, bundle, this.#host.door()));
  }

  // ---------------------------------------------------------------- init pass

  /** The init pass: module code once, declarations made. @throws RingFault with the script's fault */
  async load(message: Load): Promise<FromVu> {
    const makers = await loadMakers(message.bundle);
    const declarations = new Declarations(this.#host, {
      folder: message.folder,
      ...(message.dataRoot === undefined ? {} : { dataRoot: message.dataRoot }),
      makers,
    });
    declarations.onPool = (share): void => this.#hold(new Pool(share));
    const { runNumber, env } = message;
    this.#runNumber = runNumber;
    const studies = this.#studies();
    const none = { throws: false, scenarios: [], options: {} };
    this.#boot({ worker: 0, studies, runNumber, init: true, env, ...none });
    this.#addService();
    if (this.#host.enter(Enter.EXPORTS, 0, 0, 0) < 0) throw this.#initFault();
    const { names, options } = JSON.parse(this.#host.words()) as {
      names: string[];
      options: unknown;
    };
    return {
      kind: 'loaded',
      optionsJson: options === null ? null : JSON.stringify(options),
      exports: names,
      declarations: declarations.list,
      peers: declarations.peers,
      customMetrics: this.#observers.metrics,
      notes: declarations.notes,
    };
  }

  #hold(pool: Pool): void {
    this.#pools.set(pool.share.id, pool);
    pool.members.forEach((member, index) => {
      this.#prototypes.set(prototypeNumber(pool.share.id, index), member);
    });
  }

  /** Study numbers that no other worker has, of whichever process. */
  #studies(): StudyRange {
    const { index, parts } = placeOf(this.#plan?.part ?? WHOLE);
    const { worker } = this.#task;
    if (parts === 1) return studyRange(worker);
    return studyRange(index * WORKERS_PER_PROCESS + worker, parts * WORKERS_PER_PROCESS);
  }

  #boot(boot: Boot): void {
    this.#host.enterText(Enter.BOOT, JSON.stringify(boot), 0);
  }

  #addService(): void {
    if (this.#host.enter(Enter.ADD_VU, -1, 0, IN_INIT) < 0) throw this.#initFault();
    this.#hasService = true;
  }

  #initFault(): RingFault {
    const fault = JSON.parse(this.#host.words()) as Fault;
    return new RingFault({
      ...fault,
      code: fault.code === 'SCRIPT_EXCEPTION' ? 'SCRIPT_INIT' : fault.code,
    });
  }

  // ---------------------------------------------------------------- prepare

  /** Takes the plan over, makes the VUs. */
  async prepare(plan: VuPlan): Promise<void> {
    this.#plan = plan;
    this.#slots = segmentOf(plan.part);
    for (const declaration of plan.declarations) {
      if (declaration.kind === 'pool' && !this.#pools.has(declaration.id)) {
        this.#hold(new Pool(declaration.pool));
      }
    }
    const recall = new Declarations(this.#host, { folder: plan.folder, makers: null });
    recall.adopt(plan.declarations);
    this.#boot({
      worker: this.#task.worker,
      studies: this.#studies(),
      runNumber: plan.runNumber,
      throws: plan.throws,
      init: false,
      smoke: plan.smoke,
      env: plan.env,
      scenarios: plan.scenarios.map(({ name, exec, env }) => ({ name, exec, env })),
      options: plan.options,
    });
    await this.#wire(plan);
    if (!this.#hasService && this.#task.worker === 0) this.#addService();
    const wanted = this.#scheduler?.wanted ?? 0;
    for (let i = 0; i < wanted; i++) this.#scheduler?.add(this.#mustAdd());
    this.#service.context = this.#contexts.of(plan.tags);
  }

  async #wire(plan: VuPlan): Promise<void> {
    const parts = this.#parts;
    this.#ledger = new Ledger(this.#port, plan.runNumber, plan.ledger);
    const delivery = new DeliveryPort(parts);
    const associations = new Associations(parts);
    this.#delivery = delivery;
    this.#associations = associations;
    new Stores(parts, associations, { delivery, ledger: this.#ledger });
    new Echoes(parts, associations);
    basicCalls(this.#calls, { parts, associations, delivery });
    const mesh = new Mesh(this.#task.worker, plan.mesh, (message) => this.#told(message));
    this.#mesh = mesh;
    this.#shared = new SharedState(parts, this.#calls, () => mesh);
    this.#observers.rankOf = (vu) => this.#scheduler?.rankOf(vu.scenario, vu.iteration) ?? 0;
    const { wireServices } = await import('./dimse/services.ts');
    wireServices({ parts, calls: this.#calls, associations, delivery });
    const life = this.#makeLife(associations, plan.minIterationDurationMs);
    this.#scheduler = this.#makeScheduler(plan, life);
    this.#observers.stages = this.#scheduler.stages;
  }

  #makeLife(associations: Associations, minIterationMs: number): Life {
    return new Life({
      host: this.#host,
      samples: this.#samples,
      contexts: this.#contexts,
      timers: this.#timers,
      errors: this.#errors,
      state: this.#state,
      vus: this.#vus,
      minIterationMs,
      traffic: (vu) => associations.traffic(vu),
      close: (vu) => associations.closeOf(vu.slot),
      contextOf: (vu) => this.#observers.scenarioContext(vu),
    });
  }

  #makeScheduler(plan: VuPlan, life: Life): Scheduler {
    return new Scheduler({
      plan,
      worker: this.#task.worker,
      workers: this.#parts.workers,
      host: this.#host,
      life,
      clock: this.#clock,
      timers: this.#timers,
      samples: this.#samples,
      contexts: this.#contexts,
      state: this.#state,
      vus: this.#vus,
      addVu: () => this.#addVu(),
      warn: (message) => this.#log('warn', message),
      passOn: (start) => this.#mesh?.pass({ kind: 'offer', ...start }) ?? false,
      announce: (scenario, startMs) => this.#mesh?.tell({ kind: 'begin', scenario, startMs }),
      restaged: (scenario) => this.#restaged(scenario),
      ended: () => this.#ended(),
    });
  }

  /** A message of another worker. */
  #told(message: MeshMessage): void {
    const scheduler = this.#scheduler;
    if (message.kind === 'offer') {
      scheduler?.offer(message.scenario, message.k, message.atNs, message.hops);
    } else if (message.kind === 'begin') scheduler?.begin(message.scenario, message.startMs);
    else this.#shared?.receive(message);
  }

  #restaged(scenario: number): void {
    for (const vu of this.#vus) {
      if (vu.scenario === scenario) vu.context = this.#observers.scenarioContext(vu);
    }
    this.#observers.flushChecks();
    this.#host.enter(Enter.FORGET, 0, 0, 0);
  }

  #addVu(): VuSlot | null {
    const slot = this.#vus.length;
    const id = nthOwned(this.#slots, slot * this.#parts.workers + this.#task.worker) + 1;
    Atomics.add(this.#state, WorkerSlot.HEARTBEAT, 1);
    if (this.#host.enter(Enter.ADD_VU, slot, id, id) < 0) return null;
    const vu = new VuSlot(slot, id, this.#contexts.of(this.#plan?.tags ?? {}));
    this.#vus.push(vu);
    Atomics.add(this.#state, WorkerSlot.VUS_MADE, 1);
    return vu;
  }

  #mustAdd(): VuSlot {
    const vu = this.#addVu();
    if (vu === null) throw this.#initFault();
    return vu;
  }

  // ---------------------------------------------------------------- run

  start(t0: number, setupJson: string | null): void {
    this.#clock.start(t0);
    this.#host.enterText(Enter.DATA, setupJson ?? '', 0);
    this.#state[WorkerSlot.PHASE] = 3;
    this.#scheduler?.start();
  }

  /** Before t0: pre-allocated VUs run their vuInit. */
  warm(setupJson: string | null): void {
    this.#host.enterText(Enter.DATA, setupJson ?? '', 0);
    this.#scheduler?.warm(() => this.#post({ kind: 'warmed' }));
  }

  stop(): void {
    this.#scheduler?.stop();
  }

  instance(others: InstanceCounts): void {
    this.#observers.others = others;
  }

  /** A replaced worker's port. */
  other(message: { readonly kind: string }): void {
    if (message.kind !== 'peer') return;
    const { worker, port } = message as unknown as { worker: number; port: MessagePort };
    this.#mesh?.replace(worker, port);
  }

  #ended(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#state[WorkerSlot.PHASE] = 5;
    // The samples are in before `ended`.
    setImmediate(() => {
      this.#flush();
      this.#post({ kind: 'ended' });
    });
  }

  hook(name: HookName, json: string | null): void {
    if (!this.#hasService) this.#addService();
    // As in k6: samples of setup and teardown are in a group of that name.
    const tags = this.#plan?.tags ?? {};
    const inGroup = name === 'handleSummary' ? tags : { ...tags, group: `::${name}` };
    this.#service.context = this.#contexts.of(inGroup);
    this.#host.enter(Enter.FORGET, 0, 0, 0);
    this.#hooks.run(name, json);
  }

  giveUpHook(): void {
    this.#hooks.giveUp();
  }

  /** A rejection that nobody awaited, of the VU it must be from, where that is known. */
  floating(fault: Fault): void {
    this.#errors.floating(fault, this.#host.visitor);
  }

  /** Every 50 ms. */
  beat(): void {
    const now = performance.now();
    const stalled = now - this.#lastBeat > STALL_MS;
    this.#lastBeat = now;
    this.#host.newVisitor();
    this.#delivery?.flush();
    if (stalled) this.#scheduler?.recover();
    if (++this.#beats % FLUSH_EVERY_BEATS === 0) this.#flush();
  }

  #flush(): void {
    if (this.#plan !== null) this.#observers.flushChecks();
    this.#samples.flush();
    this.#errors.flush();
    this.#ledger?.flush();
    this.#delivery?.flush();
  }

  close(): void {
    this.#associations?.destroyAll();
  }
}

/** For the watchdog: module code without a VU. */
const IN_INIT = -1;
