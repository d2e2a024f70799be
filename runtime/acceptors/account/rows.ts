// What an account is told: accepted stores, and what arrived.
import type { SentRecipe } from '../../threads/delivery.ts';

/** One accepted store that is expected here. Keys: see {@link Instances}. */
export interface AcceptedRow {
  a: number;
  b: number;
  study: number;
  /** What it was made of: see `prototypeNumber`. */
  prototype: number;
  route: number;
  /** First byte of the request, as a reading of this thread's clock. */
  time: number;
  /** How it was made, where that is asked for and not plain. */
  recipe?: SentRecipe | undefined;
}

/** One instance that arrived here. */
export interface ArrivalRow {
  a: number;
  b: number;
  /** Its study, NaN while unknown (foreign UID whose header was not read). */
  study: number;
  /** Number of its pixels; 0 = not hashed. Those that no pool has have numbers of their own. */
  pixels: number;
  /** In which form they came: see `HashNumbers`. */
  form: number;
  /** Number of the association. */
  association: number;
  /** When, as a reading of this thread's clock. */
  time: number;
  /** What an `expect({ tags })` is judged on; undefined when nothing is kept. */
  header: Evidence | undefined;
}

/** Something kept of an arrival, told when it may go. */
export interface Evidence {
  release?(): void;
}
