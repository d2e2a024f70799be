// The life of VUs on the host's side: rings the sandbox, counts what comes of it, tells the runner.
import { Enter, Op, type Fault } from '../../../api/bridge.ts';
import { addCount, WorkerSlot } from '../../threads/state.ts';
import type { Errors } from '../observe/errors.ts';
import type { Host } from '../sandbox/host.ts';
import type { Samples } from '../observe/samples.ts';
import type { TagContext, TagContexts } from '../observe/tags.ts';
import type { TimerQueue, Timed } from '../timer-queue.ts';
import { VuState, type VuOwner, type VuSlot } from '../vu-slot.ts';

export interface LifeParts {
  readonly host: Host;
  readonly samples: Samples;
  readonly contexts: TagContexts;
  readonly timers: TimerQueue;
  readonly errors: Errors;
  readonly state: Int32Array;
  readonly vus: readonly VuSlot[];
  /** Shorter iterations are padded, outside `iteration_duration`. */
  readonly minIterationMs: number;
  /** Releases what is still open of a VU that stops. */
  close(vu: VuSlot): void;
  /** Bytes that the VU's open associations moved since the last call: [sent, received]. */
  traffic(vu: VuSlot): readonly [number, number];
  /** The tag context of a VU, its scenario and stage. */
  contextOf(vu: VuSlot): TagContext;
}

interface IterationSeries {
  readonly iterations: number;
  readonly duration: number;
  readonly failed: number;
  readonly failedInit: number;
  readonly sent: number;
  readonly received: number;
  readonly lag: number;
}

/** Where a VU was that did not come back. */
const PHASES: Readonly<Record<number, string>> = {
  [VuState.STARTING]: 'vuInit',
  [VuState.STOPPING]: 'vuTeardown',
};
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/** The wait after the first of several failures in a row, and the longest. */
const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 1000;

/** A VU that is refused comes again, but not as fast as it can: that would be an attack, not a load. */
function backoffMs({ failures, owner }: VuSlot): number {
  if (failures === 0 || owner?.backsOff !== true) return 0;
  return Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
}

export class Life {
  readonly #parts: LifeParts;
  readonly #series = new Map<TagContext, IterationSeries>();

  constructor(parts: LifeParts) {
    this.#parts = parts;
    const { host } = parts;
    host.handle(Op.DONE, (slot) => this.#done(slot));
    host.handle(Op.VU_INIT_DONE, (slot) => this.#initDone(slot));
    host.handle(Op.VU_TEARDOWN_DONE, (slot) => this.#teardownDone(slot));
  }

  /** Puts a free VU into a scenario and runs vuInit; `owner.started` is called when it is ready. */
  attach(vu: VuSlot, scenario: number, owner: VuOwner): void {
    vu.owner = owner;
    vu.scenario = scenario;
    this.#parts.host.scenarios[vu.slot] = scenario;
    vu.stopping = false;
    vu.interrupted = false;
    vu.ownTags = null;
    vu.initFailures = 0;
    vu.failures = 0;
    vu.lives++;
    vu.context = this.#parts.contextOf(vu);
    vu.state = VuState.STARTING;
    const { state } = this.#parts;
    const active = Atomics.add(state, WorkerSlot.ACTIVE_VUS, 1) + 1;
    if (active > Atomics.load(state, WorkerSlot.PEAK_VUS)) {
      Atomics.store(state, WorkerSlot.PEAK_VUS, active);
    }
    this.#init(vu);
  }

  #init(vu: VuSlot): void {
    const waits = this.#parts.host.begin(Enter.VU_INIT, vu.slot, vu.scenario, vu.id);
    if (waits !== 0) return;
    vu.state = VuState.READY;
    vu.owner?.started(vu);
  }

  /** Starts an iteration of a ready VU. */
  iterate(vu: VuSlot, iteration: number): void {
    const { host, state } = this.#parts;
    vu.state = VuState.BUSY;
    vu.iteration = iteration;
    vu.startedAt = performance.now();
    addCount(state, WorkerSlot.ITERATIONS_STARTED, 1);
    host.begin(Enter.ITERATE, vu.slot, iteration, vu.id);
  }

  /** How late an iteration started, where a time was asked for (ms). */
  lag(vu: VuSlot, ms: number): void {
    this.#parts.samples.add(this.#seriesOf(vu.context).lag, Math.max(0, ms));
  }

  /** Runs vuTeardown, releases what the VU kept; `owner.stopped` is called when it is free. */
  detach(vu: VuSlot): void {
    vu.state = VuState.STOPPING;
    this.#parts.host.begin(Enter.VU_TEARDOWN, vu.slot, 0, vu.id);
  }

  /** Cuts off what the VU is doing: every call it waits for ends, every later one is refused. */
  interrupt(vu: VuSlot): void {
    if (vu.interrupted) return;
    const { host } = this.#parts;
    vu.interrupted = true;
    host.enter(Enter.INTERRUPT, vu.slot, 0, vu.id);
    host.cancel(vu.slot);
  }

  /** The VU never answered its interruption: forget it. */
  abandon(vu: VuSlot): void {
    const { host } = this.#parts;
    if (vu.state === VuState.BUSY) this.#countInterrupted();
    // One that was not asked to stop was cut off by the watchdog, which has told of it.
    if (vu.interrupted) this.#parts.errors.stuck(vu, PHASES[vu.state] ?? 'iteration');
    host.enter(Enter.DROP_VU, vu.slot, 0, vu.id);
    vu.dropped = true;
    this.#free(vu);
  }

  #done(slot: number): number {
    const vu = this.#vu(slot);
    if (vu === undefined || vu.state !== VuState.BUSY) return 0;
    const outcome = this.#parts.host.x();
    const { samples, state } = this.#parts;
    const series = this.#seriesOf(vu.context);
    const [sent, received] = this.#parts.traffic(vu);
    if (sent > 0) samples.add(series.sent, sent);
    if (received > 0) samples.add(series.received, received);
    if (outcome === 2) {
      this.#countInterrupted();
    } else {
      addCount(state, WorkerSlot.ITERATIONS_DONE, 1);
      const at = samples.now();
      samples.addAt(series.iterations, 1, at);
      samples.addAt(series.duration, performance.now() - vu.startedAt, at);
      samples.addAt(series.failed, outcome === 1 ? 1 : 0, at);
      if (outcome === 1) this.#tell(vu, 'iteration');
    }
    vu.iterations++;
    vu.failures = outcome === 1 ? vu.failures + 1 : 0;
    const least = Math.max(this.#parts.minIterationMs, backoffMs(vu));
    if (least > 0 && outcome !== 2 && this.#pads(vu, least)) return 0;
    vu.state = VuState.READY;
    vu.owner?.done(vu);
    return 0;
  }

  /** Lets a VU wait until its iteration has taken so long; whoever stops it need not wait. */
  #pads(vu: VuSlot, leastMs: number): boolean {
    const { timers } = this.#parts;
    const { lives, startedAt } = vu;
    const at = startedAt + leastMs;
    if (vu.stopping || at <= performance.now()) return false;
    vu.state = VuState.PADDING;
    const due = (): void => {
      if (vu.lives !== lives || vu.startedAt !== startedAt) return;
      if (vu.state !== VuState.PADDING) return;
      vu.state = VuState.READY;
      vu.owner?.done(vu);
    };
    timers.add({ at, index: -1, due });
    return true;
  }

  #countInterrupted(): void {
    const { state } = this.#parts;
    addCount(state, WorkerSlot.INTERRUPTED, 1);
  }

  #initDone(slot: number): number {
    const vu = this.#vu(slot);
    if (vu === undefined || vu.state !== VuState.STARTING) return 0;
    const { host, samples } = this.#parts;
    const outcome = host.x();
    this.#parts.traffic(vu);
    if (outcome === 1) {
      samples.add(this.#seriesOf(vu.context).failedInit, 1);
      this.#tell(vu, 'vuInit');
      vu.initFailures++;
      if (!vu.stopping) {
        this.#retry(vu);
        vu.owner?.delayed?.(vu);
        return 0;
      }
    }
    vu.state = VuState.READY;
    if (outcome === 0) vu.owner?.started(vu);
    else this.#free(vu);
    return 0;
  }

  /** A failed vuInit is tried again after 1 s, 2 s, … 30 s, unless the slot stops first. */
  #retry(vu: VuSlot): void {
    const { timers } = this.#parts;
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (vu.initFailures - 1));
    const again: Timed = {
      at: performance.now() + wait,
      index: -1,
      due: () => {
        vu.retry = null;
        this.#init(vu);
      },
    };
    vu.retry = again;
    timers.add(again);
  }

  /** Frees a VU whose vuInit failed and waits to be tried again. */
  giveUp(vu: VuSlot): void {
    if (vu.retry !== null) this.#free(vu);
  }

  #teardownDone(slot: number): number {
    const vu = this.#vu(slot);
    if (vu === undefined || vu.state !== VuState.STOPPING) return 0;
    if (this.#parts.host.x() === 1) this.#tell(vu, 'vuTeardown');
    this.#parts.traffic(vu);
    this.#free(vu);
    return 0;
  }

  #free(vu: VuSlot): void {
    const { owner, retry } = vu;
    if (retry !== null) this.#parts.timers.remove(retry);
    vu.retry = null;
    this.#parts.close(vu);
    Atomics.sub(this.#parts.state, WorkerSlot.ACTIVE_VUS, 1);
    vu.state = VuState.FREE;
    vu.owner = null;
    vu.scenario = -1;
    owner?.stopped(vu);
  }

  #tell(vu: VuSlot, phase: string): void {
    const fault = JSON.parse(this.#parts.host.words()) as Fault;
    this.#parts.errors.script(fault, vu, phase);
  }

  #vu(slot: number): VuSlot | undefined {
    return this.#parts.vus[slot];
  }

  #seriesOf(context: TagContext): IterationSeries {
    let series = this.#series.get(context);
    if (series === undefined) {
      const { contexts } = this.#parts;
      const failedInit = contexts.with(context, 'phase vuInit', { phase: 'vuInit' });
      series = {
        iterations: contexts.series(context, 'iterations'),
        duration: contexts.series(context, 'iteration_duration'),
        failed: contexts.series(context, 'iteration_failed'),
        failedInit: contexts.series(failedInit, 'iteration_failed'),
        sent: contexts.series(context, 'data_sent'),
        received: contexts.series(context, 'data_received'),
        lag: contexts.series(context, 'iteration_lag'),
      };
      // As in k6, both are there even when nothing was sent.
      this.#parts.samples.add(series.sent, 0);
      this.#parts.samples.add(series.received, 0);
      this.#series.set(context, series);
    }
    return series;
  }
}
