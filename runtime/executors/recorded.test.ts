import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describe as inWords } from './describe.ts';
import { executorOf } from './index.ts';
import { planOf } from './plan-of.ts';
import type { OpenPlan } from './plan.ts';
import { startsOf, type Recorded } from './recorded.ts';
import { splitPart, WHOLE, type SegmentPart } from './segments/segment.ts';

const MS = 1e6;
const S = 1000 * MS;
const HOUR_MS = 3_600_000;

/** Recorded from 07:30 on the clock of the wall, an hour ahead of UTC. */
function scenarioOf(changes: Partial<Recorded> = {}, at = [0, 1000, 1500, 4000]): Recorded {
  return {
    name: 'monday',
    executor: 'recorded',
    exec: 'default',
    startTimeNs: 0,
    gracefulStopNs: 30 * S,
    env: {},
    tags: {},
    recording: {
      name: 'recordings/monday',
      startedAtMs: Date.UTC(2026, 0, 5, 6, 30),
      utcOffsetMinutes: 60,
      at,
      ms: at.map(() => 1000),
    },
    speed: 1,
    scale: 1,
    loop: 1,
    from: '',
    forNs: 0,
    preAllocatedVUs: 0,
    maxVUs: 0,
    ...changes,
  };
}

const timesMs = (scenario: Recorded) => [...startsOf(scenario).times].map((ns) => ns / MS);

describe('recorded', () => {
  it('starts each association at its time, by the speed', () => {
    expect(timesMs(scenarioOf())).toEqual([0, 1000, 1500, 4000]);
    expect(timesMs(scenarioOf({ speed: 10 }))).toEqual([0, 100, 150, 400]);
    expect(executorOf(scenarioOf({ speed: 10 })).spanNs(scenarioOf({ speed: 10 }))).toBe(
      2500.1 * MS,
    );
  });

  it('begins at a time of day or an offset, and ends after its length', () => {
    const hours = Array.from({ length: 6 }, (_, i) => i * 0.5 * HOUR_MS);
    const part = { from: '08:00', forNs: 3600 * S };
    expect(timesMs(scenarioOf(part, hours))).toEqual([0, 0.5 * HOUR_MS]);
    expect([...startsOf(scenarioOf(part, hours)).which]).toEqual([1, 2]);
    expect(timesMs(scenarioOf({ from: '2h' }, hours))).toEqual([0, 0.5 * HOUR_MS]);
    expect(timesMs(scenarioOf({ from: '1h30m', speed: 60 }, hours))).toEqual([0, 30_000, 60_000]);
    // The grammar of all durations: days, and what Go writes.
    for (const from of ['.0625d', '90.m', '1h1800s', '5400000000us']) {
      expect(timesMs(scenarioOf({ from, speed: 60 }, hours))).toEqual([0, 30_000, 60_000]);
    }
  });

  it('goes round as often as it is told', () => {
    const scenario = scenarioOf({ loop: 3, forNs: 5 * S });
    const pass = [0, 1000, 1500, 4000];
    const all = [0, 5000, 10_000].flatMap((from) => pass.map((at) => from + at));
    expect(timesMs(scenario)).toEqual(all);
    expect([...startsOf(scenario).copies]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it('multiplies the associations, the same way every time, and keeps the first at their time', () => {
    const at = Array.from({ length: 1000 }, (_, i) => i * 1000);
    const scenario = scenarioOf({ scale: 2.5 }, at);
    const { times, which, copies } = startsOf(scenario);
    expect(times.length).toBeGreaterThan(2400);
    expect(times.length).toBeLessThan(2600);
    expect(startsOf(scenarioOf({ scale: 2.5 }, at)).times).toEqual(times);
    const firsts = [...times].filter((_, k) => copies[k] === 0);
    expect(firsts).toEqual(at.map((ms) => ms * MS));
    times.forEach((ns, k) => {
      expect(Math.abs(ns / MS - (at[which[k] ?? 0] ?? 0))).toBeLessThanOrEqual(30_000);
    });
    expect(startsOf(scenarioOf({ scale: 0.5 }, at)).times.length).toBeLessThan(600);
  });

  it('is divided exactly among parts and workers', () => {
    const starts = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(starts, fc.integer({ min: 1, max: 4 }), fc.nat(3), (at, parts, extra) => {
        const sorted = at.sort((a, b) => a - b);
        const scenario = scenarioOf({ scale: 1 + extra / 2, speed: 1 + extra }, sorted);
        const divided: SegmentPart[] = Array.from({ length: parts }, (_, i) =>
          splitPart(WHOLE, i, parts),
        );
        const owned = divided.flatMap((part) =>
          [0, 1].flatMap((worker) => startTimes(planOf(scenario, part, worker, 2) as OpenPlan)),
        );
        expect(owned.sort((a, b) => a - b)).toEqual([...startsOf(scenario).times]);
      }),
      { numRuns: 60 },
    );
  });

  it('has VUs for what was open at once, and some to spare', () => {
    const scenario = scenarioOf();
    expect(startsOf(scenario).steps).toEqual([
      { atNs: 0, vus: 1 },
      { atNs: 1000 * MS, vus: 1 },
      { atNs: 1500 * MS, vus: 2 },
      { atNs: 2000 * MS, vus: 1 },
      { atNs: 2500 * MS, vus: 0 },
      { atNs: 4000 * MS, vus: 1 },
      { atNs: 5001 * MS, vus: 0 },
    ]);
    expect(executorOf(scenario).maxVUs(scenario)).toBe(102);
    expect(inWords(scenario)).toBe(
      'recordings/monday at speed 1, 4 iterations in 7.001s, up to 102 VUs',
    );
  });

  it.each([
    [{ speed: 0 }, 'speed must be above 0'],
    [{ scale: 0 }, 'scale must be above 0'],
    [
      { from: 'noon' },
      'from must be a time of day such as 08:00, or an offset such as 90m, got "noon"',
    ],
    [
      { from: '25:00' },
      'from must be a time of day such as 08:00, or an offset such as 90m, got "25:00"',
    ],
    [{ maxVUs: 1, preAllocatedVUs: 2 }, 'maxVUs (1) is below preAllocatedVUs (2)'],
    [
      { from: '1h', forNs: 60 * S },
      'no association of recordings/monday began from 1h to 1h1m; the last one began at 4s',
    ],
  ])('refuses %j', (changes, fault) => {
    const scenario = scenarioOf(changes);
    expect(executorOf(scenario).check(scenario)).toEqual([fault]);
  });
});

function startTimes(plan: OpenPlan): number[] {
  const walk = plan.starts();
  const times: number[] = [];
  while (walk.next()) times.push(walk.cursor.atNs);
  return times;
}
