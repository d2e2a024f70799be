// The words of delivery: receivers, what arrived, what became visible.
import type { AcceptorFaults } from '../k6/simulate.ts';
import type { Duration, TlsOptions } from './types.ts';

export type { AcceptorFaults } from '../k6/simulate.ts';

export interface ReceiverOptions {
  aet?: string;
  aets?: readonly string[];
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 or none: any free port. */
  port?: number;
  tls?: TlsOptions;
  /** How arrivals are matched with sends. Default `'sop'`. */
  correlate?: 'sop' | 'marker' | (string & {});
  /** counts; pixels: hash of the pixel data (default); full: hash of the data set too. */
  verify?: 'counts' | 'pixels' | 'full';
  /** Default `'headers'`. */
  keep?: 'nothing' | 'headers' | 'files';
  folder?: string;
  settle?: Duration;
  faults?: AcceptorFaults;
}

export interface ExpectOptions {
  /** Default 30 s. */
  timeout?: Duration;
  /** Expected attributes on arrival: literal, regular expression, or null for absent. */
  tags?: Readonly<Record<string, unknown>>;
  /** After all is there, wait so long for duplicates. */
  quiet?: Duration;
}

/** What arrived of what was accepted, at one moment. */
export interface Delivery {
  expected: number;
  arrived: number;
  missing: number;
  duplicated: number;
  unexpected: number;
  pixelsChanged: number;
  wrongTags: number;
  /** With `verify: 'full'`: attributes not named in `tags` that are not as they were sent. */
  changedTags: number;
  /** Which attributes were wrong: instance (SOP Instance UID), keyword, expected, actual. */
  differences: { instance: string; tag: string; expected: unknown; actual: unknown }[];
  /** SOP Instance UIDs of the missing, the first 50. */
  missingInstances: string[];
  /** Associations it arrived on. */
  associations?: number;
  /** Arrivals after a later instance of the study. */
  outOfOrder?: number;
  /** All was there before the timeout. */
  complete?: boolean;
  /** From the question to the answer, ms. */
  durationMs: number;
}

export interface VerifyOptions {
  on?: unknown;
  initialDelay?: Duration;
  interval?: Duration;
  timeout?: Duration;
  /** Instances the study must have. */
  instances?: number;
  /** The study must not be there. */
  absent?: boolean;
}

export interface Visibility {
  found: boolean;
  /** Verification is switched off. */
  skipped: boolean;
  /** Time from the call to the hit. */
  durationMs: number;
  attempts: number;
  level?: 'STUDY' | 'PATIENT';
  strategy?: string;
  instances?: number;
  reason?: string;
}
