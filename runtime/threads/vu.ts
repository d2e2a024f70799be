// The contract between main and a VU worker (runtime/vu, one long Piscina task each). Same process:
// beside data it carries MessagePorts and SharedArrayBuffers, which reach no further.
//
//   main (conductor) ──MessagePort──> VU worker        (here)
//   main (conductor) ──MessagePort──> acceptor thread  (acceptor.ts)
//   VU worker        ──MessagePort──> acceptor thread  (accepted rows, expectations: delivery.ts)
//   VU worker        ──MessagePort──> VU worker        (starts that found no free VU, queues)
//   any thread       ──MessagePort──> main             (samples, logs, failures: samples.ts)
import type { MessagePort } from 'node:worker_threads';
import type { Scenario, Target, Routes, VerifyTarget, WebTarget } from '../config/types.ts';
import type { RecordedTraffic } from '../executors/arrivals/recorded-traffic.ts';
import type { SegmentPart } from '../executors/segments/segment.ts';
import type { PoolShare } from '../dicom/pool/share.ts';
import type { RecordedRequests } from './recorded-requests.ts';
import type { EmbeddedAddress, ReceiverAddress, ReceiverSpec } from './acceptor.ts';
import type {
  ErrorMessage,
  LogMessage,
  SamplesMessage,
  ScriptFault,
  SeriesMessage,
} from './samples.ts';
import type { CaseMessage, SmokeCases, TableRow } from './cases.ts';
import type { InstanceCounts } from './state.ts';

/** What the script declared at init. The same call in every VU's init gets the same `id`. */
export type Declaration =
  | { readonly kind: 'pool'; readonly id: number; readonly key: string; readonly pool: PoolShare }
  | {
      readonly kind: 'receiver';
      readonly id: number;
      readonly key: string;
      readonly spec: ReceiverSpec;
    }
  | {
      readonly kind: 'recording';
      readonly id: number;
      readonly key: string;
      /** The folder as the script names it. */
      readonly name: string;
      readonly file: string;
      /** Where the line of each association is in the file. */
      readonly offsets: Float64Array;
      readonly lengths: Uint32Array;
      readonly requests: RecordedRequests;
      /** Key of the pool of its images; null without any. */
      readonly pool: string | null;
      readonly traffic: RecordedTraffic;
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
  /** As the script wrote it, names of files made absolute. */
  readonly tls?: object | boolean;
  /** Declaration id of the receiver it delivers to. */
  readonly deliversTo?: number;
}

/** A `web.server({…})` of the init pass. */
export interface WebServerSpec {
  /** True where it names no URL: it asks for the configured web target. */
  readonly usesTarget: boolean;
  /** Hosts that the script itself names. */
  readonly hosts: readonly string[];
  /**
   * As the script wrote it, where it names a URL: a ServerRequest of vu/web/servers.ts. It holds
   * secrets, and goes from the worker to main and nowhere else.
   */
  readonly own?: object;
  /** Declaration id of the receiver it delivers to. */
  readonly deliversTo?: number;
}

/** What a VU worker thread may know before it has a task. */
export interface VuThreadData {
  /** Evaluated while main bundles the script. */
  readonly preludeFile: string;
}

/** The argument of the one Piscina task of a VU worker. */
export interface VuTask {
  readonly port: MessagePort;
  readonly worker: number;
  /** Provisional for worker 0, which starts before their number is known: `prepare.mesh.length`. */
  readonly workers: number;
  /** {@link WORKER_SLOTS} Int32 slots, written by the worker, read by main's watchdog. */
  readonly state: SharedArrayBuffer;
}

/** Functions of a script that worker 0 runs once for everybody. */
export type HookName = 'setup' | 'teardown' | 'handleSummary';

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
      /** `files()` takes only these, by the names that results call them. */
      readonly onlyFiles?: readonly string[];
      /** Text declarations that were read elsewhere, by key: they are not read again. */
      readonly given?: Readonly<Record<string, string>>;
      /** Nothing is to run: functions are asked for the rows of their tables. */
      readonly tables?: boolean;
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
  | { readonly kind: 'shared'; readonly word: SharedWord }
  /** Aggregates for `exec.instance`; once a second. */
  | { readonly kind: 'instance'; readonly others: InstanceCounts }
  | { readonly kind: 'exit' };

/** Of an item that goes to them, as JSON in JSON: what one message may hold, and some room. */
export const MOST_SHARED_BYTES = 4 * 1024 ** 2;

/** What a worker says to the other processes of a run that share something with this one. */
export type SharedCall =
  /** Nobody here starts an iteration of this scenario any more. */
  | { readonly op: 'over'; readonly scenario: number }
  | { readonly op: 'push'; readonly queue: string; readonly item: string }
  | {
      readonly op: 'pop';
      readonly queue: string;
      readonly timeoutMs: number;
      readonly number: number;
    };

/** What comes of it, to one worker or to all. */
export type SharedWord =
  /** A scenario that waited for another begins, ms since t0. */
  | { readonly op: 'begin'; readonly scenario: number; readonly startMs: number }
  | { readonly op: 'popped'; readonly number: number; readonly item: string | null };

/** How fast a process may open associations to each address. */
export interface ConnectLimits {
  /** Begun and not yet answered, at most. */
  readonly backlog: number;
  /** Begun per second, at most; null = as many as are answered. */
  readonly perSecond: number | null;
}

/** All a VU worker needs to run its share of the plan. */
export interface VuPlan {
  readonly bundle: string;
  readonly preludeFile: string;
  readonly folder: string;
  /** Hosts that may be talked to, as names, addresses or `10.1.0.0/16`; absent: all. */
  readonly allow?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** 15 digits, the same in every worker: the root of this run's UIDs. */
  readonly runNumber: string;
  readonly scenarios: readonly Scenario[];
  /** Which part of the plan this process runs; its workers share it. */
  readonly part: SegmentPart;
  readonly declarations: readonly Declaration[];
  /** Where each receiver listens, by declaration id. */
  readonly receivers: readonly ReceiverAddress[];
  readonly target: Target | null;
  readonly webTarget: WebTarget | null;
  readonly routes: Routes;
  /** The route in use where a peer names none. */
  readonly route: string | null;
  readonly ledger: 'studies' | 'instances' | 'none';
  readonly verify: VerifyTarget | null;
  readonly embedded: EmbeddedAddress | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Other processes run the other parts at the same time: queues and `after` are for all of them. */
  readonly several: boolean;
  /** The option `throw`. */
  readonly throws: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly wireCacheBytes: number;
  readonly connect: ConnectLimits;
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

export type FromVu =
  | {
      readonly kind: 'loaded';
      /** `export const options` as JSON, null when there is none. */
      readonly optionsJson: string | null;
      /** Names of the exported functions. */
      readonly exports: readonly string[];
      /** Rows of `dicom.each` by exported function, where they were asked for. */
      readonly tables: Readonly<Record<string, readonly TableRow[]>>;
      readonly declarations: readonly Declaration[];
      readonly peers: readonly PeerSpec[];
      readonly webServers: readonly WebServerSpec[];
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
      readonly hook: HookName;
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
  | { readonly kind: 'shared'; readonly call: SharedCall }
  /** One line of the ledger (UIDs sent), already JSON. Main appends; mode 0600. */
  | { readonly kind: 'ledger'; readonly lines: string }
  /** Something of ours broke; the worker goes on until it is told to stop. Sent once. */
  | { readonly kind: 'broken'; readonly message: string; readonly stack?: string }
  | { readonly kind: 'ended' };
