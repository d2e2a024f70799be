import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from './duration.ts';
import type { SlotEvent } from './plan.ts';
import { planOf } from './plan-of.ts';
import { rawSteps } from './ramping-vus.ts';
import { timeOf, rateCurve } from './rate-curve.ts';
import type { RampingVUs } from './ramping-vus.ts';
import { nthOwned, ownedCount, owns, segmentOf, splitSegment, WHOLE } from './segment.ts';
import type { SegmentPair } from './segment.ts';

/** Segments that cover the whole: cut at random points of 1/L, some of them divided again. */
const cover = fc
  .tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.integer({ min: 1, max: 39 }), { maxLength: 5 }),
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 6, maxLength: 6 }),
  )
  .map(([of, cuts, parts]): SegmentPair[] => {
    const inside = cuts.filter((cut) => cut < of);
    const edges = [...new Set([0, ...inside, of])].sort((a, b) => a - b);
    return edges.slice(1).flatMap((to, i) => {
      const pair: SegmentPair = [`${edges[i]}/${of}`, `${to}/${of}`];
      const into = parts[i] ?? 1;
      return Array.from({ length: into }, (_, part) => splitSegment(pair, part, into));
    });
  });

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

function eventsOf(scenario: RampingVUs, pair: SegmentPair = WHOLE): readonly SlotEvent[] {
  const plan = planOf(scenario, pair);
  return plan.kind === 'closed' ? plan.events : [];
}

describe('segments', () => {
  it('own every index exactly once, and their counts sum to the whole', () => {
    fc.assert(
      fc.property(cover, fc.integer({ min: 0, max: 2000 }), (pairs, n) => {
        const segments = pairs.map(segmentOf);
        expect(segments.filter((segment) => owns(segment, n))).toHaveLength(1);
        expect(segments.reduce((sum, segment) => sum + ownedCount(segment, n), 0)).toBe(n);
      }),
    );
  });

  it('find their n-th index, and never lose one as the count grows', () => {
    fc.assert(
      fc.property(cover, fc.integer({ min: 0, max: 500 }), (pairs, rank) => {
        for (const segment of pairs.map(segmentOf)) {
          const g = nthOwned(segment, rank);
          expect(owns(segment, g)).toBe(true);
          expect(ownedCount(segment, g)).toBe(rank);
          expect(ownedCount(segment, g + 1)).toBe(rank + 1);
        }
      }),
    );
  });

  it('that are equal parts never differ by more than one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.nat({ max: 5000 }), (parts, n) => {
        for (let part = 0; part < parts; part++) {
          const count = ownedCount(segmentOf(splitSegment(WHOLE, part, parts)), n);
          expect(Math.abs(count - n / parts)).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('plans of segments', () => {
  it('add up to the whole plan, event by event', () => {
    fc.assert(
      fc.property(ramping, cover, (scenario, pairs) => {
        const key = (event: SlotEvent) => `${event.atNs} ${event.slot} ${event.kind}`;
        const parts = pairs.flatMap((pair) => eventsOf(scenario, pair));
        expect(parts.map(key).sort()).toEqual(eventsOf(scenario).map(key).sort());
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
