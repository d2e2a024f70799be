// The slots of the memory that a thread shares with main: written there, read here, no message between.

/** Of `exec.instance`: what the other workers count. */
export interface InstanceCounts {
  readonly iterationsCompleted: number;
  readonly iterationsInterrupted: number;
  readonly vusActive: number;
  readonly vusInitialized: number;
}

/** Int32 slots of a VU worker's `state`. */
export const WorkerSlot = {
  /** Adds 1 every 50 ms while the event loop turns. */
  HEARTBEAT: 0,
  /** VU number (global, from 1) whose guest code runs now; -1 module code; 0 not in guest code. */
  IN_GUEST: 1,
  ACTIVE_VUS: 2,
  /** {@link countOf}, as the next two and DROPPED: each has the slot of its upper half, too. */
  ITERATIONS_STARTED: 3,
  ITERATIONS_DONE: 4,
  INTERRUPTED: 5,
  /** 0 idle, 1 loaded, 2 ready, 3 running, 4 stopping, 5 ended. */
  PHASE: 6,
  ASSOCIATIONS_OPEN: 7,
  DROPPED: 8,
  /** `threadId` of the thread that runs the task, written first thing: the watchdog's address. */
  THREAD: 9,
  /**
   * 1 while a running script may be ended through the inspector. Only then does the process survive
   * it (Node 20): the script was entered from a socket or port callback or from a promise job
   * (`Promise.resolve().then`), never from inside a timer, `setImmediate` or `queueMicrotask`
   * callback, and no AsyncLocalStorage was used in this thread. Else the watchdog ends the thread.
   */
  TERMINABLE: 10,
  /** ms its event loop was busy since the thread started. */
  BUSY_MS: 11,
  /** Largest lateness of its heartbeat since main last took it (ms); main sets it to 0. */
  LAG_MS: 12,
  /** Scenario (its number in the plan) of the VU in {@link IN_GUEST}; -1 outside scenarios. */
  SCENARIO: 13,
  /** Most VUs active at once since main last took it; main sets it to those active now. */
  PEAK_VUS: 14,
  /** VUs made, active or not. */
  VUS_MADE: 15,
  /** What an acceptor thread began last, of {@link StationWork}, and at which of its stations. */
  WORK: 16,
  STATION: 17,
} as const;

/** Each has one more for the upper half of a count: see {@link countOf}. */
export const WORKER_SLOTS = 2 * 18;

/** Work of a station that may take long; told where its thread stands still. */
export const StationWork = { NONE: 0, STORE: 1, EXPECT: 2, QUERY: 3 } as const;

/** Stations that are no receiver; those have the numbers of their declarations. */
export const EMBEDDED_STATION = { ROUTER: -1, ARCHIVE: -2, SINK: -3 } as const;

/** Where the upper half of a count stands, after its lower one. */
const UPPER = 18;
const HALF = 2 ** 32;

/**
 * A count that may leave 32 bits, in two slots. One thread counts; another may read, and sees one
 * that was or is.
 */
export function countOf(state: Int32Array, slot: number): number {
  for (;;) {
    const upper = Atomics.load(state, slot + UPPER);
    const lower = Atomics.load(state, slot) >>> 0;
    // The lower half came round in between: look again.
    if (Atomics.load(state, slot + UPPER) === upper) return upper * HALF + lower;
  }
}

/** Counts on; only the thread whose count it is. */
export function addCount(state: Int32Array, slot: number, more: number): void {
  const lower = ((state[slot] ?? 0) >>> 0) + more;
  if (lower < HALF) {
    state[slot] = lower;
    return;
  }
  // why this order: in between it is too large and not too small, and gone a moment later
  Atomics.add(state, slot + UPPER, 1);
  Atomics.store(state, slot, lower - HALF);
}
