// Walks a closed plan: slots that loop (constant-vus, ramping-vus, per-vu- and shared-iterations).
import type { ClosedPlan, SlotEvent } from '../../executors/plan.ts';
import { killVu, type RunnerLife, type RunnerParts, type ScenarioRunner } from './runner.ts';
import type { Timed } from '../timer-queue.ts';
import { newcomersMs } from './turns.ts';
import { VuState, type VuOwner, type VuSlot } from '../vu-slot.ts';

const NS_PER_MS = 1e6;
const resolved = Promise.resolve();

export class ClosedRunner implements ScenarioRunner, VuOwner, Timed {
  readonly #plan: ClosedPlan;
  readonly #parts: RunnerParts;
  readonly #life: RunnerLife;
  /** By slot number of the plan. */
  readonly #slots = new Map<number, VuSlot>();
  /** Slots that have taken a paced iteration which is not due yet, with what wakes them. */
  readonly #waiting = new Map<VuSlot, Timed>();
  #next = 0;
  #startMs = 0;
  #ending = false;
  #stopped = false;
  #over = false;
  #started = false;
  /** The next walk will come. */
  #armed = false;
  /** performance.now() of the end of the last walk, where that left something for this turn. */
  #leftAt = Number.POSITIVE_INFINITY;
  /** performance.now() of the next plan event. */
  at = 0;
  index = -1;
  readonly backsOff = true;

  constructor(plan: ClosedPlan, parts: RunnerParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#life = parts.life;
  }

  get finished(): boolean {
    return this.#over;
  }

  /** @param startMs ms since t0 */
  start(startMs: number): void {
    this.#startMs = startMs;
    this.#started = true;
    this.#arm(false);
    // A part without a VU has nothing to wait for.
    this.#maybeOver();
  }

  stop(): void {
    if (this.#over) return;
    this.#ending = true;
    this.#stopped = true;
    this.#parts.timers.remove(this);
    for (const vu of [...this.#slots.values()]) killVu(vu, this.#parts);
    this.#maybeOver();
  }

  /** Walks the events that are due, until it is the turn of those at work: a VU connects as it starts. */
  due(): void {
    this.#armed = false;
    if (this.#over || this.#stopped) return;
    const now = this.#sinceStartNs();
    const { events, endNs, regularEndNs } = this.#plan;
    const began = performance.now();
    const until = began + newcomersMs(began - this.#leftAt);
    let event = events[this.#next];
    while (event !== undefined && event.atNs <= now && performance.now() <= until) {
      this.#next++;
      this.#apply(event);
      event = events[this.#next];
    }
    if (now >= regularEndNs) this.#end();
    if (now >= endNs) this.stop();
    else this.#arm(event !== undefined && event.atNs <= now);
    this.#maybeOver();
  }

  /** After a stall: a walk that was cut off will not come back by itself. */
  rearm(): void {
    if (this.#started && !this.#stopped && !this.#armed) this.#arm(true);
  }

  #sinceStartNs(): number {
    // A timer may fire half a millisecond early: take it as due.
    return Math.floor((this.#parts.clock.now() - this.#startMs + 0.5) * NS_PER_MS);
  }

  /** @param behind events are due already: in the next turn of the loop */
  #arm(behind: boolean): void {
    if (this.#over) return;
    this.#armed = true;
    if (behind) {
      this.#leftAt = performance.now();
      setImmediate(() => void resolved.then(() => this.due()));
      return;
    }
    this.#leftAt = Number.POSITIVE_INFINITY;
    const { events, regularEndNs, endNs } = this.#plan;
    const event = events[this.#next];
    const endAt = this.#ending ? endNs : regularEndNs;
    const next = event === undefined ? endAt : Math.min(event.atNs, endAt);
    this.at = this.#parts.clock.reading(this.#startMs + next / NS_PER_MS);
    this.#parts.timers.add(this);
  }

  #apply(event: SlotEvent): void {
    const vu = this.#slots.get(event.slot);
    if (event.kind === 'start') {
      if (vu !== undefined) vu.stopping = false;
      else if (!this.#ending) this.#begin(event.slot);
    } else if (vu !== undefined && event.kind === 'stop') {
      this.#askToStop(vu);
    } else if (vu !== undefined && vu.stopping) {
      killVu(vu, this.#parts);
    }
  }

  #begin(planSlot: number): void {
    const vu = this.#parts.freeVu();
    if (vu === null) return;
    vu.planSlot = planSlot;
    this.#slots.set(planSlot, vu);
    this.#life.attach(vu, this.#parts.scenario, this);
  }

  /** The regular end: nobody starts an iteration any more. */
  #end(): void {
    if (this.#ending) return;
    this.#ending = true;
    for (const vu of [...this.#slots.values()]) this.#askToStop(vu);
  }

  #askToStop(vu: VuSlot): void {
    vu.stopping = true;
    const rests = vu.state === VuState.PADDING || (vu.state === VuState.READY && !vu.queued);
    if (rests) this.#life.detach(vu);
    else this.#life.giveUp(vu);
  }

  // ---------------------------------------------------------------- VuOwner

  started(vu: VuSlot): void {
    if (vu.stopping || vu.interrupted) this.#life.detach(vu);
    else this.#parts.ready(vu);
  }

  done(vu: VuSlot): void {
    const ends = vu.stopping || vu.interrupted || this.#ending || !this.#hasMore(vu);
    if (ends) this.#life.detach(vu);
    else this.#parts.again(vu);
  }

  /** From the ready queue: begins the next iteration, if there is one. */
  go(vu: VuSlot): void {
    if (vu.state !== VuState.READY) return;
    // All done already where a worker took a dead one's place.
    if (vu.stopping || this.#ending || !this.#hasMore(vu)) {
      this.#life.detach(vu);
      return;
    }
    const iteration = this.#take(vu);
    if (iteration !== null) {
      this.#pace(vu, iteration);
      return;
    }
    this.#life.detach(vu);
    for (const other of [...this.#slots.values()]) this.delayed(other);
  }

  /** A VU whose vuInit failed is not tried again when no iteration is left for it. */
  delayed(vu: VuSlot): void {
    const { pool } = this.#plan;
    if (pool !== undefined && this.#parts.taken() >= pool.size) this.#life.giveUp(vu);
  }

  /** Number of the VU's next iteration in the whole plan; null when none is left. */
  #take(vu: VuSlot): number | null {
    const { iterationsPerVU, pool } = this.#plan;
    const own = iterationsPerVU !== undefined;
    const rank = own ? this.#parts.begin(vu.planSlot) : this.#parts.take();
    if (pool !== undefined && rank >= pool.size) return null;
    return this.#plan.numberOf(rank, vu.planSlot);
  }

  /** With `paceOver` an iteration is not begun before it is due. */
  #pace(vu: VuSlot, iteration: number): void {
    const dueNs = this.#plan.pool?.dueNs?.(iteration);
    if (dueNs === undefined) {
      this.#life.iterate(vu, iteration);
      return;
    }
    const dueMs = this.#startMs + dueNs / NS_PER_MS;
    const begin = (): void => {
      // why: at the regular end it may be in vuTeardown by now; `stopped` gives up what it waited for
      if (vu.state !== VuState.READY) return;
      this.#waiting.delete(vu);
      this.#life.lag(vu, this.#parts.clock.now() - dueMs);
      this.#life.iterate(vu, iteration);
    };
    if (dueMs <= this.#parts.clock.now()) {
      begin();
      return;
    }
    const timer: Timed = { at: this.#parts.clock.reading(dueMs), index: -1, due: begin };
    this.#waiting.set(vu, timer);
    this.#parts.timers.add(timer);
  }

  /** Who stops before its paced iteration was due leaves it behind: it is taken, and nobody else's. */
  #giveUpWait(vu: VuSlot): void {
    const timer = this.#waiting.get(vu);
    if (timer === undefined) return;
    this.#waiting.delete(vu);
    this.#parts.timers.remove(timer);
    this.#parts.dropped(1);
  }

  #hasMore(vu: VuSlot): boolean {
    const { iterationsPerVU } = this.#plan;
    if (iterationsPerVU === undefined) return true;
    return this.#parts.begun(vu.planSlot) < iterationsPerVU;
  }

  stopped(vu: VuSlot): void {
    this.#giveUpWait(vu);
    this.#slots.delete(vu.planSlot);
    this.#parts.release(vu);
    if (!vu.stopping && !this.#ending && this.#startsAgain(vu)) this.#begin(vu.planSlot);
    this.#maybeOver();
  }

  /**
   * Whether a slot goes on that nobody asks to stop: its VU was given up in the middle of its work,
   * or was on its way out when the slot was started again.
   */
  #startsAgain(vu: VuSlot): boolean {
    return (vu.dropped && this.#hasMore(vu)) || this.#endless;
  }

  get #endless(): boolean {
    const { iterationsPerVU, pool } = this.#plan;
    return iterationsPerVU === undefined && pool === undefined;
  }

  /** Over when nobody runs and no event is left that could start somebody. */
  #maybeOver(): void {
    if (this.#over || this.#slots.size > 0) return;
    if (!this.#ending && this.#plan.events.slice(this.#next).some((e) => e.kind === 'start'))
      return;
    if (!this.#ending && this.#endless) return;
    this.#over = true;
    this.#parts.timers.remove(this);
    this.#leftOver();
    this.#parts.over();
  }

  /** Iterations that maxDuration cut off are dropped ones. */
  #leftOver(): void {
    const { iterationsPerVU, pool, maxVUs, events } = this.#plan;
    let missing = 0;
    if (iterationsPerVU !== undefined) {
      missing = maxVUs * iterationsPerVU;
      for (const { slot } of events) missing -= this.#parts.begun(slot);
    } else if (pool !== undefined && this.#parts.worker === 0) {
      missing = pool.size - Math.min(pool.size, this.#parts.taken());
    }
    if (missing > 0) this.#parts.dropped(missing);
  }
}
