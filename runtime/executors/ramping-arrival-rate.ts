// ramping-arrival-rate: the rate of starts follows a line of stages, whoever is free.
//
//   start i (1-based) is due where the integral of the rate reaches i: see rate-curve.ts. So the
//   first one is not at t = 0, and fractions carry over stages. A stage of 0 s is a jump.
import type { OpenPlan } from './plan.ts';
import { seedOf } from './poisson.ts';
import { rateCurve } from './rate-curve.ts';
import type { RampingArrivalRate } from './scenario.ts';
import type { Segment } from './segment.ts';
import { openPlan, poissonTimes, regularTimes } from './starts.ts';

export function planRampingArrivalRate(scenario: RampingArrivalRate, segment: Segment): OpenPlan {
  const curve = rateCurve(scenario.startRate, scenario.stages, scenario.timeUnitNs);
  const times =
    scenario.arrival === 'poisson'
      ? poissonTimes(curve, seedOf(scenario.name))
      : regularTimes(curve);
  return openPlan(scenario, segment, times, curve.durationNs);
}
