// The VUs of a worker as the host sees them.
import type { TagContext } from './observe/tags.ts';
import type { Timed } from './timer-queue.ts';

export const VuState = {
  /** Made, in no scenario. */
  FREE: 0,
  /** `vuInit` is running, or waits to be tried again. */
  STARTING: 1,
  /** In a scenario, between iterations. */
  READY: 2,
  /** In an iteration. */
  BUSY: 3,
  /** `vuTeardown` is running. */
  STOPPING: 4,
  /** Its iteration was shorter than `minIterationDuration`, or failed: it waits for the rest. */
  PADDING: 5,
} as const;

/** Who hears what becomes of a VU: the runner of its scenario. */
export interface VuOwner {
  /** Its VUs wait after failed iterations; where starts are due by the clock they must not. */
  readonly backsOff?: boolean;
  /** `vuInit` ended well (or there is none). */
  started(vu: VuSlot): void;
  /** `vuInit` failed and will be tried again. */
  delayed?(vu: VuSlot): void;
  /** An iteration ended. */
  done(vu: VuSlot): void;
  /** `vuTeardown` ended; the VU is free. */
  stopped(vu: VuSlot): void;
}

/** One VU. */
export class VuSlot {
  /** Index in this worker. */
  readonly slot: number;
  /** Number in the test, from 1. */
  readonly id: number;
  state: number;
  owner: VuOwner | null;
  scenario: number;
  /** Slot number in the plan of its scenario. */
  planSlot: number;
  /** No further iteration. */
  stopping: boolean;
  interrupted: boolean;
  /** Tags of its samples now. */
  context: TagContext;
  ownTags: Readonly<Record<string, string>> | null;
  /** performance.now() at the start of the iteration. */
  startedAt: number;
  iterations: number;
  /** Number of the present iteration in the whole plan. */
  iteration: number;
  /** Bytes of finished operations and closed associations in this iteration. */
  sent: number;
  received: number;
  /** Of the bytes sent in this iteration, those that a request's own sample counts already. */
  counted: number;
  /** The same of the bytes received. */
  countedReceived: number;
  /** Attempts of vuInit that failed in a row. */
  initFailures: number;
  /** Tries a failed `vuInit` again. */
  retry: Timed | null;
  /** Iterations that threw, in a row. */
  failures: number;
  /** Given up: the sandbox has forgotten it, it is never used again. */
  dropped: boolean;
  /** Waits in the ready queue. */
  queued: boolean;
  /** Counts the times it was put into a scenario: tells timers of an earlier life apart. */
  lives: number;

  constructor(slot: number, id: number, context: TagContext) {
    this.slot = slot;
    this.id = id;
    this.state = VuState.FREE;
    this.owner = null;
    this.scenario = -1;
    this.planSlot = -1;
    this.stopping = false;
    this.interrupted = false;
    this.context = context;
    this.ownTags = null;
    this.startedAt = 0;
    this.iterations = 0;
    this.iteration = 0;
    this.sent = 0;
    this.received = 0;
    this.counted = 0;
    this.countedReceived = 0;
    this.retry = null;
    this.failures = 0;
    this.initFailures = 0;
    this.dropped = false;
    this.queued = false;
    this.lives = 0;
  }
}
