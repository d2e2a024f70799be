import { describe, expect, it } from 'vitest';
import { DAY_SHARES } from '../executors/arrivals/day-curve.ts';
import { planOf } from '../executors/plan-of.ts';
import { lines, messages, resolve } from '../tests/config-fixture.ts';

const day = (over: object = {}) => ({
  scenarios: {
    day: {
      executor: 'ramping-arrival-rate',
      ...{ examsPerDay: 2000, dayLength: '24m', preAllocatedVUs: 10, ...over },
    },
  },
});

describe('a day of exams', () => {
  it('starts as many iterations as there are exams, a tenth of them in the busiest hour', () => {
    const [scenario] = resolve({ scriptOptions: day() }).scenarios;
    const plan = scenario && planOf(scenario);
    if (plan?.kind !== 'open') throw new Error('expected an open plan');
    expect(plan.totalStarts).toBe(2000);
    expect(plan.regularEndNs).toBe(24 * 60e9);
    const perHour = new Array<number>(24).fill(0);
    for (let k = 0; k < 2000; k++) {
      const hour = Math.min(23, Math.floor((plan.startNs(k) - 1) / 60e9));
      perHour[hour] = (perHour[hour] ?? 0) + 1;
    }
    expect(perHour[10]).toBe(202);
    expect(perHour).toEqual(DAY_SHARES.map((share) => share * 2));
  });

  it('is one short line in the plan', () => {
    expect(lines(resolve({ scriptOptions: day({ arrival: 'poisson' }) }))).toEqual([
      'day: 12 to 202 iterations per 1m in 48 stages over 24m, Poisson arrivals, 10 VUs',
    ]);
  });

  it('is instead of stages', () => {
    expect(messages({ scriptOptions: day({ timeUnit: '1s' }) })).toEqual([
      'option scenarios.day: examsPerDay and timeUnit say two rates — give one of them',
    ]);
  });
});
