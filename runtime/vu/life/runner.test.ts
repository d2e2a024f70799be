import { describe, expect, it } from 'vitest';
import type { ClosedPlan, OpenPlan } from '../../executors/plan.ts';
import { planOf } from '../../executors/plan-of.ts';
import { Clock } from '../../threads/clock.ts';
import { ClosedRunner } from './closed-runner.ts';
import { OpenRunner } from './open-runner.ts';
import type { RunnerLife, RunnerParts, ScenarioRunner } from './runner.ts';
import type { TagContext } from '../observe/tags.ts';
import { TimerQueue } from '../timer-queue.ts';
import { VuState, VuSlot } from '../vu-slot.ts';

const MS = 1e6;
const BASE = { name: 's', exec: 'default', startTimeNs: 0, env: {}, tags: {} };
const NO_TAGS = {} as TagContext;

/** A script whose phases end when the test says so. */
class Script implements RunnerLife {
  readonly vus: VuSlot[] = [];
  readonly starting: VuSlot[] = [];
  iterations = 0;
  teardowns = 0;
  /** Interruptions and teardowns. */
  asked = 0;
  /** Calls for a VU that was not between iterations. */
  misplaced = 0;
  onIterate: (vu: VuSlot) => void = () => undefined;

  free(): VuSlot {
    const known = this.vus.find((vu) => vu.state === VuState.FREE && !vu.dropped);
    if (known !== undefined) return known;
    const vu = new VuSlot(this.vus.length, this.vus.length + 1, NO_TAGS);
    this.vus.push(vu);
    return vu;
  }

  attach(vu: VuSlot, _scenario: number, owner: NonNullable<VuSlot['owner']>): void {
    vu.owner = owner;
    vu.stopping = false;
    vu.interrupted = false;
    vu.lives++;
    vu.state = VuState.READY;
    owner.started(vu);
  }

  iterate(vu: VuSlot): void {
    if (vu.state !== VuState.READY) this.misplaced++;
    vu.state = VuState.BUSY;
    this.iterations++;
    this.onIterate(vu);
  }

  detach(vu: VuSlot): void {
    if (vu.state === VuState.STOPPING) this.misplaced++;
    vu.state = VuState.STOPPING;
    this.teardowns++;
    this.asked++;
  }

  giveUp(vu: VuSlot): void {
    if (vu.retry === null) return;
    vu.retry = null;
    vu.state = VuState.FREE;
    vu.owner?.stopped(vu);
  }

  interrupt(vu: VuSlot): void {
    vu.interrupted = true;
    this.asked++;
  }

  abandon(vu: VuSlot): void {
    vu.dropped = true;
    this.tornDown(vu);
  }

  lag(): void {
    // Nobody asks how late it was.
  }

  /** The iteration of a VU is over. */
  done(vu: VuSlot): void {
    vu.state = VuState.READY;
    vu.owner?.done(vu);
  }

  /** vuTeardown of a VU is over. */
  tornDown(vu: VuSlot): void {
    const { owner } = vu;
    vu.state = VuState.FREE;
    vu.owner = null;
    owner?.stopped(vu);
  }
}

interface World {
  readonly script: Script;
  readonly parts: RunnerParts;
  dropped: number;
  over: boolean;
  runner: ScenarioRunner | null;
  /** VUs stay between iterations. */
  holds: boolean;
}

function world(): World {
  const script = new Script();
  const clock = new Clock();
  clock.start(performance.timeOrigin + performance.now());
  let iterations = 0;
  const parts: RunnerParts = {
    worker: 0,
    scenario: 0,
    clock,
    timers: new TimerQueue(),
    life: script,
    freeVu: () => script.free(),
    release: () => undefined,
    ready: (vu) => {
      if (!one.holds) one.runner?.go(vu);
    },
    again: (vu) => parts.ready(vu),
    take: () => iterations++,
    taken: () => iterations,
    begun: () => 0,
    begin: () => 0,
    dropped: (count) => (one.dropped += count),
    pass: () => false,
    achieved: () => undefined,
    warn: () => undefined,
    over: () => (one.over = true),
  };
  const one: World = { script, parts, dropped: 0, over: false, runner: null, holds: false };
  return one;
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 1));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A plan by its events, where the times are the test's. */
function slots(events: ClosedPlan['events']): ClosedPlan {
  const endNs = 3600e9;
  const numbers = { numberOf: (rank: number) => rank, rankOf: (number: number) => number };
  return {
    kind: 'closed',
    scenario: 's',
    maxVUs: 1,
    regularEndNs: endNs,
    endNs,
    events,
    ...numbers,
  };
}

describe('the closed runner', () => {
  it('starts no iteration that waited for its time within vuTeardown', async () => {
    const one = world();
    const plan = planOf({
      ...BASE,
      executor: 'shared-iterations',
      ...{ vus: 2, iterations: 3, gracefulStopNs: 3600e9 },
      ...{ maxDurationNs: 30 * MS, paceOverNs: 900 * MS },
    });
    if (plan.kind !== 'closed') throw new Error('an open plan');
    one.runner = new ClosedRunner(plan, one.parts);
    one.runner.start(0);
    // Iteration 0 runs, iteration 1 waits for 300 ms: its VU is asked to stop after 30 ms.
    await until(() => one.script.teardowns === 1);
    await pause(330);
    expect(one.script).toMatchObject({ iterations: 1, teardowns: 1, misplaced: 0 });
    for (const vu of one.script.vus) {
      if (vu.state === VuState.BUSY) one.script.done(vu);
    }
    for (const vu of one.script.vus) one.script.tornDown(vu);
    expect(one).toMatchObject({ dropped: 2, over: true });
    expect(one.script.misplaced).toBe(0);
  });

  it('is over when no iteration is left for a VU whose vuInit fails again and again', async () => {
    for (const failsFirst of [true, false]) {
      const one = world();
      const attach = one.script.attach.bind(one.script);
      const fail = (vu: VuSlot): void => {
        vu.retry = { at: Number.POSITIVE_INFINITY, index: -1, due: () => undefined };
        vu.owner?.delayed?.(vu);
      };
      one.script.attach = (vu, scenario, owner) => {
        if (vu.id === 1) return attach(vu, scenario, owner);
        Object.assign(vu, { owner, state: VuState.STARTING, stopping: false });
        if (failsFirst) fail(vu);
      };
      const plan = planOf({
        ...BASE,
        executor: 'shared-iterations',
        ...{ vus: 2, iterations: 2, gracefulStopNs: 0, maxDurationNs: 3600e9 },
      });
      if (plan.kind !== 'closed') throw new Error('an open plan');
      one.runner = new ClosedRunner(plan, one.parts);
      one.runner.start(0);
      await until(() => one.script.iterations === 1);
      const [good, bad] = one.script.vus;
      if (good === undefined || bad === undefined) throw new Error('no VUs');
      one.script.done(good);
      one.script.done(good);
      one.script.tornDown(good);
      if (!failsFirst) fail(bad);
      expect(one).toMatchObject({ over: true, dropped: 0 });
      expect(bad.state).toBe(VuState.FREE);
    }
  });

  const plan = slots([
    { atNs: 0, slot: 0, kind: 'start' },
    { atNs: 5 * MS, slot: 0, kind: 'stop' },
    { atNs: 10 * MS, slot: 0, kind: 'kill' },
    { atNs: 15 * MS, slot: 0, kind: 'start' },
  ]);

  for (const phase of ['vuTeardown', 'an iteration that is cut off']) {
    it(`starts a slot again that is asked to within ${phase}`, async () => {
      const one = world();
      one.holds = phase === 'vuTeardown';
      one.runner = new ClosedRunner(plan, one.parts);
      one.runner.start(0);
      await until(() => one.script.asked > 0 && one.script.vus[0]?.stopping === false);
      const [vu] = one.script.vus;
      if (vu === undefined) throw new Error('no VU');
      one.holds = false;
      if (vu.state === VuState.BUSY) one.script.done(vu);
      expect(vu.state).toBe(VuState.STOPPING);
      one.script.tornDown(vu);
      expect(vu).toMatchObject({ lives: 2, state: VuState.BUSY, interrupted: false });
      one.runner.stop();
      one.script.done(vu);
      one.script.tornDown(vu);
      expect(one.over).toBe(true);
    });
  }
});

/** Takes a millisecond, as a VU that connects may. */
function busy(): void {
  const end = performance.now() + 1;
  while (performance.now() < end);
}

/** Counts what happens in each turn of the loop, from its call to the end that it returns. */
function perTurn(count: () => number): () => number {
  let most = 0;
  let before = count();
  let on = true;
  const look = (): void => {
    most = Math.max(most, count() - before);
    before = count();
    if (on) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    on = false;
    look();
    return most;
  };
}

describe('many starts at once', () => {
  it('take turns with sockets: a closed plan starts a few VUs in a turn of the loop', async () => {
    const one = world();
    const attach = one.script.attach.bind(one.script);
    one.script.attach = (...args) => {
      busy();
      attach(...args);
    };
    const starts = Array.from({ length: 60 }, (_, slot) => ({ atNs: 0, slot, kind: 'start' }));
    one.runner = new ClosedRunner({ ...slots(starts as ClosedPlan['events']) }, one.parts);
    const most = perTurn(() => one.script.iterations);
    one.runner.start(0);
    await until(() => one.script.iterations === 60);
    expect(most()).toBeLessThanOrEqual(6);
    one.runner.stop();
    await pause(5);
    expect(one.script.asked).toBe(60);
  });

  it('go on after a stall cut one of them off', async () => {
    const one = world();
    const attach = one.script.attach.bind(one.script);
    let first = true;
    const caught = (): void => undefined;
    process.once('unhandledRejection', caught);
    one.script.attach = (...args) => {
      if (first) {
        first = false;
        throw new Error('cut off');
      }
      attach(...args);
    };
    const starts = [0, 1, 2].map((slot) => ({ atNs: 0, slot, kind: 'start' }));
    one.runner = new ClosedRunner(slots(starts as ClosedPlan['events']), one.parts);
    one.runner.start(0);
    await pause(10);
    expect(one.script.iterations).toBe(0);
    one.runner.rearm?.();
    await until(() => one.script.iterations === 2);
    process.off('unhandledRejection', caught);
  });

  const rate = {
    ...BASE,
    executor: 'constant-arrival-rate',
    ...{ rate: 1, timeUnitNs: 3600e9, durationNs: 3600e9, gracefulStopNs: 0 },
    maxVUs: 20_000,
    arrival: 'regular',
  } as const;

  it('are made before t0 without one call within the other', async () => {
    const one = world();
    const made: VuSlot[] = [];
    one.parts.freeVu = () => {
      const vu = new VuSlot(made.length, made.length + 1, NO_TAGS);
      made.push(vu);
      return vu;
    };
    const plan = planOf({ ...rate, preAllocatedVUs: 20_000 }) as OpenPlan;
    const runner = new OpenRunner(plan, one.parts);
    let done = 0;
    runner.warm(() => done++);
    await until(() => done > 0);
    expect([made.length, done]).toEqual([20_000, 1]);
  });

  it('take turns with sockets: VUs of a rate that begins later', async () => {
    const one = world();
    const attach = one.script.attach.bind(one.script);
    let attached = 0;
    one.script.attach = (...args) => {
      busy();
      attached++;
      attach(...args);
    };
    one.runner = new OpenRunner(planOf({ ...rate, preAllocatedVUs: 40 }) as OpenPlan, one.parts);
    const most = perTurn(() => attached);
    one.runner.start(0);
    await until(() => attached === 40);
    expect(most()).toBeLessThanOrEqual(6);
    one.runner.stop();
  });
});

describe('the open runner', () => {
  it('lets its VUs leave in turns, and each once however it is ended meanwhile', async () => {
    const one = world();
    const detach = one.script.detach.bind(one.script);
    one.script.detach = (vu) => {
      busy();
      detach(vu);
    };
    const plan = planOf({
      ...BASE,
      executor: 'constant-arrival-rate',
      ...{ rate: 1, timeUnitNs: 3600e9, durationNs: 20 * MS, gracefulStopNs: 3600e9 },
      ...{ preAllocatedVUs: 60, maxVUs: 60, arrival: 'regular' },
    }) as OpenPlan;
    one.script.onIterate = (vu) => queueMicrotask(() => one.script.done(vu));
    one.runner = new OpenRunner(plan, one.parts);
    const most = perTurn(() => one.script.teardowns);
    one.runner.start(0);
    await until(() => one.script.teardowns >= 20);
    expect(most()).toBeLessThanOrEqual(6);
    one.runner.stop();
    await pause(5);
    expect(one.script).toMatchObject({ teardowns: 60, misplaced: 0 });
    for (const vu of one.script.vus) one.script.tornDown(vu);
    expect(one.over).toBe(true);
  });

  it('makes no start after it was stopped, however far behind it is', async () => {
    const one = world();
    const plan = planOf({
      ...BASE,
      executor: 'constant-arrival-rate',
      ...{ rate: 1000, timeUnitNs: 1000 * MS, durationNs: 60_000 * MS, gracefulStopNs: 0 },
      ...{ preAllocatedVUs: 1, maxVUs: 1, arrival: 'regular' },
    }) as OpenPlan;
    const { script } = one;
    script.onIterate = (vu) => {
      const until = performance.now() + 6;
      while (performance.now() < until);
      queueMicrotask(() => script.done(vu));
    };
    one.runner = new OpenRunner(plan, one.parts);
    one.runner.start(0);
    await until(() => script.iterations >= 3);
    one.runner.stop();
    const before = { iterations: script.iterations, dropped: one.dropped };
    await pause(30);
    expect({ iterations: script.iterations, dropped: one.dropped }).toEqual(before);
  });
});
