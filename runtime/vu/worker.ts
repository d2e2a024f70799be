// A VU worker thread: one long task. Takes messages from main, runs its share of the plan.
import { threadId, workerData, type MessagePort } from 'node:worker_threads';
import type { ScriptFault } from '../threads/samples.ts';
import { WorkerSlot } from '../threads/state.ts';
import type { FromVu, ToVu, VuTask, VuThreadData } from '../threads/vu.ts';
import { loadMakers } from './declare/declarations.ts';
import { floatingFault, isOurs } from './sandbox/floating.ts';
import { ScriptWorker } from './script-worker.ts';
import { RingFault } from './sandbox/host.ts';
import { openAhead } from './sandbox/sandbox.ts';

const HEARTBEAT_MS = 50;

// Before there is a task: main bundles the script meanwhile.
const { preludeFile } = (workerData ?? {}) as Partial<VuThreadData>;
if (preludeFile !== undefined) openAhead(preludeFile);

/** The one Piscina task of a VU worker; ends with the `exit` message. */
export default async function vuWorker(task: VuTask): Promise<void> {
  const state = new Int32Array(task.state);
  state[WorkerSlot.THREAD] = threadId;
  const worker = new Worker(task, state);
  // A floating rejection of a script must not take the worker's other VUs with it.
  const onRejection = (reason: unknown): void => worker.floating(reason);
  // Nor does a fault of ours: main ends the run in order, and this thread its share of it.
  const onException = (error: unknown): void => worker.broken(error);
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  try {
    await worker.run();
  } finally {
    process.off('unhandledRejection', onRejection);
    process.off('uncaughtException', onException);
  }
}

class Worker {
  readonly #task: VuTask;
  readonly #port: MessagePort;
  readonly #state: Int32Array;
  #script: ScriptWorker | null = null;
  #loading = false;
  #initFault: ScriptFault | null = null;
  #isBroken = false;
  #exit: () => void = () => undefined;
  #beat: NodeJS.Timeout | null = null;
  #pulsedAt = performance.now();

  constructor(task: VuTask, state: Int32Array) {
    this.#task = task;
    this.#port = task.port;
    this.#state = state;
  }

  run(): Promise<void> {
    this.#beat = setInterval(() => this.#pulse(), HEARTBEAT_MS);
    // What worker 0 needs to load a script, read while it waits for it; who needs it hears what is wrong.
    if (this.#task.worker === 0) loadMakers('').catch(() => undefined);
    return new Promise((resolve) => {
      this.#exit = resolve;
      this.#port.on('message', (message: ToVu) => {
        this.#receive(message).catch((error: unknown) => this.#failed(message.kind, error));
      });
    });
  }

  /** Every 50 ms: alive, how busy, how late. */
  #pulse(): void {
    const now = performance.now();
    const lag = Math.round(now - this.#pulsedAt - HEARTBEAT_MS);
    this.#pulsedAt = now;
    const state = this.#state;
    Atomics.add(state, WorkerSlot.HEARTBEAT, 1);
    if (lag > Atomics.load(state, WorkerSlot.LAG_MS)) Atomics.store(state, WorkerSlot.LAG_MS, lag);
    state[WorkerSlot.BUSY_MS] = Math.round(performance.eventLoopUtilization().active);
    state[WorkerSlot.IN_GUEST] = 0;
    this.#script?.beat();
  }

  /** Something of ours escaped from a timer or a socket. */
  broken(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? error.stack : undefined;
    this.#post({ kind: 'broken', message, ...(stack === undefined ? {} : { stack }) });
  }

  /** A promise was rejected and nobody awaited it: one of the script, or one of ours. */
  floating(reason: unknown): void {
    if (isOurs(reason)) return this.broken(reason);
    const { message, stack, hint } = floatingFault(reason);
    const fault = {
      code: 'SCRIPT_UNHANDLED_REJECTION',
      message: `a promise was rejected and nobody awaited it: ${message}`,
      hint: hint ?? 'put `await` before the call',
      ...(stack === undefined ? {} : { stack }),
    };
    if (this.#loading) {
      this.#initFault ??= { name: 'Error', ...fault };
      return;
    }
    this.#script?.floating(fault);
  }

  async #receive(message: ToVu): Promise<void> {
    switch (message.kind) {
      case 'load':
        await this.#load(message);
        return;
      case 'prepare':
        await this.#prepare(message);
        return;
      case 'setup':
        this.#needed().hook('setup', null);
        return;
      case 'teardown':
        this.#needed().hook('teardown', message.setupJson);
        return;
      case 'handleSummary':
        this.#needed().hook('handleSummary', message.summaryJson);
        return;
      case 'warm':
        this.#needed().warm(message.setupJson);
        return;
      case 'start':
        this.#start(message);
        return;
      case 'stop':
        this.#script?.stop();
        return;
      case 'instance':
        this.#script?.instance(message.others);
        return;
      case 'giveUpHook':
        this.#script?.giveUpHook();
        return;
      case 'exit':
        this.#leave();
        return;
      default:
        this.#script?.other(message);
    }
  }

  #needed(): ScriptWorker {
    if (this.#script === null) throw new Error('the worker has no script yet');
    return this.#script;
  }

  #open(file: string, bundle: string): ScriptWorker {
    const script = new ScriptWorker(this.#task, this.#state);
    script.open(file, bundle);
    return script;
  }

  async #load(message: Extract<ToVu, { kind: 'load' }>): Promise<void> {
    const script = this.#open(message.preludeFile, message.bundle);
    this.#script = script;
    this.#loading = true;
    const loaded = await script.load(message);
    // Rejections of module code are told when its microtasks are through.
    await new Promise(setImmediate);
    this.#loading = false;
    if (this.#initFault !== null) throw new RingFault(this.#initFault);
    this.#post(loaded);
  }

  async #prepare(plan: Extract<ToVu, { kind: 'prepare' }>): Promise<void> {
    const started = performance.now();
    this.#script ??= this.#open(plan.preludeFile, plan.bundle);
    await this.#script.prepare(plan);
    this.#post({ kind: 'ready', createdMs: performance.now() - started });
  }

  #start({ t0, setupJson }: Extract<ToVu, { kind: 'start' }>): void {
    // What came before is no lag of the run.
    this.#pulsedAt = performance.now();
    Atomics.store(this.#state, WorkerSlot.LAG_MS, 0);
    this.#needed().start(t0, setupJson);
  }

  #leave(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#script?.close();
    this.#port.close();
    this.#exit();
  }

  #failed(kind: ToVu['kind'], error: unknown): void {
    const phase = PHASES[kind];
    // Nobody waits for the others: what goes wrong there is ours.
    if (phase === undefined) return this.broken(error);
    this.#post({ kind: 'failed', phase, fault: scriptFault(error) });
  }

  #post(message: FromVu): void {
    this.#port.postMessage(message);
  }
}

/** What a person calls the phases that main waits for: module code runs at init, whoever asks. */
const PHASES: Partial<Record<ToVu['kind'], string>> = {
  load: 'init',
  prepare: 'init',
  setup: 'setup',
  warm: 'vuInit',
  teardown: 'teardown',
  handleSummary: 'handleSummary',
};

function scriptFault(error: unknown): ScriptFault {
  const given = error as Partial<ScriptFault> & { fault?: ScriptFault };
  if (given.fault !== undefined) return given.fault;
  return {
    code: typeof given.code === 'string' ? given.code : 'INTERNAL',
    name: given.name ?? 'Error',
    message: given.message ?? String(error),
    ...(given.hint === undefined ? {} : { hint: given.hint }),
    ...(given.stack === undefined ? {} : { stack: given.stack }),
  };
}
