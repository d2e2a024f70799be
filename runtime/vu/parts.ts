// What the modules of a worker share once the plan is known.
import type { Pool } from '../dicom/pool/prototype.ts';
import type { Prototype } from '../dicom/pool/prototype.ts';
import type { VuPlan } from '../threads/vu.ts';
import type { Clock } from '../threads/clock.ts';
import type { Errors } from './observe/errors.ts';
import type { Host } from './sandbox/host.ts';
import type { Requests } from './observe/requests.ts';
import type { Samples } from './observe/samples.ts';
import type { TagContext, TagContexts } from './observe/tags.ts';
import type { TimerQueue } from './timer-queue.ts';
import type { VuSlot } from './vu-slot.ts';

export interface WorkerParts {
  readonly worker: number;
  readonly workers: number;
  /** Number of this worker's study 0. */
  readonly firstStudy: number;
  readonly host: Host;
  readonly clock: Clock;
  readonly timers: TimerQueue;
  readonly samples: Samples;
  readonly contexts: TagContexts;
  readonly requests: Requests;
  readonly errors: Errors;
  readonly state: Int32Array;
  plan: VuPlan;
  readonly pools: Map<number, Pool>;
  /** VU by slot; the service VU for -1. */
  vu(slot: number): VuSlot;
  /** Tag context of what a VU does now, its group included. */
  context(vu: VuSlot): TagContext;
  prototype(number: number): Prototype;
  log(level: 'trace' | 'debug' | 'info' | 'warn' | 'error', message: string, vu?: VuSlot): void;
}
