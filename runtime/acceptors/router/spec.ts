// What a simulated router does, as data: from JSON, from a script's configuration, from defaults.
import type { AcceptorFaults } from '../faults.ts';
import type { TlsSpec } from '../tls.ts';
import type { Rule } from './rules.ts';

/** Where deliveries go. */
export interface DestinationSpec {
  readonly host: string;
  readonly port: number;
  readonly calledAET: string;
  /** AE title the router calls itself there; default its own. */
  readonly callingAET?: string;
  /** Associations open at once, at most (default 4). */
  readonly associations?: number;
  /** An idle association is released after this many ms (default 1,000; 0 = after every store). */
  readonly lingerMs?: number;
  /** Waiting longer than this for an association is a failed try (default: as long as it takes). */
  readonly waitTimeoutMs?: number;
  readonly maxPdu?: number;
  /** TLS towards it; `true` trusts the system's authorities. */
  readonly tls?: TlsSpec | boolean;
}

/** Which instances go where. Every route that fits takes a copy. */
export interface RouteSpec {
  /** Name, for counts; default its called AE title. */
  readonly name?: string;
  readonly calledAET?: string;
  readonly callingAET?: string;
  readonly modality?: string;
  /** Keyword -> literal or { re, flags }. */
  readonly when?: Rule['when'];
  /** Only for what no route before it took. */
  readonly otherwise?: boolean;
  /** Names of destinations. */
  readonly to: readonly string[];
}

/** What the router does wrong on purpose, beyond what any acceptor can. Shares are 0..1. */
export interface RouterFaults extends AcceptorFaults {
  /** Answers success and forgets. */
  readonly drop?: number;
  /** Delivers twice. */
  readonly duplicate?: number;
  /** Flips one byte of the pixel data. */
  readonly corrupt?: number;
  /** Before forwarding; a list is taken in turn. */
  readonly forwardDelay?: AcceptorFaults['delay'];
}

export interface RetrySpec {
  /** Attempts after the first (default 3). */
  readonly retries?: number;
  /** Before the first retry, ms (default 1,000), then times `factor` (default 2). */
  readonly backoffMs?: number;
  readonly factor?: number;
}

export interface RouterSpec {
  /** AE titles it answers to; empty or absent = any. */
  readonly aets?: readonly string[];
  /** Calling AE titles it lets in; absent = any. */
  readonly allow?: readonly string[];
  /** AE title it calls itself at destinations (default DICOMRUN_ROUTER). */
  readonly callingAET?: string;
  readonly destinations: Readonly<Record<string, DestinationSpec>>;
  readonly routes: readonly RouteSpec[];
  readonly rules?: readonly Rule[];
  /** `immediate` (default), or a study is sent when nothing of it came for `stableMs`. */
  readonly mode?: 'immediate' | 'stable';
  readonly stableMs?: number;
  readonly retry?: RetrySpec;
  /** Bytes held in memory at most; beyond it stores are answered A700 (default 1 GiB). */
  readonly queueBytes?: number;
  /** A larger data set waits in a temporary file instead of memory (default 16 MiB). */
  readonly spoolBytes?: number;
  /** Where those files are, relative to the specification (default the system's folder for temporary files). */
  readonly spoolFolder?: string;
  /** TLS of its own port. */
  readonly tls?: TlsSpec;
  readonly faults?: RouterFaults;
}

export const ROUTER_DEFAULTS = {
  callingAET: 'DICOMRUN_ROUTER',
  associations: 4,
  lingerMs: 1000,
  retries: 3,
  backoffMs: 1000,
  factor: 2,
  stableMs: 2000,
  queueBytes: 1024 ** 3,
  spoolBytes: 16 * 1024 ** 2,
} as const;
