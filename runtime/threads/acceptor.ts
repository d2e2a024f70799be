// The contract between main and an acceptor thread (runtime/acceptors, one long task each). Same
// process: beside data it carries the MessagePorts to the VU workers and a SharedArrayBuffer.
import type { MessagePort } from 'node:worker_threads';
import type { PoolShare } from '../dicom/pool/share.ts';
import type { MissingInstance, RouteAccount, StrayInstance } from './delivery.ts';
import type {
  ErrorMessage,
  LogMessage,
  SamplesMessage,
  ScriptFault,
  SeriesMessage,
} from './samples.ts';

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
  /** It is stored to by STOW-RS, under that path; absent: by C-STORE. */
  readonly web?: { readonly path: string };
  /** Fault policy as data; see runtime/dicom/scp. */
  readonly faults?: unknown;
  readonly tls?: unknown;
}

export interface ReceiverAddress {
  readonly id: number;
  /** Index of the acceptor thread that hosts it. */
  readonly acceptor: number;
  readonly host: string;
  readonly port: number;
  readonly aets: readonly string[];
}

/** The embedded router and archive: every route accepted, no AE title refused. */
export interface EmbeddedSpec {
  readonly host: string;
  readonly routerPort: number;
  readonly archivePort: number;
  /** Called AE title (= route name) -> receiver declaration id; else the archive. */
  readonly deliver: Readonly<Record<string, number>>;
  /** Rules, faults, queue: see runtime/acceptors/router. */
  readonly router?: unknown;
  readonly archive?: unknown;
  /** The archive speaks DICOMweb, too. */
  readonly web?: boolean;
  /** Receivers where what is stored over the web has to arrive: it goes to the router then. */
  readonly deliverWeb?: readonly number[];
  /** Serve what the router did as Prometheus text. */
  readonly metrics?: boolean;
}

export interface EmbeddedAddress {
  readonly host: string;
  readonly routerPort: number;
  readonly archivePort: number;
  /** The archive's DICOMweb services, and what they ask for; absent where nobody asked for them. */
  readonly web?: EmbeddedWeb;
  /** Port of `/metrics`; 0 = none. */
  readonly metricsPort?: number;
}

/** As a web target is configured: who means it has what it asks for. */
interface EmbeddedWeb {
  readonly url: string;
  readonly token?: string;
  readonly tls?: {
    readonly cert?: string;
    readonly key?: string;
    readonly passphrase?: string;
    readonly verify?: boolean;
  };
}

export interface AcceptorTask {
  readonly port: MessagePort;
  readonly acceptor: number;
  readonly state: SharedArrayBuffer;
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
      readonly mostStrays: number;
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
      readonly strays: readonly StrayInstance[];
    }
  | { readonly kind: 'ended' };
