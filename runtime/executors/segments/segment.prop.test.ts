import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../duration.ts';
import type { Scenario } from '../index.ts';
import type { ClosedPlan, OpenPlan, Plan, SlotEvent } from '../plan.ts';
import { planOf } from '../plan-of.ts';
import { rawSteps } from '../ramping-vus.ts';
import type { RampingVUs } from '../ramping-vus.ts';
import { timeOf, rateCurve } from '../arrivals/rate-curve.ts';
import type { Arrival } from '../scenario.ts';
import { nthOwned, ownedBetween, ownedCount, owns, segmentOf, splitPart } from './segment.ts';
import type { SegmentPart } from './segment.ts';

/** Widths of parts, some of which are equal. */
const widths = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((parts) => new Array<number>(parts).fill(1)),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }),
);

/** All parts of such a division, each with a number of workers. */
const cover = fc
  .tuple(widths, fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 40, maxLength: 40 }))
  .map(([all, workers]) =>
    all.map((_, index) => ({ part: [{ widths: all, index }], workers: workers[index] ?? 1 })),
  );

interface Process {
  readonly part: SegmentPart;
  readonly workers: number;
}

/** The plans of all workers of all processes. */
function plansOf<T extends Plan>(scenario: Scenario, processes: readonly Process[]): T[] {
  return processes.flatMap(({ part, workers }) =>
    Array.from({ length: workers }, (_, worker) => planOf(scenario, part, worker, workers) as T),
  );
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const ascending = (list: number[]): number[] => list.sort((a, b) => a - b);

const ramping = fc
  .record({
    startVUs: fc.integer({ min: 0, max: 20 }),
    stages: fc.array(
      fc.record({
        durationNs: fc.integer({ min: 0, max: 20 }).map((s) => s * NS_PER_S),
        target: fc.integer({ min: 0, max: 20 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    gracefulRampDownNs: fc.integer({ min: 0, max: 30 }).map((s) => s * NS_PER_S),
    gracefulStopNs: fc.integer({ min: 0, max: 30 }).map((s) => s * NS_PER_S),
  })
  .map((drawn): RampingVUs => ({
    ...drawn,
    executor: 'ramping-vus',
    name: 'r',
    exec: 'default',
    startTimeNs: 0,
    env: {},
    tags: {},
  }));

function eventsOf(scenario: RampingVUs): readonly SlotEvent[] {
  const plan = planOf(scenario);
  return plan.kind === 'closed' ? plan.events : [];
}

const BASE = {
  name: 's',
  exec: 'default',
  startTimeNs: 0,
  gracefulStopNs: 30 * NS_PER_S,
  env: {},
  tags: {},
};

describe('parts', () => {
  it('own every index exactly once, and their counts sum to the whole', () => {
    fc.assert(
      fc.property(cover, fc.integer({ min: 0, max: 2000 }), (processes, n) => {
        const segments = processes.flatMap(({ part, workers }) =>
          upTo(workers).map((worker) => segmentOf(splitPart(part, worker, workers))),
        );
        expect(segments.filter((segment) => owns(segment, n))).toHaveLength(1);
        expect(segments.reduce((sum, segment) => sum + ownedCount(segment, n), 0)).toBe(n);
      }),
    );
  });

  it('find their n-th index, and never lose one as the count grows', () => {
    fc.assert(
      fc.property(cover, fc.integer({ min: 0, max: 500 }), (processes, rank) => {
        for (const { part, workers } of processes) {
          const segment = segmentOf(splitPart(part, workers - 1, workers));
          const g = nthOwned(segment, rank);
          expect(owns(segment, g)).toBe(true);
          expect(ownedCount(segment, g)).toBe(rank);
          expect(ownedCount(segment, g + 1)).toBe(rank + 1);
        }
      }),
    );
  });

  it('are never a whole index off their share, however wide', () => {
    fc.assert(
      fc.property(widths, fc.nat({ max: 5000 }), (all, n) => {
        const sum = all.reduce((a, b) => a + b);
        for (const [index, width] of all.entries()) {
          const count = ownedCount(segmentOf([{ widths: all, index }]), n);
          expect(Math.abs(count - (n * width) / sum)).toBeLessThan(1);
        }
      }),
    );
  });

  it('that are wide come evenly, not in one block', () => {
    expect(ownedBetween(segmentOf([{ widths: [3, 7], index: 0 }]), 0, 20)).toEqual([
      2, 5, 8, 12, 15, 18,
    ]);
    expect(ownedBetween(segmentOf([{ widths: [1, 1], index: 1 }]), 0, 6)).toEqual([1, 3, 5]);
  });

  it('that are too finely divided are refused', () => {
    const part = [{ widths: [1, 1_000_000], index: 0 }];
    expect(() => segmentOf(part)).toThrow('too finely divided');
  });
});

describe('plans of parts', () => {
  const vus = fc.integer({ min: 1, max: 30 });

  it('of ramping-vus add up to the whole plan, event by event', () => {
    fc.assert(
      fc.property(ramping, cover, (scenario, processes) => {
        const key = (event: SlotEvent) => `${event.atNs} ${event.slot} ${event.kind}`;
        const parts = plansOf<ClosedPlan>(scenario, processes).flatMap(({ events }) => events);
        expect(parts.map(key).sort()).toEqual(eventsOf(scenario).map(key).sort());
      }),
    );
  });

  it('of shared-iterations do every iteration once, and only where there is a VU', () => {
    fc.assert(
      fc.property(vus, fc.nat({ max: 200 }), cover, (count, more, processes) => {
        const scenario: Scenario = {
          ...BASE,
          ...{ executor: 'shared-iterations', vus: count, iterations: count + more },
          ...{ maxDurationNs: 60 * NS_PER_S, paceOverNs: NS_PER_S },
        } as const;
        const slots: number[] = [];
        const done: number[] = [];
        for (const one of processes) {
          const plans = plansOf<ClosedPlan>(scenario, [one]);
          const own = plans.flatMap(({ events }) => events.map(({ slot }) => slot));
          const size = plans[0]?.pool?.size ?? 0;
          for (const plan of plans) expect(plan.pool?.size).toBe(size);
          if (own.length === 0) expect(size).toBe(0);
          slots.push(...own);
          for (const rank of upTo(size)) {
            const number = plans[0]?.numberOf(rank, 0) ?? -1;
            expect(plans[0]?.rankOf(number)).toBe(rank);
            done.push(number);
          }
        }
        expect(ascending(slots)).toEqual(upTo(count));
        expect(ascending(done)).toEqual(upTo(count + more));
      }),
    );
  });

  it('of per-vu-iterations number every iteration once', () => {
    fc.assert(
      fc.property(vus, fc.integer({ min: 1, max: 5 }), cover, (count, each, processes) => {
        const scenario: Scenario = {
          ...BASE,
          ...{ executor: 'per-vu-iterations', vus: count, iterations: each },
          maxDurationNs: 60 * NS_PER_S,
        } as const;
        const done = processes.flatMap((one) => {
          const plans = plansOf<ClosedPlan>(scenario, [one]);
          const numbers = plans.flatMap((plan) =>
            plan.events.flatMap(({ slot }) => upTo(each).map((rank) => plan.numberOf(rank, slot))),
          );
          const ranks = numbers.map((number) => plans[0]?.rankOf(number) ?? -1);
          expect(ascending(ranks)).toEqual(upTo(numbers.length));
          return numbers;
        });
        expect(ascending(done)).toEqual(upTo(count * each));
      }),
    );
  });

  it('of constant-vus give the iterations of each part numbers of their own', () => {
    fc.assert(
      fc.property(vus, cover, (count, processes) => {
        const scenario: Scenario = {
          ...BASE,
          ...{ executor: 'constant-vus', vus: count, durationNs: NS_PER_S },
        } as const;
        const numbers = processes.flatMap((one) => {
          const plans = plansOf<ClosedPlan>(scenario, [one]);
          const any = plans.find(({ maxVUs }) => maxVUs > 0);
          return any === undefined ? [] : upTo(20).map((rank) => any.numberOf(rank, 0));
        });
        expect(new Set(numbers).size).toBe(numbers.length);
      }),
    );
  });

  it('of arrival rates make every start once, and only where there is a VU', () => {
    const drawn = fc.record({
      rate: fc.integer({ min: 1, max: 40 }),
      maxVUs: vus,
      arrival: fc.constantFrom<Arrival>('regular', 'poisson'),
      ramps: fc.boolean(),
    });
    fc.assert(
      fc.property(drawn, cover, ({ rate, maxVUs, arrival, ramps }, processes) => {
        const open = { timeUnitNs: NS_PER_S, preAllocatedVUs: 1, maxVUs, arrival };
        const scenario: Scenario = ramps
          ? {
              ...{ ...BASE, ...open, executor: 'ramping-arrival-rate', startRate: 0 },
              stages: [{ durationNs: 5 * NS_PER_S, target: rate }],
            }
          : { ...BASE, ...open, executor: 'constant-arrival-rate', rate, durationNs: 3e9 };
        const plans = plansOf<OpenPlan>(scenario, processes);
        const starts = plans.flatMap((plan) => {
          const walk = plan.starts();
          const own: number[] = [];
          while (walk.next()) own.push(walk.cursor.k);
          expect(own).toHaveLength(plan.ownedStarts);
          if (plan.maxVUs === 0) expect(own).toEqual([]);
          return own;
        });
        expect(ascending(starts)).toEqual(upTo(plans[0]?.totalStarts ?? -1));
        expect(ascending(plans.flatMap(({ slots }) => [...slots]))).toEqual(upTo(maxVUs));
        expect(plans.reduce((sum, plan) => sum + plan.preAllocatedVUs, 0)).toBe(1);
      }),
    );
  });
});

describe('ramping-vus events', () => {
  it('run as many slots as the stages say, the lowest ones, at every step', () => {
    fc.assert(
      fc.property(ramping, (scenario) => {
        const events = eventsOf(scenario);
        const end = planOf(scenario).regularEndNs;
        for (const { atNs, vus } of rawSteps(scenario).filter((step) => step.atNs < end)) {
          const running = new Set<number>();
          for (const event of events.filter((e) => e.atNs <= atNs)) {
            if (event.kind === 'start') running.add(event.slot);
            else if (event.kind === 'stop') running.delete(event.slot);
          }
          expect([...running].sort((a, b) => a - b)).toEqual(
            Array.from({ length: vus }, (_, i) => i),
          );
        }
      }),
    );
  });

  it('hold as many slots as the highest count of the last gracefulRampDown', () => {
    fc.assert(
      fc.property(ramping, fc.integer({ min: 0, max: 150 }), (scenario, second) => {
        const plan = planOf(scenario);
        const atNs = second * NS_PER_S + 500_000_000;
        fc.pre(atNs < plan.regularEndNs);
        const held = new Set<number>();
        for (const event of eventsOf(scenario).filter((e) => e.atNs <= atNs)) {
          if (event.kind === 'start') held.add(event.slot);
          else if (event.kind === 'kill') held.delete(event.slot);
        }
        const since = atNs - scenario.gracefulRampDownNs;
        const steps = rawSteps(scenario);
        const counts = steps
          .filter((step, i) => step.atNs <= atNs && (steps[i + 1]?.atNs ?? Infinity) > since)
          .map((step) => step.vus);
        expect(held.size).toBe(Math.max(...counts));
      }),
    );
  });

  it('come in time order, at most one per slot and time, alternating start and stop', () => {
    fc.assert(
      fc.property(ramping, (scenario) => {
        let last = 0;
        const state = new Map<number, string>();
        const seen = new Set<string>();
        for (const { atNs, slot, kind } of eventsOf(scenario)) {
          expect(atNs).toBeGreaterThanOrEqual(last);
          last = atNs;
          const from = state.get(slot) ?? 'kill';
          const legal = { start: ['stop', 'kill'], stop: ['start'], kill: ['stop'] };
          expect(legal[kind]).toContain(from);
          if (kind !== 'kill') {
            expect(seen.has(`${slot} ${atNs}`)).toBe(false);
            seen.add(`${slot} ${atNs}`);
          }
          state.set(slot, kind);
        }
      }),
    );
  });
});

describe('the rate curve', () => {
  const stages = fc.array(
    fc.record({
      durationNs: fc.integer({ min: 0, max: 300 }).map((s) => s * NS_PER_S),
      target: fc.integer({ min: 0, max: 2000 }),
    }),
    { minLength: 1, maxLength: 5 },
  );

  it('inverts its integral to the nanosecond, against exact fractions', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2000 }),
        stages,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (start, list, where) => {
          const curve = rateCurve(start, list, NS_PER_S);
          fc.pre(curve.total > 0);
          const i = 1 + Math.floor(where * (curve.total - 1));
          const at = timeOf(curve, i, 0);
          expect(isDue(start, list, at + 2, i)).toBe(true);
          expect(at < 2 || !isDue(start, list, at - 1, i)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/**
 * True if the integral of the rate up to `t` has reached `i`. Both sides are multiplied by
 * 2·timeUnit and by the length of the stage `t` is in, so that nothing is rounded: where the rate is
 * below a half, one unit of 1/(2·timeUnit) is more than a nanosecond.
 */
function isDue(
  start: number,
  stages: readonly { durationNs: number; target: number }[],
  t: number,
  i: number,
): boolean {
  let due = 2n * BigInt(NS_PER_S) * BigInt(i);
  let rate = start;
  let begin = 0;
  for (const { durationNs, target } of stages) {
    const d = BigInt(durationNs);
    if (t < begin + durationNs) {
      const x = BigInt(t - begin);
      return 2n * BigInt(rate) * x * d + BigInt(target - rate) * x * x >= due * d;
    }
    due -= BigInt(rate + target) * d;
    begin += durationNs;
    rate = target;
  }
  return due <= 0n;
}
