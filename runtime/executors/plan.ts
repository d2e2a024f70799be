// A plan is data: what an executor will do, in integer ns from the start of its scenario, for one
// execution segment. The worker's loop walks it; nothing here knows a clock.

/** What happens to a slot. At equal times `start` comes before `stop`, `stop` before `kill`. */
export type SlotEventKind = 'start' | 'stop' | 'kill';

/**
 * `start`: the slot loops (or carries on, if its graceful stop is not yet done); `stop`: no further
 * iteration; `kill`: the running iteration is cut off.
 */
export interface SlotEvent {
  readonly atNs: number;
  /** Number of the slot in the whole plan, from 0, the same on every segment. */
  readonly slot: number;
  readonly kind: SlotEventKind;
}

interface PlanBase {
  readonly scenario: string;
  /**
   * No iteration starts at or after this time; of open plans, all starts are at or before it (a
   * ramp's last one may fall exactly on it and is due).
   */
  readonly regularEndNs: number;
  /** Everything is cut off here: regular end + gracefulStop. */
  readonly endNs: number;
  /** Most VUs of this segment at once. */
  readonly maxVUs: number;
  /** Which of the process's iterations has this number in the whole plan, from 0. */
  rankOf(number: number): number;
}

/** Slots that loop: constant-vus, ramping-vus, per-vu-iterations, shared-iterations. */
export interface ClosedPlan extends PlanBase {
  readonly kind: 'closed';
  /**
   * Owned slots only, sorted by (atNs, kind, slot), a slot at most once at a time. Implied and not
   * listed: every slot's stop at `regularEndNs` and its kill at `endNs`.
   */
  readonly events: readonly SlotEvent[];
  /** Every owned slot does this many iterations, then stops. */
  readonly iterationsPerVU?: number;
  /** Iterations that the VUs of the process take one by one from a common counter, until none is left. */
  readonly pool?: IterationPool;
  /**
   * Number of an iteration in the whole plan: of the `rank`-th of the process, or, with
   * `iterationsPerVU`, of the `rank`-th of a slot. No two segments have the same.
   */
  numberOf(rank: number, slot: number): number;
}

export interface IterationPool {
  /** How many the process has. */
  readonly size: number;
  /** When the iteration of this number is due, ns from the start of the scenario. */
  dueNs?(number: number): number;
}

/** The next start of an {@link OpenPlan}, reused by the iterator: read it before the next call. */
export interface StartCursor {
  /** Index of the start in the whole plan, from 0. */
  k: number;
  /** Intended time of the start, ns. */
  atNs: number;
}

/** Starts at a rate, whoever is free: constant-arrival-rate, ramping-arrival-rate. */
export interface OpenPlan extends PlanBase {
  readonly kind: 'open';
  /** Starts of the whole plan. */
  readonly totalStarts: number;
  /** Starts of this segment. */
  readonly ownedStarts: number;
  /** VUs of this segment made before t0. */
  readonly preAllocatedVUs: number;
  /** Global slots of this segment's VUs in the order they are made (the first preAllocatedVUs first). */
  readonly slots: readonly number[];
  /** Intended time of the k-th start of the whole plan (k from 0), ns. */
  startNs(k: number): number;
  /** True when the k-th start belongs to this segment. */
  owned(k: number): boolean;
  /**
   * A fresh walk over the owned starts in order. `next()` moves the cursor and returns false after
   * the last. No allocation per start.
   */
  starts(): { readonly cursor: StartCursor; next(): boolean };
}

export type Plan = ClosedPlan | OpenPlan;

/** VUs from `atNs` on, for charts and reservations. */
export interface VuStep {
  readonly atNs: number;
  readonly vus: number;
}

/** As many VUs all the time. */
export function steadily(vus: number, untilNs: number): VuStep[] {
  return [
    { atNs: 0, vus },
    { atNs: untilNs, vus: 0 },
  ];
}
