// A VU worker thread: one long task. Takes messages from main, runs its share of the plan.
import { readFileSync } from 'node:fs';
import { threadId, type MessagePort } from 'node:worker_threads';
import type { ScriptFault } from '../threads/samples.ts';
import { WorkerSlot } from '../threads/state.ts';
import type { FromVu, ToVu, VuTask } from '../threads/vu.ts';
import { floatingFault } from './sandbox/floating.ts';
import { ScriptWorker } from './script-worker.ts';
import { RingFault } from './sandbox/host.ts';

const HEARTBEAT_MS = 50;

/** The one Piscina task of a VU worker; ends with the `exit` message. */
export default async function vuWorker(task: VuTask): Promise<void> {
  const state = new Int32Array(task.state);
  state[WorkerSlot.THREAD] = threadId;
  const worker = new Worker(task, state);
  // A floating rejection of a script must not take the worker's other VUs with it.
  const onRejection = (reason: unknown): void => worker.floating(reason);
  process.on('unhandledRejection', onRejection);
  try {
    await worker.run();
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

class Worker {
  readonly #task: VuTask;
  readonly #port: MessagePort;
  readonly #state: Int32Array;
  #script: ScriptWorker | null = null;
  #loading = false;
  #initFault: ScriptFault | null = null;
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
    return new Promise((resolve) => {
      this.#exit = resolve;
      this.#port.on('message', (message: ToVu) => {
        this.#receive(message).catch((error: unknown) =>
          this.#failed(phaseOf(message.kind), error),
        );
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

  /** A promise of the script was rejected and nobody awaited it. */
  floating(reason: unknown): void {
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
        this.#needed().start(message.t0, message.setupJson);
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
    script.open(readFileSync(file, 'utf8'), bundle);
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

  #leave(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#script?.close();
    this.#port.close();
    this.#exit();
  }

  #failed(phase: string, error: unknown): void {
    this.#post({ kind: 'failed', phase, fault: scriptFault(error) });
  }

  #post(message: FromVu): void {
    this.#port.postMessage(message);
  }
}

/** What a person calls it: module code runs at init, whichever message asked for it. */
function phaseOf(kind: ToVu['kind']): string {
  return kind === 'load' || kind === 'prepare' ? 'init' : kind;
}

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
