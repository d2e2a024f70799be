// The answer to `expect()`: what of a study (or of one instance) arrived at a receiver, judged once.
import type { Wish } from '../../../api/k6/simulate.ts';

/** One element that is not as it should be. */
export interface TagDifference {
  /** SOP Instance UID. */
  readonly instance: string;
  /** File it was read from; absent for one that was made. */
  readonly file?: string;
  /** Keyword as asked for, or 'ggggeeee'. */
  readonly tag: string;
  /** What was expected, as text; null = to be absent. */
  readonly expected: string | null;
  /** What arrived; null = absent. */
  readonly actual: string | null;
}

/** A snapshot; its JSON travels to the script. */
export interface Delivery {
  /** Distinct instances the peer accepted. */
  readonly expected: number;
  /** Of those, how many are here. */
  readonly arrived: number;
  readonly missing: number;
  /** Arrivals beyond the accepted sends of their instance. */
  readonly duplicated: number;
  /** Instances here that no peer accepted. */
  readonly unexpected: number;
  readonly pixelsChanged: number;
  /** Here, and not compared: came in another transfer syntax, or has no hash. */
  readonly notCompared: number;
  /** Elements that are not as `tags` wants them, over all instances. */
  readonly wrongTags: number;
  /** With `verify: 'full'`: elements not named in `tags` that are not as they were sent. */
  readonly changedTags: number;
  /** The first {@link MOST_DIFFERENCES} of both. */
  readonly differences: readonly TagDifference[];
  /** SOP Instance UIDs that are missing, the first {@link MOST_DIFFERENCES}. */
  readonly missingInstances: readonly string[];
  /** The files they were read from, in the same order; '' for one that was made. */
  readonly missingFiles: readonly string[];
  /** Associations on which the study arrived. */
  readonly associations: number;
  /** Arrivals after a later member of the study. */
  readonly outOfOrder: number;
  /** All was there before the timeout. */
  readonly complete: boolean;
  /** From the question to the answer, ms. */
  readonly durationMs: number;
}

/** How many differences and missing UIDs an answer names. */
export const MOST_DIFFERENCES = 50;

/** What a script may want of an element: a literal, a pattern, or null for absent. */
export type TagWish = Wish;

/** `expect()`: which study or instance, until when, and what its elements should be. */
export interface Expectation {
  readonly ticket: number;
  /** Study number; negative for a study with a foreign UID. */
  readonly study: number;
  /** Key of the one instance in question. */
  readonly instance?: readonly [number, number];
  /** Accepted sends of it, as the asking VU counted; they may have gone to other receivers too. */
  readonly accepted: number;
  readonly timeoutMs: number;
  /** How long nothing may arrive before all counts as there, ms. */
  readonly quietMs: number;
  readonly tags?: Readonly<Record<string, TagWish>>;
  /** Called once. */
  answer(delivery: Delivery): void;
}
