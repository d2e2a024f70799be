// What comes before a run: module code, once, with its declarations and exports; then the plan is
// taken over, and VUs are made, each with a module state of its own.
import { Enter, type Boot, type Fault } from '../../api/bridge.ts';
import { studyRange, type StudyRange } from '../dicom/pool/identity.ts';
import { Pool, type Prototype } from '../dicom/pool/prototype.ts';
import { prototypeNumber } from '../dicom/pool/share.ts';
import {
  nthOwned,
  placeOf,
  segmentOf,
  WHOLE,
  WORKERS_PER_PROCESS,
  type Segment,
} from '../executors/segments/segment.ts';
import { WorkerSlot } from '../threads/state.ts';
import type { FromVu, ToVu, VuPlan, VuTask } from '../threads/vu.ts';
import { VuSlot } from './vu-slot.ts';
import type { TagContexts } from './observe/tags.ts';
import { Declarations, loadMakers } from './declare/declarations.ts';
import { RingFault, type Host } from './sandbox/host.ts';

export type LoadOrder = Extract<ToVu, { kind: 'load' }>;
type Loaded = Omit<Extract<FromVu, { kind: 'loaded' }>, 'customMetrics'>;

/** For the watchdog: module code without a VU. */
const IN_INIT = -1;

interface InitParts {
  readonly host: Host;
  readonly state: Int32Array;
  readonly contexts: TagContexts;
}

export class InitPass {
  /** By slot. */
  readonly vus: VuSlot[] = [];
  /** Runs setup, teardown and handleSummary; no VU of the plan. */
  readonly service: VuSlot;
  readonly pools = new Map<number, Pool>();
  readonly #task: VuTask;
  readonly #parts: InitParts;
  readonly #prototypes = new Map<number, Prototype>();
  #plan: VuPlan | null = null;
  #runNumber = '';
  /** VUs of this process among those of all parts of the plan. */
  #slots: Segment = [];
  #hasService = false;

  constructor(task: VuTask, parts: InitParts) {
    this.#task = task;
    this.#parts = parts;
    this.service = new VuSlot(-1, 0, parts.contexts.of({}));
  }

  /** Null until {@link adopt}. */
  get plan(): VuPlan | null {
    return this.#plan;
  }

  get runNumber(): string {
    return this.#plan?.runNumber ?? this.#runNumber;
  }

  get workers(): number {
    return this.#plan?.mesh.length || 1;
  }

  prototype(number: number): Prototype {
    const prototype = this.#prototypes.get(number);
    if (prototype === undefined) throw new Error(`no prototype ${number}`);
    return prototype;
  }

  /** Study numbers that no other worker has, of whichever process. */
  studies(): StudyRange {
    const { index, parts } = placeOf(this.#plan?.part ?? WHOLE);
    const { worker } = this.#task;
    if (parts === 1) return studyRange(worker);
    return studyRange(index * WORKERS_PER_PROCESS + worker, parts * WORKERS_PER_PROCESS);
  }

  /** Module code once, declarations made. @throws RingFault with the script's fault */
  async load(message: LoadOrder): Promise<Loaded> {
    const { host } = this.#parts;
    const makers = await loadMakers(message.bundle);
    const declarations = new Declarations(host, {
      folder: message.folder,
      ...(message.dataRoot === undefined ? {} : { dataRoot: message.dataRoot }),
      ...(message.onlyFiles === undefined ? {} : { onlyFiles: message.onlyFiles }),
      ...(message.given === undefined ? {} : { given: message.given }),
      makers,
    });
    declarations.onPool = (share): void => this.#hold(new Pool(share));
    const { runNumber, env } = message;
    this.#runNumber = runNumber;
    const none = { throws: false, scenarios: [], options: {} };
    this.#boot({ worker: 0, studies: this.studies(), runNumber, init: true, env, ...none });
    this.addService();
    if (host.enter(Enter.EXPORTS, 0, 0, 0) < 0) throw this.#fault();
    const { names, options } = JSON.parse(host.words()) as { names: string[]; options: unknown };
    if (message.tables === true && host.enter(Enter.TABLES, 0, 0, 0) < 0) throw this.#fault();
    const tables = message.tables === true ? tablesOf(JSON.parse(host.words())) : {};
    return {
      kind: 'loaded',
      tables,
      optionsJson: options === null ? null : JSON.stringify(options),
      exports: names,
      declarations: declarations.list,
      peers: declarations.peers,
      webServers: declarations.webServers,
      notes: declarations.notes,
    };
  }

  /** Takes the plan over, with what was declared by the worker that loaded the script. */
  adopt(plan: VuPlan): void {
    this.#plan = plan;
    this.#slots = segmentOf(plan.part);
    for (const declaration of plan.declarations) {
      if (declaration.kind === 'pool' && !this.pools.has(declaration.id)) {
        this.#hold(new Pool(declaration.pool));
      }
    }
    const recall = new Declarations(this.#parts.host, { folder: plan.folder, makers: null });
    recall.adopt(plan.declarations);
    this.#boot({
      worker: this.#task.worker,
      studies: this.studies(),
      runNumber: plan.runNumber,
      throws: plan.throws,
      init: false,
      smoke: plan.smoke,
      env: plan.env,
      scenarios: plan.scenarios.map(({ name, exec, env }) => ({ name, exec, env })),
      options: plan.options,
    });
  }

  /** Once. @throws RingFault with the script's fault */
  addService(): void {
    if (this.#hasService) return;
    if (this.#parts.host.enter(Enter.ADD_VU, -1, 0, IN_INIT) < 0) throw this.#fault();
    this.#hasService = true;
  }

  /** One VU more; null where its module code throws. */
  addVu(): VuSlot | null {
    const { host, state, contexts } = this.#parts;
    const slot = this.vus.length;
    const id = nthOwned(this.#slots, slot * this.workers + this.#task.worker) + 1;
    Atomics.add(state, WorkerSlot.HEARTBEAT, 1);
    if (host.enter(Enter.ADD_VU, slot, id, id) < 0) return null;
    const vu = new VuSlot(slot, id, contexts.of(this.#plan?.tags ?? {}));
    this.vus.push(vu);
    Atomics.add(state, WorkerSlot.VUS_MADE, 1);
    return vu;
  }

  /** One VU more. @throws RingFault with the script's fault */
  mustAdd(): VuSlot {
    const vu = this.addVu();
    if (vu === null) throw this.#fault();
    return vu;
  }

  #hold(pool: Pool): void {
    this.pools.set(pool.share.id, pool);
    pool.members.forEach((member, index) => {
      this.#prototypes.set(prototypeNumber(pool.share.id, index), member);
    });
  }

  #boot(boot: Boot): void {
    this.#parts.host.enterText(Enter.BOOT, JSON.stringify(boot), 0);
  }

  #fault(): RingFault {
    const fault = JSON.parse(this.#parts.host.words()) as Fault;
    return new RingFault({
      ...fault,
      code: fault.code === 'SCRIPT_EXCEPTION' ? 'SCRIPT_INIT' : fault.code,
    });
  }
}

/** Rows by exported function, as texts whatever the sandbox says. */
function tablesOf(told: unknown): Loaded['tables'] {
  const rows = (list: unknown) =>
    (list as readonly Record<string, unknown>[]).map(({ name, labels }) => ({
      name: String(name),
      labels: (labels as readonly unknown[]).map(String),
    }));
  return Object.fromEntries(
    Object.entries(told as object).map(([exec, list]) => [exec, rows(list)]),
  );
}
