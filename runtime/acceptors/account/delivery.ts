// The question of `expect()`: which study (or one instance of it), and what its elements should be.
import type { Delivery } from '../../../api/dicom/delivery/delivered.ts';
import type { Wish } from '../../../api/k6/simulate.ts';

/** One element that is not as it should be. */
export type TagDifference = Readonly<Delivery['differences'][number]>;

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
