// Walks an open plan: starts at a rate, on whoever is free (constant- and ramping-arrival-rate).
// One 1 ms tick, absolute deadlines: late by a millisecond at most unless the worker is busy, and how
// late is a sample of its own.
import { LONGEST_TIMER_MS } from '../../executors/duration.ts';
import type { OpenPlan } from '../../executors/plan.ts';
import { killVu, type RunnerLife, type RunnerParts, type ScenarioRunner } from './runner.ts';
import { SLICE_MS, Turns } from './turns.ts';
import { VuState, type VuOwner, type VuSlot } from '../vu-slot.ts';

const NS_PER_MS = 1e6;
const TICK_MS = 1;
const resolved = Promise.resolve();
/** Starts that were due and could not be made in time are made for so long after the end. */
const CATCH_UP_NS = 250e6;
/** vuInits under way at once before t0. */
const WARMING_AT_ONCE = 64;

export class OpenRunner implements ScenarioRunner, VuOwner {
  readonly #plan: OpenPlan;
  readonly #parts: RunnerParts;
  readonly #life: RunnerLife;
  readonly #idle: VuSlot[] = [];
  readonly #vus = new Set<VuSlot>();
  readonly #walk: ReturnType<OpenPlan['starts']>;
  #more: boolean;
  #startMs = 0;
  #ending = false;
  #over = false;
  #warned = false;
  #warming: (() => void) | null = null;
  /** VUs whose first vuInit has not ended. */
  readonly #unsettled = new Set<VuSlot>();
  /** Between iterations when the end came: a VU that leaves releases what it has open. */
  readonly #leaving = new Turns<VuSlot>((vu) => this.#leave(vu));
  #making = false;
  /** All pre-allocated VUs were made, or no more can be. */
  #made = false;
  #timer: NodeJS.Timeout | null = null;
  /** The next turn will come. */
  #armed = false;
  /** Guest code is entered from a promise job only: from elsewhere it could not be cut off safely. */
  readonly #tick = (): void => void resolved.then(this.#job);
  readonly #job = (): void => this.#turn();

  constructor(plan: OpenPlan, parts: RunnerParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#life = parts.life;
    this.#walk = plan.starts();
    this.#more = this.#walk.next();
  }

  get finished(): boolean {
    return this.#over;
  }

  /**
   * Makes the pre-allocated VUs and runs their vuInit, a few at a time, before t0. `done` is called
   * when all are ready; those whose vuInit failed go on trying and are not waited for.
   */
  warm(done: () => void): void {
    this.#warming = done;
    this.#warmMore();
  }

  #warmMore(): void {
    // One that has no vuInit is ready while it is made.
    if (this.#making) return;
    this.#making = true;
    const more = this.#make(WARMING_AT_ONCE);
    this.#making = false;
    const done = this.#warming;
    if (done === null) return;
    if (more) setImmediate(() => void resolved.then(() => this.#warmMore()));
    else if (this.#unsettled.size === 0) {
      this.#warming = null;
      done();
    }
  }

  /**
   * Makes pre-allocated VUs for some milliseconds, as long as fewer than `atOnce` are in their vuInit.
   * True when it was only the time that was too short for more.
   */
  #make(atOnce: number): boolean {
    const { preAllocatedVUs } = this.#plan;
    const until = performance.now() + SLICE_MS;
    while (!this.#made && this.#unsettled.size < atOnce) {
      if (performance.now() > until) return true;
      this.#made = this.#vus.size >= preAllocatedVUs || this.#grow() === null;
    }
    return false;
  }

  /** vuInit failed for now; it will be tried again. */
  delayed(vu: VuSlot): void {
    this.#unsettled.delete(vu);
    if (this.#warming !== null) this.#warmMore();
  }

  start(startMs: number): void {
    this.#startMs = startMs;
    const wait = startMs - this.#parts.clock.now();
    this.#armed = true;
    this.#timer = setTimeout(this.#tick, Math.min(LONGEST_TIMER_MS, Math.max(0, wait)));
  }

  stop(): void {
    if (this.#over) return;
    this.#ending = true;
    // why: behind its time the next turn is no timer, and comes
    this.#more = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#idle.length = 0;
    for (const vu of [...this.#vus]) killVu(vu, this.#parts);
    this.#maybeOver();
  }

  #nowNs(): number {
    return (this.#parts.clock.now() - this.#startMs) * NS_PER_MS;
  }

  /** After a stall: the turn that was cut off will not come back by itself. */
  rearm(): void {
    if (this.#timer !== null && !this.#armed) this.#arm(true);
  }

  #turn(): void {
    this.#armed = false;
    const { regularEndNs, endNs } = this.#plan;
    // Those that are missing: the scenario began later than the run.
    const makes = !this.#ending && this.#make(Number.POSITIVE_INFINITY);
    const behind = this.#starts() || makes;
    const now = this.#nowNs();
    // Starts that are due and wait for the next tick come before the end.
    if (!this.#ending && now >= regularEndNs && !behind) this.#end();
    if (now >= endNs) {
      this.stop();
      return;
    }
    this.#arm(behind);
  }

  /** Makes the starts that are due; true when its time is over before all are made. */
  #starts(): boolean {
    const { cursor } = this.#walk;
    const { regularEndNs } = this.#plan;
    const until = performance.now() + SLICE_MS;
    while (this.#more && cursor.atNs <= this.#nowNs()) {
      if (performance.now() > until) return cursor.atNs <= regularEndNs;
      // Taken before it is made: a script that is cut off in it does not get it again.
      const { k, atNs } = cursor;
      this.#more = this.#walk.next();
      if (this.#nowNs() > regularEndNs + CATCH_UP_NS) this.#drop();
      else this.#due(k, atNs, 0);
    }
    return false;
  }

  #drop(): void {
    this.#parts.dropped(1);
    this.#parts.achieved(false);
  }

  #arm(behind: boolean): void {
    if (this.#over) return;
    this.#armed = true;
    if (behind) {
      setImmediate(this.#tick);
      return;
    }
    const { regularEndNs, endNs } = this.#plan;
    const next = this.#ending ? endNs : this.#more ? this.#walk.cursor.atNs : regularEndNs;
    const wait = (next - this.#nowNs()) / NS_PER_MS;
    const ms = Math.min(LONGEST_TIMER_MS, Math.max(TICK_MS, Math.floor(wait)));
    this.#timer = setTimeout(this.#tick, ms);
  }

  /** One start: on the VU that was idle last, on a new one, in another worker, or dropped. */
  #due(k: number, atNs: number, hops: number): void {
    const vu = this.#idle.pop() ?? this.#grown();
    if (vu !== undefined) {
      this.#begin(vu, k, atNs);
      return;
    }
    if (this.#parts.pass(k, atNs, hops + 1)) return;
    this.#drop();
    if (!this.#warned && this.#vus.size >= this.#plan.maxVUs) {
      this.#warned = true;
      const { scenario } = this.#plan;
      this.#parts.warn(
        `scenario "${scenario}": all its VUs are busy, iterations are dropped ` +
          '(raise maxVUs, or the target is slower than the rate)',
      );
    }
  }

  /** From another worker. */
  offer(k: number, atNs: number, hops = 0): boolean {
    if (this.#ending) return false;
    this.#due(k, atNs, hops);
    return true;
  }

  #begin(vu: VuSlot, k: number, atNs: number): void {
    this.#parts.achieved(true);
    this.#life.lag(vu, (this.#nowNs() - atNs) / NS_PER_MS);
    this.#life.iterate(vu, k);
  }

  /** A VU that was made just now and is ready at once. */
  #grown(): VuSlot | undefined {
    if (this.#vus.size >= this.#plan.maxVUs) return undefined;
    const made = this.#grow();
    if (made === null || made.state !== VuState.READY) return undefined;
    return this.#idle.pop();
  }

  #grow(): VuSlot | null {
    const vu = this.#parts.freeVu();
    if (vu === null) return null;
    vu.planSlot = this.#plan.slots[this.#vus.size] ?? this.#vus.size;
    this.#vus.add(vu);
    this.#unsettled.add(vu);
    this.#life.attach(vu, this.#parts.scenario, this);
    return vu;
  }

  #end(): void {
    this.#ending = true;
    this.#more = false;
    for (const vu of this.#idle.splice(0)) this.#leaving.push(vu);
    for (const vu of [...this.#vus]) {
      vu.stopping = true;
      if (vu.state === VuState.PADDING) this.#life.detach(vu);
      else this.#life.giveUp(vu);
    }
    this.#maybeOver();
  }

  #leave(vu: VuSlot): void {
    // Killed meanwhile, or in another scenario by now.
    if (vu.owner === this && vu.state === VuState.READY) this.#life.detach(vu);
  }

  // ---------------------------------------------------------------- VuOwner

  started(vu: VuSlot): void {
    this.#unsettled.delete(vu);
    this.#rest(vu);
    if (this.#warming !== null) this.#warmMore();
  }

  done(vu: VuSlot): void {
    this.#rest(vu);
  }

  #rest(vu: VuSlot): void {
    if (this.#ending || vu.stopping) this.#life.detach(vu);
    else this.#idle.push(vu);
  }

  go(vu: VuSlot): void {
    this.#rest(vu);
  }

  stopped(vu: VuSlot): void {
    this.#vus.delete(vu);
    this.#unsettled.delete(vu);
    this.#parts.release(vu);
    this.#maybeOver();
  }

  #maybeOver(): void {
    if (this.#over || !this.#ending || this.#vus.size > 0) return;
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#parts.over();
  }
}
