// constant-arrival-rate: starts on a grid, whoever is free.
//
//   start k is due at k·P, k from 0, P = trunc(timeUnit / rate) ns; the first at t = 0, none at or
//   after the duration. With arrival 'poisson' the same number is expected, at random times.
import { checkOpen, describeOpen, OPEN_KEYS, perSecond, readOpenKeys } from './arrivals/arrival.ts';
import { formatNs, NS_PER_S } from './duration.ts';
import type { Executor } from './executor.ts';
import { steadily } from './plan.ts';
import { seedOf } from './arrivals/poisson.ts';
import { rateCurve } from './arrivals/rate-curve.ts';
import type { OpenScenario } from './scenario.ts';
import { openPlan, poissonTimes } from './arrivals/starts.ts';
import type { StartTimes } from './arrivals/starts.ts';
import { iterationsText, perUnit } from './words.ts';

export interface ConstantArrivalRate extends OpenScenario {
  readonly executor: 'constant-arrival-rate';
  /** Starts per `timeUnitNs`; may be a fraction. */
  readonly rate: number;
  readonly durationNs: number;
}

export const constantArrivalRate: Executor<ConstantArrivalRate> = {
  name: 'constant-arrival-rate',
  keys: ['rate', 'timeUnit', 'duration', ...OPEN_KEYS],
  read: (keys) => ({
    rate: keys.rate('rate'),
    timeUnitNs: keys.duration('timeUnit', 1, NS_PER_S),
    durationNs: keys.duration('duration', NS_PER_S),
    ...readOpenKeys(keys),
  }),
  check: (scenario) => [...checkRate(scenario), ...checkOpen(scenario)],
  describe: (scenario) => {
    const { rate, timeUnitNs, durationNs } = scenario;
    const load = `${iterationsText(rate)}${perUnit(timeUnitNs)} for ${formatNs(durationNs)}`;
    return [load, ...describeOpen(scenario)];
  },
  maxVUs: ({ maxVUs }) => maxVUs,
  spanNs: ({ durationNs }) => durationNs,
  plannedVUs: ({ preAllocatedVUs, durationNs }) => steadily(preAllocatedVUs, durationNs),
  preAllocatedVUs: ({ preAllocatedVUs }) => preAllocatedVUs,
  highestRate: (scenario) => perSecond(scenario.rate, scenario),
  plan: (scenario, share) => {
    const { arrival, durationNs, name } = scenario;
    const times =
      arrival === 'poisson'
        ? poissonTimes(constantCurve(scenario), seedOf(name))
        : gridTimes(periodNs(scenario), durationNs);
    return openPlan(scenario, share, times, durationNs);
  },
};

function checkRate(scenario: ConstantArrivalRate): string[] {
  if (scenario.rate === 0) return ['rate must be above 0'];
  return periodNs(scenario) < 1 ? ['more than one start per nanosecond'] : [];
}

/** Time between two starts, whole ns. */
function periodNs({ timeUnitNs, rate }: ConstantArrivalRate): number {
  return Math.trunc(timeUnitNs / rate);
}

function constantCurve({ rate, durationNs, timeUnitNs }: ConstantArrivalRate) {
  return rateCurve(rate, [{ durationNs, target: rate }], timeUnitNs);
}

function gridTimes(period: number, durationNs: number): StartTimes {
  return {
    total: Math.ceil(durationNs / period),
    timesFrom: () => (k) => k * period,
  };
}
