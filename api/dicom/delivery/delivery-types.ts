// The words of delivery: receivers, what arrived, what became visible.
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

/** What arrived of what was accepted, at one moment. */
export interface Delivery {
  /** How many instances have to arrive: those of accepted stores. */
  expected: number;
  /** How many of these arrived, each counted once. */
  arrived: number;
  /** How many of these did not. */
  missing: number;
  /** How many arrivals there were beyond the accepted sends. */
  duplicated: number;
  /** Instances of the study that arrived though none of their stores was accepted. */
  unexpected: number;
  /** How many arrived with other pixel data than was sent. */
  pixelsChanged: number;
  /**
   * Instances here whose pixels could not be compared with those sent: they came in another transfer
   * syntax (little and big endian and RLE are compared), or there is no hash of them.
   */
  notCompared: number;
  /** Attributes that were not as `tags` says. */
  wrongTags: number;
  /** With `verify: 'full'`: attributes not named in `tags` that are not as they were sent, edits included. */
  changedTags: number;
  /**
   * Which attributes were wrong: `instance` (SOP Instance UID), the `file` it was read from
   * (absent for one that was made), `tag` (keyword), `expected`, `actual`.
   */
  differences: {
    instance: string;
    file?: string;
    tag: string;
    expected: unknown;
    actual: unknown;
  }[];
  /** SOP Instance UIDs of the missing, the first 50. */
  missingInstances: string[];
  /** The files they were read from, in the same order; '' for one that was made. */
  missingFiles: string[];
  /** How many associations it arrived on. */
  associations?: number;
  /** How many arrivals came after a later instance of the study. */
  outOfOrder?: number;
  /** All was there before the timeout. */
  complete?: boolean;
  /** From the question to the answer, ms. */
  durationMs: number;
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
