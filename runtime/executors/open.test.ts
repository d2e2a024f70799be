import { describe, expect, it } from 'vitest';
import { NS_PER_S as S } from './duration.ts';
import type { OpenPlan } from './plan.ts';
import { planOf } from './plan-of.ts';
import type { ConstantArrivalRate } from './constant-arrival-rate.ts';
import type { Scenario } from './index.ts';
import type { RampingArrivalRate } from './ramping-arrival-rate.ts';
import { splitPart, WHOLE } from './segments/segment.ts';

const BASE = {
  name: 'gi',
  exec: 'default',
  startTimeNs: 0,
  gracefulStopNs: 30 * S,
  env: {},
  tags: {},
  timeUnitNs: S,
  preAllocatedVUs: 3,
  maxVUs: 5,
  arrival: 'regular',
} as const;

function constant(over: Partial<ConstantArrivalRate>): ConstantArrivalRate {
  return { ...BASE, executor: 'constant-arrival-rate', rate: 10, durationNs: S, ...over };
}

function ramping(
  startRate: number,
  stages: readonly (readonly [number, number])[],
  over: Partial<RampingArrivalRate> = {},
): RampingArrivalRate {
  return {
    ...BASE,
    executor: 'ramping-arrival-rate',
    startRate,
    stages: stages.map(([s, target]) => ({ durationNs: s * S, target })),
    ...over,
  };
}

function open(scenario: Scenario, part = WHOLE): OpenPlan {
  const plan = planOf(scenario, part);
  if (plan.kind !== 'open') throw new Error('expected an open plan');
  return plan;
}

function times(plan: OpenPlan): number[] {
  const walk = plan.starts();
  const all: number[] = [];
  while (walk.next()) all.push(walk.cursor.atNs);
  return all;
}

describe('constant-arrival-rate', () => {
  it('starts at 0 and every period, none at the end', () => {
    const plan = open(constant({ rate: 4 }));
    expect(times(plan)).toEqual([0, 250_000_000, 500_000_000, 750_000_000]);
    expect(plan).toMatchObject({ totalStarts: 4, regularEndNs: S, endNs: 31 * S });
  });

  it('truncates the period to ns', () => {
    const plan = open(constant({ rate: 3, durationNs: 2 * S }));
    // 6·333333333 ns = 1999999998 ns is still before the end
    expect(times(plan)).toEqual([0, 1, 2, 3, 4, 5, 6].map((k) => k * 333_333_333));
  });

  it('takes rates per minute', () => {
    const plan = open(constant({ rate: 2, timeUnitNs: 60 * S, durationNs: 90 * S }));
    expect(times(plan)).toEqual([0, 30 * S, 60 * S]);
  });

  it('divides starts and VUs between two workers', () => {
    const plans = [0, 1].map((w) => open(constant({ rate: 5 }), splitPart(WHOLE, w, 2)));
    expect(plans.map((plan) => times(plan).map((t) => t / 1e6))).toEqual([
      [0, 400, 800],
      [200, 600],
    ]);
    expect(plans.map((plan) => plan.preAllocatedVUs)).toEqual([2, 1]);
    expect(plans.map((plan) => plan.slots)).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
    expect(plans.map((plan) => [0, 1, 2].map((k) => plan.owned(k)))).toEqual([
      [true, false, true],
      [false, true, false],
    ]);
  });
});

describe('ramping-arrival-rate', () => {
  it('starts the first iteration where the integral reaches 1, not at 0', () => {
    expect(times(open(ramping(5, [[1, 5]])))).toEqual([0.2, 0.4, 0.6, 0.8, 1].map((t) => t * S));
  });

  it('follows the square root on the way up: 0→10/s in 10 s, start i at √(2i) s', () => {
    const plan = open(ramping(0, [[10, 10]]));
    expect(plan.totalStarts).toBe(50);
    // √2, √4, √6, √8, √10 s, truncated to ns
    expect(times(plan).slice(0, 5)).toEqual([
      1_414_213_562, 2_000_000_000, 2_449_489_742, 2_828_427_124, 3_162_277_660,
    ]);
    expect(times(plan).at(-1)).toBe(10 * S);
  });

  it('mirrors it on the way down: 10→0/s in 10 s, start i at 10 − √(2(50−i)) s', () => {
    const plan = open(ramping(10, [[10, 0]]));
    // 10 − √98, 10 − √96; 10 − √4, 10 − √2, 10
    expect(times(plan).slice(0, 2)).toEqual([100_505_063, 202_041_028]);
    expect(times(plan).slice(-3)).toEqual([8_000_000_000, 8_585_786_437, 10_000_000_000]);
  });

  it('carries fractions over stages and jumps in stages of 0 s', () => {
    // 1.5 starts in the first second, then 4/s: start 2 is due 0.5/4 s into the second
    const plan = open(
      ramping(1.5, [
        [1, 1.5],
        [0, 4],
        [1, 4],
      ]),
    );
    expect(times(plan)).toEqual([
      666_666_666, 1_125_000_000, 1_375_000_000, 1_625_000_000, 1_875_000_000,
    ]);
  });

  it('has no starts in a stage at rate 0', () => {
    const plan = open(
      ramping(1, [
        [2, 1],
        [0, 0],
        [5, 0],
        [0, 1],
        [2, 1],
      ]),
    );
    expect(times(plan).map((t) => t / S)).toEqual([1, 2, 8, 9]);
  });

  it('gives random access to any start', () => {
    const plan = open(
      ramping(0, [
        [10, 10],
        [10, 2],
      ]),
    );
    const all = times(plan);
    expect([70, 3, 109, 50, 0].map((k) => plan.startNs(k))).toEqual(
      [70, 3, 109, 50, 0].map((k) => all[k]),
    );
  });
});

describe('Poisson arrivals', () => {
  const scenario = constant({ rate: 100, durationNs: 600 * S, arrival: 'poisson' });

  it('are the same for all segments and on every run', () => {
    const whole = times(open(scenario));
    const parts = [0, 1, 2].flatMap((w) => times(open(scenario, splitPart(WHOLE, w, 3))));
    expect(parts.sort((a, b) => a - b)).toEqual(whole);
  });

  it('have the rate, and gaps whose deviation equals their mean', () => {
    const all = times(open(scenario));
    expect(Math.abs(all.length - 60_000)).toBeLessThan(5 * Math.sqrt(60_000));
    const gaps = all.slice(1).map((t, i) => t - (all[i] ?? 0));
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.97);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.03);
  });

  it('count per second varies as much as its mean', () => {
    const perSecond = new Array<number>(600).fill(0);
    for (const t of times(open(scenario))) {
      const second = Math.floor(t / S);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
    const mean = perSecond.reduce((a, b) => a + b) / 600;
    const variance = perSecond.reduce((sum, n) => sum + (n - mean) ** 2, 0) / 599;
    expect(variance / mean).toBeGreaterThan(0.75);
    expect(variance / mean).toBeLessThan(1.25);
  });

  it('follow a ramp, and random access agrees with the walk', () => {
    const plan = open(
      ramping(
        0,
        [
          [10, 200],
          [10, 0],
        ],
        { arrival: 'poisson', name: 'day' },
      ),
    );
    const all = times(plan);
    const firstQuarter = all.filter((t) => t < 5 * S).length;
    expect(firstQuarter / all.length).toBeGreaterThan(0.09);
    expect(firstQuarter / all.length).toBeLessThan(0.16);
    expect([900, 5, 1500].map((k) => plan.startNs(k))).toEqual([all[900], all[5], all[1500]]);
  });
});
