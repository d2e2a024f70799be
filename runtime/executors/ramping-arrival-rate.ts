// ramping-arrival-rate: the rate of starts follows a line of stages, whoever is free.
//
//   start i (1-based) is due where the integral of the rate reaches i: see rate-curve.ts. So the
//   first one is not at t = 0, and fractions carry over stages. A stage of 0 s is a jump.
import { checkOpen, describeOpen, OPEN_KEYS, perSecond, readOpenKeys } from './arrivals/arrival.ts';
import { dayRate } from './arrivals/day-curve.ts';
import { NS_PER_S } from './duration.ts';
import type { Executor, KeyReader } from './executor.ts';
import { steadily } from './plan.ts';
import { seedOf } from './arrivals/poisson.ts';
import { stagesDurationNs } from './ramping-vus.ts';
import { rateCurve } from './arrivals/rate-curve.ts';
import type { OpenScenario, Stage } from './scenario.ts';
import { openPlan, poissonTimes, regularTimes } from './arrivals/starts.ts';
import { perUnit, stagesText } from './words.ts';

export interface RampingArrivalRate extends OpenScenario {
  readonly executor: 'ramping-arrival-rate';
  readonly startRate: number;
  readonly stages: readonly Stage[];
}

export const rampingArrivalRate: Executor<RampingArrivalRate> = {
  name: 'ramping-arrival-rate',
  keys: ['startRate', 'timeUnit', 'stages', 'examsPerDay', 'dayLength', ...OPEN_KEYS],
  read: (keys) => ({ ...readOpenKeys(keys), ...readRates(keys) }),
  check: (scenario) => [
    ...(stagesDurationNs(scenario.stages) === 0 ? ['the stages take no time'] : []),
    ...checkOpen(scenario),
  ],
  describe: (scenario) => {
    const { startRate, stages, timeUnitNs } = scenario;
    const unit = `iterations${perUnit(timeUnitNs)}`;
    return [stagesText(startRate, stages, unit), ...describeOpen(scenario)];
  },
  maxVUs: ({ maxVUs }) => maxVUs,
  spanNs: ({ stages }) => stagesDurationNs(stages),
  plannedVUs: ({ preAllocatedVUs, stages }) => steadily(preAllocatedVUs, stagesDurationNs(stages)),
  preAllocatedVUs: ({ preAllocatedVUs }) => preAllocatedVUs,
  highestRate: (scenario) => {
    const targets = scenario.stages.map(({ target }) => target);
    return perSecond(Math.max(scenario.startRate, ...targets), scenario);
  },
  staging: ({ startRate, stages, timeUnitNs }) => ({
    from: startRate,
    stages,
    unit: (target) => `${target}${perUnit(timeUnitNs)}`,
  }),
  plan: (scenario, share) => {
    const curve = rateCurve(scenario.startRate, scenario.stages, scenario.timeUnitNs);
    const times =
      scenario.arrival === 'poisson'
        ? poissonTimes(curve, seedOf(scenario.name))
        : regularTimes(curve);
    return openPlan(scenario, share, times, curve.durationNs);
  },
};

function readRates(
  keys: KeyReader,
): Pick<RampingArrivalRate, 'startRate' | 'stages' | 'timeUnitNs'> {
  if (keys.has('examsPerDay')) return examDay(keys);
  return {
    timeUnitNs: keys.duration('timeUnit', 1, NS_PER_S),
    startRate: keys.rate('startRate', 0),
    stages: keys.stages('rates'),
  };
}

/** `examsPerDay` instead of stages: the day curve, in a day of `dayLength`. */
function examDay(keys: KeyReader) {
  for (const key of ['stages', 'startRate', 'timeUnit']) {
    if (keys.has(key)) keys.conflict(`examsPerDay and ${key} say two rates`);
  }
  const exams = keys.count('examsPerDay');
  return dayRate(exams, keys.duration('dayLength', 24 * NS_PER_S, 86_400 * NS_PER_S));
}
