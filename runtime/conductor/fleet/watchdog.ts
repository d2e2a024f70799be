// Frees a worker thread whose script does not return: first by ending the running script only,
// then by ending the thread. It acts only while the worker says that it is in guest code.
//
// Ending the script means V8's termination exception, which no `finally` of Node's own JavaScript
// sees either: thrown inside a timer's callback, or with async hooks on, it leaves the stack of
// async contexts unbalanced and Node aborts the whole process. Hence WorkerSlot.TERMINABLE.
import { WorkerSlot } from '../../threads/state.ts';

/** What to do about one worker now. */
export type WatchdogAction = 'none' | 'terminate-script' | 'kill-thread';

/** What the watchdog remembers about one worker. */
export interface Pulse {
  beat: number;
  /** When the heartbeat last moved, ms. */
  movedAt: number;
  /** When script termination was asked for; null while not. */
  terminatedAt: number | null;
}

export interface WatchdogLimits {
  /** A heartbeat older than this in guest code is a hang, ms. */
  readonly hangMs: number;
  /** After termination was asked for, the thread gets this long to come back, ms. */
  readonly graceMs: number;
}

/** Judges one worker from its heartbeat. Pure but for `pulse`, which it brings up to date. */
export function judgePulse(
  pulse: Pulse,
  state: Int32Array,
  now: number,
  limits: WatchdogLimits,
): WatchdogAction {
  const beat = Atomics.load(state, WorkerSlot.HEARTBEAT);
  if (beat !== pulse.beat) {
    pulse.beat = beat;
    pulse.movedAt = now;
    pulse.terminatedAt = null;
    return 'none';
  }
  if (Atomics.load(state, WorkerSlot.IN_GUEST) === 0) {
    // Busy or starved in our own code: not the script's doing, killing it would help nobody.
    pulse.movedAt = now;
    return 'none';
  }
  if (pulse.terminatedAt !== null) {
    return now - pulse.terminatedAt > limits.graceMs ? 'kill-thread' : 'none';
  }
  if (now - pulse.movedAt <= limits.hangMs) return 'none';
  if (Atomics.load(state, WorkerSlot.TERMINABLE) !== 1) return 'kill-thread';
  pulse.terminatedAt = now;
  return 'terminate-script';
}
