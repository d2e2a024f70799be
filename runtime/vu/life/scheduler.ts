// All scenarios of this worker: when each begins, on which VUs it runs, what stage it is in.
import { executorOf } from '../../executors/index.ts';
import type { Plan } from '../../executors/plan.ts';
import { begunOffset, planOf } from '../../executors/plan-of.ts';
import type { Stage } from '../../executors/scenario.ts';
import { addCount, WorkerSlot } from '../../threads/state.ts';
import type { VuPlan } from '../../threads/vu.ts';
import type { Clock } from '../../threads/clock.ts';
import { ClosedRunner } from './closed-runner.ts';
import type { Host } from '../sandbox/host.ts';
import type { Life } from './life.ts';
import { OpenRunner } from './open-runner.ts';
import { ReadyQueue } from './ready-queue.ts';
import type { RunnerParts, ScenarioRunner } from './runner.ts';
import type { Samples } from '../observe/samples.ts';
import type { TagContexts } from '../observe/tags.ts';
import type { TimerQueue } from '../timer-queue.ts';
import { vusWanted } from './vus-wanted.ts';
import { VuState, type VuSlot } from '../vu-slot.ts';

const NS_PER_MS = 1e6;

/** A start that found no free VU. */
export interface PassedStart {
  readonly scenario: number;
  readonly k: number;
  readonly atNs: number;
  readonly hops: number;
}

export interface SchedulerParts {
  readonly plan: VuPlan;
  readonly worker: number;
  readonly workers: number;
  readonly host: Host;
  readonly life: Life;
  readonly clock: Clock;
  readonly timers: TimerQueue;
  readonly samples: Samples;
  readonly contexts: TagContexts;
  readonly state: Int32Array;
  readonly vus: VuSlot[];
  /** Makes one more VU; null when the script's module code fails. */
  addVu(): VuSlot | null;
  warn(message: string): void;
  /** Hands a start to the next worker. */
  passOn(start: PassedStart): boolean;
  /** Tells the other workers that a scenario begins. */
  announce(scenario: number, startMs: number): void;
  /** Tells the other processes that this one's part of a scenario is over; null: there are none. */
  readonly tellOver: ((scenario: number) => void) | null;
  /** Tags of the scenario changed (a new stage): contexts of its VUs are stale. */
  restaged(scenario: number): void;
  /** Everything is over. */
  ended(): void;
}

interface Running {
  readonly plan: Plan;
  readonly runner: ScenarioRunner;
  readonly name: string;
  readonly stages: readonly Stage[];
  startMs: number;
  started: boolean;
}

export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #running: Running[] = [];
  readonly #free: VuSlot[] = [];
  readonly #queue: ReadyQueue;
  /** Present stage of each scenario, '' when it has none. */
  readonly stages: string[] = [];
  #left = 0;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#queue = new ReadyQueue((vu) => {
      vu.queued = false;
      this.#running[vu.scenario]?.runner.go(vu);
    });
    parts.plan.scenarios.forEach((scenario, index) => {
      const plan = planOf(scenario, parts.plan.part, parts.worker, parts.workers);
      const runnerParts = this.#runnerParts(index, plan);
      const runner =
        plan.kind === 'closed'
          ? new ClosedRunner(plan, runnerParts)
          : new OpenRunner(plan, runnerParts);
      const stages = executorOf(scenario).staging?.(scenario).stages ?? [];
      this.#running.push({ plan, runner, name: scenario.name, stages, startMs: 0, started: false });
      this.stages.push('');
    });
    this.#left = this.#running.length;
  }

  /** Of a scenario: which of the process's iterations has this number in the whole plan. */
  rankOf(scenario: number, iteration: number): number {
    return this.#running[scenario]?.plan.rankOf(iteration) ?? iteration;
  }

  /** VUs to make before t0: the most that run at once, and those that arrival rates ask for. */
  get wanted(): number {
    return vusWanted(
      this.#parts.plan.scenarios,
      this.#running.map(({ plan }) => plan),
    );
  }

  /** VUs were made; the first one runs first. */
  add(vus: readonly VuSlot[]): void {
    this.#free.push(...[...vus].reverse());
  }

  /** Runs the vuInit of pre-allocated VUs; `done` when all that begin at once are ready. */
  warm(done: () => void): void {
    const warming = this.#parts.plan.scenarios.flatMap((scenario, index) => {
      const runner = this.#running[index]?.runner;
      return runner?.warm !== undefined && scenario.after === undefined ? [runner] : [];
    });
    let left = warming.length;
    if (left === 0) done();
    for (const runner of warming) {
      runner.warm?.(() => {
        if (--left === 0) done();
      });
    }
  }

  /** Begins every scenario at its time; those with `after` when the other has ended. */
  start(): void {
    const { scenarios } = this.#parts.plan;
    if (this.#running.length === 0) this.#parts.ended();
    scenarios.forEach((scenario, index) => {
      if (scenario.after === undefined) this.begin(index, scenario.startTimeNs / NS_PER_MS);
    });
  }

  /** Begins a scenario at `startMs` since t0. */
  begin(index: number, startMs: number): void {
    const running = this.#running[index];
    if (running === undefined || running.started) return;
    running.started = true;
    running.startMs = startMs;
    const { clock, timers } = this.#parts;
    const at = clock.reading(startMs);
    const due = (): void => {
      if (this.#stopped) return;
      this.#stage(index, 0);
      running.runner.start(startMs);
    };
    if (at <= performance.now()) due();
    else timers.add({ at, index: -1, due });
  }

  /** Tags samples with the number of the stage, where a scenario has stages. */
  #stage(index: number, stage: number): void {
    const running = this.#running[index];
    const stages = running?.stages ?? [];
    if (running === undefined || stage >= stages.length) return;
    this.stages[index] = String(stage);
    this.#parts.restaged(index);
    let endNs = 0;
    for (const one of stages.slice(0, stage + 1)) endNs += one.durationNs;
    const at = this.#parts.clock.reading(running.startMs + endNs / NS_PER_MS);
    this.#parts.timers.add({ at, index: -1, due: () => this.#stage(index, stage + 1) });
  }

  /** Ends all scenarios now (abort, interrupt). */
  stop(): void {
    this.#stopped = true;
    for (const running of this.#running) {
      if (!running.started) this.#over();
      else running.runner.stop();
    }
  }

  /** A start from another worker. */
  offer(scenario: number, k: number, atNs: number, hops: number): void {
    const runner = this.#running[scenario]?.runner;
    if (runner?.offer?.(k, atNs, hops) === true) return;
    this.#drop(scenario, 1);
  }

  #drop(scenario: number, count: number): void {
    const { state, samples } = this.#parts;
    addCount(state, WorkerSlot.DROPPED, count);
    samples.add(this.#series(scenario, 'dropped_iterations'), count);
  }

  #series(scenario: number, metric: string): number {
    const { contexts, plan } = this.#parts;
    const config = plan.scenarios[scenario];
    const tags = { ...plan.tags, ...config?.tags, scenario: config?.name ?? '' };
    return contexts.series(contexts.of(tags), metric);
  }

  #runnerParts(index: number, own: Plan): RunnerParts {
    const { plan, worker, workers, clock, timers, life, warn, samples } = this.#parts;
    const counters = new BigInt64Array(plan.counters);
    const begun = new BigInt64Array(plan.begun);
    const offset = begunOffset(plan.scenarios, index);
    return {
      worker,
      scenario: index,
      clock,
      timers,
      life,
      freeVu: () => this.#free.pop() ?? this.#parts.addVu(),
      release: (vu) => {
        if (!vu.dropped) this.#free.push(vu);
      },
      ready: (vu) => {
        vu.queued = true;
        this.#queue.push(vu);
      },
      again: (vu) => {
        vu.queued = true;
        this.#queue.again(vu);
      },
      take: () => Number(Atomics.add(counters, index, 1n)),
      begun: (slot) => Number(Atomics.load(begun, offset + slot)),
      begin: (slot) => Number(Atomics.add(begun, offset + slot, 1n)),
      taken: () => Number(Atomics.load(counters, index)),
      dropped: (count) => this.#drop(index, count),
      pass: (k, atNs, hops) =>
        hops < workers && this.#parts.passOn({ scenario: index, k, atNs, hops }),
      achieved: (started) =>
        samples.add(this.#series(index, 'iterations_achieved'), started ? 1 : 0),
      warn,
      over: () => {
        this.#after(own.scenario);
        this.#over();
      },
    };
  }

  /** This worker's share of a scenario is over; the last worker starts those that wait for it. */
  #after(name: string): void {
    const { plan, workers, clock, tellOver } = this.#parts;
    const waiting = plan.scenarios.flatMap((scenario, index) =>
      scenario.after === name ? [index] : [],
    );
    if (this.#stopped || waiting.length === 0) return;
    const ended = new BigInt64Array(plan.counters);
    const own = plan.scenarios.findIndex((one) => one.name === name);
    if (Number(Atomics.add(ended, plan.scenarios.length + own, 1n)) + 1 < workers) return;
    if (tellOver !== null) return tellOver(own);
    for (const index of waiting) {
      const startMs = clock.now() + (plan.scenarios[index]?.startTimeNs ?? 0) / NS_PER_MS;
      this.#parts.announce(index, startMs);
      this.begin(index, startMs);
    }
  }

  #over(): void {
    this.#left--;
    if (this.#left === 0) this.#parts.ended();
  }

  /**
   * After a stall a script may have been cut off in the middle: a VU in an iteration that waits for
   * nothing will never end it. It is given up; its slot starts again.
   */
  recover(): void {
    const { vus, host, life } = this.#parts;
    for (const vu of vus) {
      if (vu.state !== VuState.BUSY && vu.state !== VuState.STOPPING) continue;
      if (!host.waits(vu.slot)) life.abandon(vu);
    }
    this.#queue.rearm();
    this.#parts.timers.rearm();
    for (const { runner } of this.#running) runner.rearm?.();
  }
}
