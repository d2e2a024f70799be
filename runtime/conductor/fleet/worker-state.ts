// The shared counters of VU workers, summed; a dead worker's last values stay in the sum.
import { countOf, WORKER_SLOTS, WorkerSlot } from '../../threads/state.ts';
import type { InstanceCounts } from '../../threads/state.ts';
import type { FleetCounts } from '../records/events.ts';

/** Fresh zeroed counters of one worker task. */
export function newWorkerState(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORKER_SLOTS * Int32Array.BYTES_PER_ELEMENT);
}

/** Counts that a dead worker leaves behind: what it had started and not ended is interrupted. */
export function remainsOf(state: Int32Array): FleetCounts {
  const counts = readState(state);
  const open = counts.iterationsStarted - counts.iterationsDone - counts.interrupted;
  return {
    ...counts,
    activeVUs: 0,
    vusMade: 0,
    associationsOpen: 0,
    interrupted: counts.interrupted + Math.max(0, open),
  };
}

/** Adds `more` into `sum`. */
export function addCounts(sum: FleetCounts, more: FleetCounts): void {
  sum.activeVUs += more.activeVUs;
  sum.vusMade += more.vusMade;
  sum.iterationsStarted += more.iterationsStarted;
  sum.iterationsDone += more.iterationsDone;
  sum.interrupted += more.interrupted;
  sum.associationsOpen += more.associationsOpen;
  sum.dropped += more.dropped;
}

/** All zeros. */
export function noCounts(): FleetCounts {
  return {
    activeVUs: 0,
    vusMade: 0,
    iterationsStarted: 0,
    iterationsDone: 0,
    interrupted: 0,
    associationsOpen: 0,
    dropped: 0,
  };
}

/** A snapshot of one worker's counters. */
export function readState(state: Int32Array): FleetCounts {
  return {
    activeVUs: Atomics.load(state, WorkerSlot.ACTIVE_VUS),
    vusMade: Atomics.load(state, WorkerSlot.VUS_MADE),
    iterationsStarted: countOf(state, WorkerSlot.ITERATIONS_STARTED),
    iterationsDone: countOf(state, WorkerSlot.ITERATIONS_DONE),
    interrupted: countOf(state, WorkerSlot.INTERRUPTED),
    associationsOpen: Atomics.load(state, WorkerSlot.ASSOCIATIONS_OPEN),
    dropped: countOf(state, WorkerSlot.DROPPED),
  };
}

/** Most VUs active at once since the last call. */
export function takePeak(state: Int32Array): number {
  const active = Atomics.load(state, WorkerSlot.ACTIVE_VUS);
  return Math.max(active, Atomics.exchange(state, WorkerSlot.PEAK_VUS, active));
}

/** What the other workers count, for `exec.instance` of one. */
export function countsOfOthers(all: FleetCounts, own: FleetCounts): InstanceCounts {
  return {
    iterationsCompleted: all.iterationsDone - own.iterationsDone,
    iterationsInterrupted: all.interrupted - own.interrupted,
    vusActive: all.activeVUs - own.activeVUs,
    vusInitialized: all.vusMade - own.vusMade,
  };
}
