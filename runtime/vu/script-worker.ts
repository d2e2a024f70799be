// All that a worker does with one script: wires the modules of this folder, and passes messages on.
import type { MessagePort } from 'node:worker_threads';
import { Enter, type Fault } from '../../api/bridge.ts';
import { WorkerSlot, type InstanceCounts } from '../threads/state.ts';
import type { FromVu, HookName, SharedCall, ToVu, VuPlan, VuTask } from '../threads/vu.ts';
import { Asks } from './sandbox/asks.ts';
import { wireRecordings } from './declare/recordings.ts';
import { Associations } from './associations/associations.ts';
import { basicCalls } from './dimse/basic-calls.ts';
import { Calls } from './sandbox/calls.ts';
import { Clock } from '../threads/clock.ts';
import { DeliveryPort } from './dimse/delivery.ts';
import { Echoes } from './associations/echoes.ts';
import { Errors } from './observe/errors.ts';
import { InitPass, type LoadOrder } from './init-pass.ts';
import { Log } from './observe/log.ts';
import { Hooks } from './life/hooks.ts';
import { Host, onlyInRun } from './sandbox/host.ts';
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
import { SLICE_MS } from './life/turns.ts';
import type { VuSlot } from './vu-slot.ts';
import { Stores } from './dimse/stores.ts';
import { TagContexts } from './observe/tags.ts';
import { TimerQueue } from './timer-queue.ts';

const FLUSH_EVERY_BEATS = 4;
/** After a longer pause something stalled the loop and may have been cut off. */
const STALL_MS = 1000;

export class ScriptWorker {
  readonly #task: VuTask;
  readonly #port: MessagePort;
  readonly #state: Int32Array;
  readonly #host: Host;
  readonly #clock = new Clock();
  readonly #timers = new TimerQueue();
  readonly #samples: Samples;
  readonly #contexts: TagContexts;
  readonly #errors: Errors;
  readonly #init: InitPass;
  readonly #log: Log;
  readonly #parts: WorkerParts;
  readonly #observers: Observers;
  readonly #calls: Calls;
  readonly #asks: Asks;
  readonly #hooks: Hooks;
  #scheduler: Scheduler | null = null;
  #associations: Associations | null = null;
  #delivery: DeliveryPort | null = null;
  #shared: SharedState | null = null;
  #mesh: Mesh | null = null;
  #ledger: Ledger | null = null;
  #web: { destroyAll(): void } | null = null;
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
    this.#errors = new Errors(task.port, this.#clock, () => this.#init.plan?.scenarios ?? []);
    this.#init = new InitPass(task, { state, host: this.#host, contexts: this.#contexts });
    this.#log = new Log(task.port, () => this.#init.plan);
    this.#parts = this.#makeParts();
    this.#observers = new Observers(this.#parts, task.port);
    this.#calls = new Calls(this.#parts);
    this.#asks = new Asks(this.#parts);
    wireDatasets(this.#asks, {
      prototype: (number) => this.#init.prototype(number),
      runNumber: () => this.#init.runNumber,
    });
    wireRecordings(this.#asks, this.#parts);
    this.#hooks = new Hooks(this.#host, task.port, () => this.#flush());
    state[WorkerSlot.TERMINABLE] = 1;
  }

  #makeParts(): WorkerParts {
    const init = this.#init;
    return {
      worker: this.#task.worker,
      get workers() {
        return init.workers;
      },
      get firstStudy() {
        return init.studies().first;
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
        if (init.plan === null) throw onlyInRun();
        return init.plan;
      },
      pools: init.pools,
      vu: (slot) => init.vus[slot] ?? init.service,
      context: (vu) => this.#observers.context(vu),
      prototype: (number) => init.prototype(number),
      log: (level, message, vu) => this.#log.write(level, message, vu),
    };
  }

  #post(message: FromVu): void {
    this.#port.postMessage(message);
  }

  /** Evaluates prelude and script. */
  open(preludeFile: string, bundle: string): void {
    this.#host.connect(openSandbox(preludeFile, bundle, this.#host.door()));
  }

  /** The init pass: module code once, declarations made. @throws RingFault with the script's fault */
  async load(message: LoadOrder): Promise<FromVu> {
    const loaded = await this.#init.load(message);
    return { ...loaded, customMetrics: this.#observers.metrics };
  }

  /** Takes the plan over, makes the VUs. */
  async prepare(plan: VuPlan): Promise<void> {
    this.#init.adopt(plan);
    await this.#wire(plan);
    if (this.#task.worker === 0) this.#init.addService();
    const wanted = this.#scheduler?.wanted ?? 0;
    this.#scheduler?.add(await this.#make(wanted));
    this.#init.service.context = this.#contexts.of(plan.tags);
  }

  /** Thousands of VUs take a second: messages and the beat have their turn between them. */
  async #make(wanted: number): Promise<VuSlot[]> {
    const made: VuSlot[] = [];
    let until = performance.now() + SLICE_MS;
    while (made.length < wanted) {
      made.push(this.#init.mustAdd());
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + SLICE_MS;
    }
    return made;
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
    const elsewhere = plan.several ? this.#tellOthers : null;
    this.#shared = new SharedState(parts, this.#calls, { mesh: () => mesh, elsewhere });
    this.#observers.rankOf = (vu) => this.#scheduler?.rankOf(vu.scenario, vu.iteration) ?? 0;
    const { wireServices } = await import('./dimse/services.ts');
    wireServices({ parts, calls: this.#calls, associations, delivery });
    await this.#wireWeb(plan, delivery, this.#ledger);
    const life = this.#makeLife(associations, plan.minIterationDurationMs);
    this.#scheduler = this.#makeScheduler(plan, life);
    this.#observers.stages = this.#scheduler.stages;
  }

  /** To the other processes of the run. */
  readonly #tellOthers = (call: SharedCall): void => this.#post({ kind: 'shared', call });

  /** Only for a script that asks for it: the HTTP client is not small. */
  async #wireWeb(plan: VuPlan, delivery: DeliveryPort, ledger: Ledger): Promise<void> {
    if (!usesWeb(plan.bundle)) return;
    const { wireWeb } = await import('./web/services.ts');
    const parts = this.#parts;
    this.#web = wireWeb({ parts, calls: this.#calls, asks: this.#asks, delivery, ledger });
  }

  #makeLife(associations: Associations, minIterationMs: number): Life {
    return new Life({
      host: this.#host,
      samples: this.#samples,
      contexts: this.#contexts,
      timers: this.#timers,
      errors: this.#errors,
      state: this.#state,
      vus: this.#init.vus,
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
      vus: this.#init.vus,
      addVu: () => this.#init.addVu(),
      warn: (message) => this.#log.write('warn', message),
      passOn: (start) => this.#mesh?.pass({ kind: 'offer', ...start }) ?? false,
      announce: (scenario, startMs) => this.#mesh?.tell({ kind: 'begin', scenario, startMs }),
      tellOver: plan.several ? (scenario) => this.#tellOthers({ op: 'over', scenario }) : null,
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
    for (const vu of this.#init.vus) {
      if (vu.scenario === scenario) vu.context = this.#observers.scenarioContext(vu);
    }
    this.#observers.flushChecks();
    this.#host.enter(Enter.FORGET, 0, 0, 0);
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

  /** A replaced worker's port, or a word of other processes. */
  other(message: ToVu): void {
    if (message.kind === 'peer') this.#mesh?.replace(message.worker, message.port);
    if (message.kind !== 'shared') return;
    const { word } = message;
    if (word.op === 'begin') this.#scheduler?.begin(word.scenario, word.startMs);
    else this.#shared?.popped(word.number, word.item);
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
    this.#init.addService();
    // As in k6: samples of setup and teardown are in a group of that name.
    const tags = this.#init.plan?.tags ?? {};
    const inGroup = name === 'handleSummary' ? tags : { ...tags, group: `::${name}` };
    this.#init.service.context = this.#contexts.of(inGroup);
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
    if (this.#init.plan !== null) this.#observers.flushChecks();
    this.#samples.flush();
    this.#errors.flush();
    this.#ledger?.flush();
    this.#delivery?.flush();
  }

  close(): void {
    this.#associations?.destroyAll();
    this.#web?.destroyAll();
  }
}

/** A script that imports the module says its name somewhere. */
function usesWeb(bundle: string): boolean {
  return bundle.includes('dicomweb');
}
