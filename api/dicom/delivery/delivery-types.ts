// The words of delivery: receivers, what to wait for, what became visible.
import type { AcceptorFaults } from '../../k6/simulate.ts';
import type { Peer } from '../peer.ts';
import type { Duration, TlsOptions } from '../types.ts';

export type { AcceptorFaults } from '../../k6/simulate.ts';

/** Where to listen, and what to look at. See `dicomrun help delivery`. */
export interface ReceiverOptions {
  /** AE title that it answers to. Default `DICOMRUN`. */
  aet?: string;
  /** Several AE titles, instead of `aet`. */
  aets?: readonly string[];
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 or none: any free port. */
  port?: number;
  /** Listen with TLS; needs a `cert` and its `key`. */
  tls?: TlsOptions;
  /** How arrivals are matched with sends. Default `'sop'`. */
  correlate?: 'sop' | 'marker' | (string & {});
  /** counts; pixels: hash of the pixel data (default); full: hash of the data set too. */
  verify?: 'counts' | 'pixels' | 'full';
  /** Default `'headers'`. */
  keep?: 'nothing' | 'headers' | 'files';
  /** Where `keep: 'files'` puts what arrives, relative to the script. */
  folder?: string;
  /**
   * How long an arrived instance is remembered, so that a repeat is known as one. Default the
   * `settle` of the options, 30 s.
   */
  settle?: Duration;
  /** What it does wrong on purpose. Default nothing. */
  faults?: AcceptorFaults;
}

/** What to wait for. */
export interface ExpectOptions {
  /** Default 30 s. */
  timeout?: Duration;
  /**
   * Expected attributes on arrival: literal, regular expression, or null for absent. `undefined`
   * is a TypeError: what `image.get()` gives for an element that is not there is no wish.
   */
  tags?: Readonly<Record<string, unknown>>;
  /** After the last arrival, wait so long for duplicates. Default 250 ms; 0 answers at once. */
  quiet?: Duration;
}

/** Whom to ask, how often, for how long. */
export interface VerifyOptions {
  /** Whom to ask. Default the configured verify target. */
  on?: Peer;
  /** Before the first query. Default as configured, 5 s. */
  initialDelay?: Duration;
  /** Between queries. Default as configured, 5 s. */
  interval?: Duration;
  /** From the call on. Default as configured, 60 s. */
  timeout?: Duration;
  /** Number of instances that the study must have. Default: any. */
  instances?: number;
  /** Negative control: the study must not be there. */
  absent?: boolean;
  /** Also look for the patient alone, which tells a study in a quality queue. Default the study's. */
  patientId?: string;
}

/** Whether, where and when a study could be found. */
export interface Visibility {
  /** The study can be found on STUDY level, with the instances asked for. */
  found: boolean;
  /** As it should be: found, or with `absent` not found; also when skipped. */
  ok: boolean;
  /** Verification is switched off (`CFIND_VERIFY=false`). */
  skipped: boolean;
  /** From the call to the hit, ms; as fine as `interval`. */
  durationMs: number;
  /** Rounds of queries. */
  attempts: number;
  /** Level of the hit. `PATIENT` alone is a failure. */
  level?: 'STUDY' | 'PATIENT';
  /** Information model that gave the hit. */
  strategy?: 'study-root' | 'patient-root';
  /** Number of instances that the peer tells of; absent where it does not. */
  instances?: number;
  /** Why it is not ok, or skipped. */
  reason?: string;
}
