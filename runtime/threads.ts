// The whole contract between the main thread and its worker threads: data only, all of it
// structured-clonable, so that a worker could as well live in another process.
//
//   main (conductor) ──MessagePort──> VU worker        (runtime/vu, one long Piscina task each)
//   main (conductor) ──MessagePort──> acceptor thread  (runtime/acceptors, one long task each)
//   VU worker        ──MessagePort──> acceptor thread  (accepted rows, expectations: see
//                                                      threads-delivery.ts)
//   VU worker        ──MessagePort──> VU worker        (starts that found no free VU, queues)
import type { MessagePort } from 'node:worker_threads';
import type { Scenario, Target, Routes, VerifyTarget } from './config/types.ts';
import type { Part } from './executors/segment.ts';
import type { PoolShare } from './dicom/pool/share.ts';
import type { CaseMessage, SmokeCases } from './threads-cases.ts';
import type { FailedInstance } from './metrics/summary.ts';
import type { MissingInstance, RouteAccount } from './threads-delivery.ts';

// ---------------------------------------------------------------- samples, any thread -> main

/** A time series of one worker. Sent once, before the first sample that uses its id. */
export interface SeriesDecl {
  /** Dense, from 0, private to the sending thread. */
  readonly id: number;
  readonly metric: string;
  /** Bounded set of tags (design §5); never UIDs or patient data. */
  readonly tags: Readonly<Record<string, string>>;
  /** Only for custom metrics: their type and whether values are times. */
  readonly custom?: {
    readonly type: 'counter' | 'gauge' | 'rate' | 'trend';
    readonly isTime: boolean;
  };
}

/** Transferred columns of samples: `n` valid entries in each. */
export interface SampleColumns {
  readonly n: number;
  readonly series: Uint32Array;
  /** Times in ms, rates 0|1, counters the increment, gauges the value. */
  readonly value: Float64Array;
  /** When, in ms since t0 (negative during set-up), fractions kept. */
  readonly time: Float64Array;
}

export type SeriesMessage = { readonly kind: 'series'; readonly series: readonly SeriesDecl[] };
export type SamplesMessage = { readonly kind: 'samples'; readonly columns: SampleColumns };

/** A line of script console output or of the runtime itself. */
export type LogMessage = {
  readonly kind: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Guest stack of where it came from; main maps it to the author's source. */
  readonly stack?: string;
  readonly vu?: number;
  readonly scenario?: string;
  /** A line of a transcript (`--trace`). */
  readonly trace?: true;
};

/**
 * File name of the user's script in guest stacks; every other one is the sandbox's own. It must not
 * begin with a slash, or vm2 hides its frames.
 */
export const GUEST_FILE = 'script.js';

/** One failure, for the grouped error table and `errors.ndjson`. Counted by main per `group`. */
export type ErrorMessage = {
  readonly kind: 'error';
  /** What is the same about failures that belong together: operation, code or status, called AE. */
  readonly group: string;
  readonly operation: string;
  /** Stable code (`ASSOC_REJECTED`, `TIMEOUT_RESPONSE`, `SCRIPT_EXCEPTION`) or `status A700`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly calledAET?: string;
  readonly scenario?: string;
  readonly vu?: number;
  readonly iteration?: number;
  /** Guest stack, as the sandbox formatted it; main maps it to the author's source. */
  readonly stack?: string;
  /** Some of the instances it is about, with their UIDs in full. */
  readonly instances?: readonly FailedInstance[];
  /** ms since t0. */
  readonly time: number;
  /** How many alike this message stands for (a thread folds identical errors of one flush). */
  readonly count: number;
};

// ---------------------------------------------------------------- declarations of the init pass

export interface ReceiverSpec {
  /** Application entity titles it answers to. */
  readonly aets: readonly string[];
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly correlate: string;
  readonly verify: 'counts' | 'pixels' | 'full';
  readonly keep: 'nothing' | 'headers' | 'files';
  readonly folder?: string;
  readonly settleMs?: number;
  /** Fault policy as data; see runtime/dicom/scp. */
  readonly faults?: unknown;
  readonly tls?: unknown;
}

/** What the script declared at init. The same call in every VU's init gets the same `id`. */
export type Declaration =
  | { readonly kind: 'pool'; readonly id: number; readonly key: string; readonly pool: PoolShare }
  | {
      readonly kind: 'receiver';
      readonly id: number;
      readonly key: string;
      readonly spec: ReceiverSpec;
    }
  /** `open`, `csv`, `json`, `SharedArray`: text, or bytes as latin1. */
  | { readonly kind: 'text'; readonly id: number; readonly key: string; readonly text: string };

/** A `dicom.peer({…})` of the init pass, so that main knows the targets before the run. */
export interface PeerSpec {
  /** True for `peer({})` and `peer({ route })`: it asks for the configured target. */
  readonly usesTarget: boolean;
  readonly use?: 'verify';
  readonly route?: string;
  readonly host?: string;
  readonly port?: number;
  readonly calledAET?: string;
  readonly callingAET?: string;
  /** Declaration id of the receiver it delivers to. */
  readonly deliversTo?: number;
}

export interface ScriptFault {
  /** `SCRIPT_INIT`, `SCRIPT_SETUP`, `SCRIPT_TIMEOUT`, … */
  readonly code: string;
  readonly name: string;
  readonly message: string;
  readonly hint?: string;
  /** Guest stack; frames name `script.js:line:column`. */
  readonly stack?: string;
}

// ---------------------------------------------------------------- main <-> VU worker

/** The argument of the one Piscina task of a VU worker. */
export interface VuTask {
  readonly port: MessagePort;
  readonly worker: number;
  /** Provisional for worker 0, which starts before their number is known: `prepare.mesh.length`. */
  readonly workers: number;
  /** {@link WORKER_SLOTS} Int32 slots, written by the worker, read by main's watchdog. */
  readonly state: SharedArrayBuffer;
}

/** Of `exec.instance`: what the other workers count. */
export interface InstanceCounts {
  readonly iterationsCompleted: number;
  readonly iterationsInterrupted: number;
  readonly vusActive: number;
  readonly vusInitialized: number;
}

/** Int32 slots of a VU worker's `state`. */
export const WorkerSlot = {
  /** Adds 1 every 50 ms while the event loop turns. */
  HEARTBEAT: 0,
  /** VU number (global, from 1) whose guest code runs now; -1 module code; 0 not in guest code. */
  IN_GUEST: 1,
  ACTIVE_VUS: 2,
  ITERATIONS_STARTED: 3,
  ITERATIONS_DONE: 4,
  INTERRUPTED: 5,
  /** 0 idle, 1 loaded, 2 ready, 3 running, 4 stopping, 5 ended. */
  PHASE: 6,
  ASSOCIATIONS_OPEN: 7,
  DROPPED: 8,
  /** `threadId` of the thread that runs the task, written first thing: the watchdog's address. */
  THREAD: 9,
  /**
   * 1 while a running script may be ended through the inspector. Only then does the process survive
   * it (Node 20): the script was entered from a socket or port callback or from a promise job
   * (`Promise.resolve().then`), never from inside a timer, `setImmediate` or `queueMicrotask`
   * callback, and no AsyncLocalStorage was used in this thread. Else the watchdog ends the thread.
   */
  TERMINABLE: 10,
  /** ms its event loop was busy since the thread started. */
  BUSY_MS: 11,
  /** Largest lateness of its heartbeat since main last took it (ms); main sets it to 0. */
  LAG_MS: 12,
  /** Scenario (its number in the plan) of the VU in {@link IN_GUEST}; -1 outside scenarios. */
  SCENARIO: 13,
  /** Most VUs active at once since main last took it; main sets it to those active now. */
  PEAK_VUS: 14,
  /** VUs made, active or not. */
  VUS_MADE: 15,
} as const;
export const WORKER_SLOTS = 16;

export type ToVu =
  /** Worker 0 only: run the module once, make the declarations. */
  | {
      readonly kind: 'load';
      readonly bundle: string;
      readonly preludeFile: string;
      /** The script's folder: `open`, `files`, … are relative to it. */
      readonly folder: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
      readonly runNumber: string;
      /** Configured data root (`DICOM_ROOT_DIR`), for `files()` without argument. */
      readonly dataRoot?: string;
    }
  | ({ readonly kind: 'prepare' } & VuPlan)
  | { readonly kind: 'setup'; readonly timeoutMs: number }
  /** Before `start`, where there is a vuInit: pre-allocated VUs of arrival rates run it now. */
  | { readonly kind: 'warm'; readonly setupJson: string | null }
  | { readonly kind: 'start'; readonly t0: number; readonly setupJson: string | null }
  | { readonly kind: 'stop'; readonly why: 'abort' | 'interrupt' }
  | { readonly kind: 'teardown'; readonly setupJson: string | null; readonly timeoutMs: number }
  | { readonly kind: 'handleSummary'; readonly summaryJson: string; readonly timeoutMs: number }
  /** Nobody waits for the hook that runs any more: it is to end. */
  | { readonly kind: 'giveUpHook' }
  /** A worker was replaced: this is the way to its successor from now on. */
  | { readonly kind: 'peer'; readonly worker: number; readonly port: MessagePort }
  /** Aggregates for `exec.instance`; once a second. */
  | { readonly kind: 'instance'; readonly others: InstanceCounts }
  | { readonly kind: 'exit' };

/** All a VU worker needs to run its share of the plan. */
export interface VuPlan {
  readonly bundle: string;
  readonly preludeFile: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** 15 digits, the same in every worker: the root of this run's UIDs. */
  readonly runNumber: string;
  readonly scenarios: readonly Scenario[];
  /** Which part of the plan this process runs; its workers share it. */
  readonly part: Part;
  readonly declarations: readonly Declaration[];
  /** Where each receiver listens, by declaration id. */
  readonly receivers: readonly ReceiverAddress[];
  readonly target: Target | null;
  readonly routes: Routes;
  /** The route in use where a peer names none. */
  readonly route: string | null;
  readonly ledger: 'studies' | 'instances' | 'none';
  readonly verify: VerifyTarget | null;
  readonly embedded: EmbeddedAddress | null;
  readonly tags: Readonly<Record<string, string>>;
  /** The option `throw`. */
  readonly throws: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly wireCacheBytes: number;
  readonly minIterationDurationMs: number;
  /** One port per acceptor thread, same order in every worker. */
  readonly acceptors: readonly MessagePort[];
  /** Ports to the other workers, by worker number; null for itself. */
  readonly mesh: readonly (MessagePort | null)[];
  /**
   * BigInt64: iterations taken of each scenario, workers that ended each scenario, then pairs of
   * (hash of the name, value) of `dicom.shared` counters.
   */
  readonly counters: SharedArrayBuffer;
  /**
   * Int32: iterations begun by each VU of per-vu-iterations, so that a worker that takes a dead
   * one's place does not begin them again. See `begunOffset`.
   */
  readonly begun: SharedArrayBuffer;
  readonly trace: boolean;
  /** In smoke mode, what the sandbox is told of it. */
  readonly smoke: SmokeCases | null;
}

export interface ReceiverAddress {
  readonly id: number;
  /** Index of the acceptor thread that hosts it. */
  readonly acceptor: number;
  readonly host: string;
  readonly port: number;
  readonly aets: readonly string[];
}

export interface EmbeddedAddress {
  readonly host: string;
  readonly routerPort: number;
  readonly archivePort: number;
  /** Port of `/metrics`; 0 = none. */
  readonly metricsPort?: number;
}

export type FromVu =
  | {
      readonly kind: 'loaded';
      /** `export const options` as JSON, null when there is none. */
      readonly optionsJson: string | null;
      /** Names of the exported functions. */
      readonly exports: readonly string[];
      readonly declarations: readonly Declaration[];
      readonly peers: readonly PeerSpec[];
      /** Names of custom metrics, for threshold checks. */
      readonly customMetrics: readonly {
        readonly name: string;
        readonly type: string;
        readonly isTime: boolean;
      }[];
      /** Things worth a line: files skipped, … */
      readonly notes: readonly string[];
    }
  | { readonly kind: 'ready'; readonly createdMs: number }
  | { readonly kind: 'warmed' }
  /** `load`, `prepare`, `setup`, `teardown` or `handleSummary` went wrong. */
  | { readonly kind: 'failed'; readonly phase: string; readonly fault: ScriptFault }
  | {
      readonly kind: 'hook';
      readonly hook: 'setup' | 'teardown' | 'handleSummary';
      readonly json: string | null;
    }
  | SeriesMessage
  | SamplesMessage
  | LogMessage
  | CaseMessage
  | ErrorMessage
  /** `exec.test.abort()` / `exec.test.fail()`. */
  | { readonly kind: 'abortTest'; readonly message: string }
  | { readonly kind: 'failTest'; readonly message: string }
  /** One line of the ledger (UIDs sent), already JSON. Main appends; mode 0600. */
  | { readonly kind: 'ledger'; readonly lines: string }
  | { readonly kind: 'ended' };

// ---------------------------------------------------------------- main <-> acceptor thread

export interface AcceptorTask {
  readonly port: MessagePort;
  readonly acceptor: number;
  readonly state: SharedArrayBuffer;
}

/** The embedded router and archive (design §6): every route accepted, no AE title refused. */
export interface EmbeddedSpec {
  readonly host: string;
  readonly routerPort: number;
  readonly archivePort: number;
  /** Called AE title (= route name) -> receiver declaration id; else the archive. */
  readonly deliver: Readonly<Record<string, number>>;
  /** Rules, faults, queue: see runtime/acceptors/router. */
  readonly router?: unknown;
  readonly archive?: unknown;
  /** Serve what the router did as Prometheus text. */
  readonly metrics?: boolean;
}

export type ToAcceptor =
  | {
      readonly kind: 'listen';
      readonly runNumber: string;
      readonly receivers: readonly { readonly id: number; readonly spec: ReceiverSpec }[];
      readonly embedded: EmbeddedSpec | null;
      readonly settleMs: number;
      readonly horizonMs: number;
      /** One port per VU worker, by worker number. */
      readonly workers: readonly MessagePort[];
      /** Pools, for expected pixel and dataset hashes. */
      readonly pools: readonly PoolShare[];
      /** So many missing instances are named at most; all are counted. */
      readonly mostMissing: number;
      /** The script's folder: certificates of the embedded target are relative to it. */
      readonly folder: string;
    }
  | { readonly kind: 'start'; readonly t0: number }
  /** A VU worker was replaced: its rows come through this port from now on. */
  | { readonly kind: 'worker'; readonly worker: number; readonly port: MessagePort }
  /**
   * Sending is over: wait until all has arrived or `settleMs` passed, then close the account. Sent
   * again it shortens the wait.
   */
  | { readonly kind: 'settle'; readonly settleMs: number }
  | { readonly kind: 'exit' };

export type FromAcceptor =
  | {
      readonly kind: 'listening';
      readonly receivers: readonly Omit<ReceiverAddress, 'acceptor'>[];
      readonly embedded: EmbeddedAddress | null;
    }
  | { readonly kind: 'failed'; readonly phase: string; readonly fault: ScriptFault }
  | SeriesMessage
  | SamplesMessage
  | LogMessage
  | ErrorMessage
  | { readonly kind: 'settling'; readonly outstanding: number }
  | {
      readonly kind: 'settled';
      readonly accounts: readonly RouteAccount[];
      readonly missing: readonly MissingInstance[];
    }
  | { readonly kind: 'ended' };
