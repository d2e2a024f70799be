import { describe, expect, it } from 'vitest';
import { NS_PER_S as S } from './duration.ts';
import type { ClosedPlan, SlotEvent } from './plan.ts';
import { planOf } from './plan-of.ts';
import { rawSteps } from './ramping-vus.ts';
import type { Scenario } from './index.ts';
import type { RampingVUs } from './ramping-vus.ts';
import type { Stage } from './scenario.ts';
import { splitPart, WHOLE } from './segments/segment.ts';
import { paceDueNs } from './shared-iterations.ts';

const BASE = {
  name: 'gi',
  exec: 'default',
  startTimeNs: 0,
  gracefulStopNs: 30 * S,
  env: {},
  tags: {},
};

function closed(scenario: Scenario, part = WHOLE): ClosedPlan {
  const plan = planOf(scenario, part);
  if (plan.kind !== 'closed') throw new Error('expected a closed plan');
  return plan;
}

/** [['10s', 5]] style stages in seconds. */
function ramping(
  startVUs: number,
  stages: readonly (readonly [number, number])[],
  over: Partial<RampingVUs> = {},
): RampingVUs {
  const list: Stage[] = stages.map(([s, target]) => ({ durationNs: s * S, target }));
  return {
    ...BASE,
    executor: 'ramping-vus',
    startVUs,
    stages: list,
    gracefulRampDownNs: 30 * S,
    ...over,
  };
}

/** `1s +0` start of slot 0, `-0` stop, `x0` kill. */
function brief(events: readonly SlotEvent[]): string[] {
  const sign = { start: '+', stop: '-', kill: 'x' };
  return events.map(({ atNs, slot, kind }) => `${atNs / S}s ${sign[kind]}${slot}`);
}

describe('constant-vus', () => {
  it('starts all VUs at 0 and ends after the duration plus gracefulStop', () => {
    const plan = closed({ ...BASE, executor: 'constant-vus', vus: 3, durationNs: 60 * S });
    expect(brief(plan.events)).toEqual(['0s +0', '0s +1', '0s +2']);
    expect(plan).toMatchObject({ maxVUs: 3, regularEndNs: 60 * S, endNs: 90 * S });
  });

  it('gives two workers alternate slots', () => {
    const scenario = { ...BASE, executor: 'constant-vus', vus: 5, durationNs: S } as const;
    const slots = [0, 1].map((w) =>
      closed(scenario, splitPart(WHOLE, w, 2)).events.map((event) => event.slot),
    );
    expect(slots).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });
});

describe('per-vu-iterations and shared-iterations', () => {
  it('says how many iterations each VU does', () => {
    const plan = closed({
      ...BASE,
      executor: 'per-vu-iterations',
      vus: 2,
      iterations: 7,
      maxDurationNs: 600 * S,
    });
    expect(plan).toMatchObject({ iterationsPerVU: 7, maxVUs: 2, regularEndNs: 600 * S });
  });

  it('shares the iterations exactly between segments', () => {
    const scenario = {
      ...BASE,
      executor: 'shared-iterations',
      vus: 4,
      iterations: 10,
      maxDurationNs: 600 * S,
    } as const;
    const plans = [0, 1, 2].map((w) => closed(scenario, splitPart(WHOLE, w, 3)));
    expect(plans.map((plan) => plan.pool?.size)).toEqual([4, 3, 3]);
    expect(plans.map((plan) => plan.maxVUs)).toEqual([2, 1, 1]);
  });

  it('gives a part without a VU no iterations, and those that have one all of them', () => {
    const scenario = {
      ...BASE,
      executor: 'shared-iterations',
      ...{ vus: 2, iterations: 3, maxDurationNs: 600 * S },
    } as const;
    const plans = [0, 1, 2].map((w) => closed(scenario, splitPart(WHOLE, w, 3)));
    expect(plans.map((plan) => plan.maxVUs)).toEqual([1, 1, 0]);
    expect(plans.map((plan) => plan.pool?.size)).toEqual([2, 1, 0]);
  });

  it('paces iteration k to k·paceOver/n', () => {
    expect([0, 1, 2, 3].map((k) => paceDueNs(k, 4, 3600 * S) / S)).toEqual([0, 900, 1800, 2700]);
    expect([1, 2, 3].map((k) => paceDueNs(k, 3, S))).toEqual([333333333, 666666666, S]);
    expect(paceDueNs(999_999, 1_000_000, 86_400 * S)).toBe(86_399_913_600_000);
  });
});

describe('ramping-vus', () => {
  it('starts VU n of a ramp 0→10 in 10 s at n seconds', () => {
    const plan = closed(
      ramping(0, [
        [10, 10],
        [5, 10],
      ]),
    );
    expect(brief(plan.events)).toEqual([
      '1s +0',
      '2s +1',
      '3s +2',
      '4s +3',
      '5s +4',
      '6s +5',
      '7s +6',
      '8s +7',
      '9s +8',
      '10s +9',
    ]);
    expect(plan).toMatchObject({ maxVUs: 10, regularEndNs: 15 * S, endNs: 45 * S });
  });

  it('truncates to whole nanoseconds, counting back from the end of the stage', () => {
    // 0→3 in 10 s: 10 − trunc(10·2/3), 10 − trunc(10·1/3), 10 − 0
    const plan = closed(
      ramping(0, [
        [10, 3],
        [1, 3],
      ]),
    );
    expect(plan.events.map((event) => event.atNs)).toEqual([3333333334, 6666666667, 10 * S]);
    // 3→0 in 10 s: the first drop one step in, the last at the end
    const down = closed(ramping(3, [[10, 0]], { gracefulStopNs: 0 }));
    expect(down.events.filter((event) => event.kind === 'stop')).toEqual([
      { atNs: 3333333334, slot: 2, kind: 'stop' },
      { atNs: 6666666667, slot: 1, kind: 'stop' },
      { atNs: 10 * S, slot: 0, kind: 'stop' },
    ]);
  });

  it('has startVUs at once, jumps in stages of 0 s and holds on equal targets', () => {
    const steps = rawSteps(
      ramping(2, [
        [0, 4],
        [10, 4],
        [0, 1],
        [5, 1],
      ]),
    );
    expect(steps).toEqual([
      { atNs: 0, vus: 4 },
      { atNs: 10 * S, vus: 1 },
    ]);
  });

  //  5 ┤ ╱╲        gracefulRampDown 3 s: slot 4 stops at 6 s, is killed at 9 s; slot 1 stops at
  //    │╱  ╲  ╱‾‾  9 s and starts again at 11 s, within its grace: it carries on, no kill.
  //  1 ┤    ╲╱
  it('stops the highest slot, kills it after its grace, spares one that starts again in time', () => {
    const plan = closed(
      ramping(
        0,
        [
          [5, 5],
          [4, 1],
          [4, 3],
          [2, 3],
        ],
        { gracefulRampDownNs: 3 * S },
      ),
    );
    expect(brief(plan.events)).toEqual([
      '1s +0',
      '2s +1',
      '3s +2',
      '4s +3',
      '5s +4',
      '6s -4',
      '7s -3',
      '8s -2',
      '9s -1',
      '9s x4',
      '10s x3',
      '11s +1',
      '11s x2',
      '13s +2',
    ]);
    expect(plan.maxVUs).toBe(5);
  });

  it('does not kill a slot that starts again exactly when its grace ends', () => {
    const scenario = ramping(
      1,
      [
        [0, 0],
        [3, 0],
        [0, 1],
        [1, 1],
      ],
      { gracefulRampDownNs: 3 * S },
    );
    // stop and start at 0 cancel out, the slot starts at 3 s only
    expect(brief(closed(scenario).events)).toEqual(['3s +0']);
    const later = ramping(
      1,
      [
        [1, 1],
        [0, 0],
        [3, 0],
        [0, 1],
        [1, 1],
      ],
      {
        gracefulRampDownNs: 3 * S,
      },
    );
    expect(brief(closed(later).events)).toEqual(['0s +0', '1s -0', '4s +0']);
    const tooLate = ramping(
      1,
      [
        [1, 1],
        [0, 0],
        [4, 0],
        [0, 1],
        [1, 1],
      ],
      {
        gracefulRampDownNs: 3 * S,
      },
    );
    expect(brief(closed(tooLate).events)).toEqual(['0s +0', '1s -0', '4s x0', '5s +0']);
  });

  it('caps the grace of the ramp-down at the end of gracefulStop', () => {
    const plan = closed(ramping(2, [[10, 0]], { gracefulRampDownNs: 30 * S, gracefulStopNs: S }));
    expect(brief(plan.events)).toEqual(['0s +0', '0s +1', '5s -1', '10s -0']);
    expect(plan.endNs).toBe(11 * S);
  });

  it('stays exact where the product leaves 2^53', () => {
    const day = 86_400;
    const plan = closed(
      ramping(0, [
        [day, 1000],
        [1, 1000],
      ]),
    );
    const first = plan.events[0];
    expect(first).toEqual({ atNs: 86_400_000_000, slot: 0, kind: 'start' });
    expect(plan.events.at(-1)).toEqual({ atNs: day * S, slot: 999, kind: 'start' });
  });

  it('leaves out a start at the regular end, which could start no iteration', () => {
    const plan = closed(ramping(0, [[2, 2]]));
    expect(brief(plan.events)).toEqual(['1s +0']);
    // It is made all the same, as in k6.
    expect(plan.maxVUs).toBe(2);
  });
});
