// constant-arrival-rate: starts on a grid, whoever is free.
//
//   start k is due at k·P, k from 0, P = trunc(timeUnit / rate) ns; the first at t = 0, none at or
//   after the duration. With arrival 'poisson' the same number is expected, at random times.
import type { OpenPlan } from './plan.ts';
import { seedOf } from './poisson.ts';
import { rateCurve } from './rate-curve.ts';
import type { ConstantArrivalRate } from './scenario.ts';
import type { Segment } from './segment.ts';
import { openPlan, poissonTimes } from './starts.ts';
import type { StartTimes } from './starts.ts';

export function planConstantArrivalRate(scenario: ConstantArrivalRate, segment: Segment): OpenPlan {
  const { arrival, durationNs, name } = scenario;
  const times =
    arrival === 'poisson'
      ? poissonTimes(constantCurve(scenario), seedOf(name))
      : gridTimes(periodNs(scenario), durationNs);
  return openPlan(scenario, segment, times, durationNs);
}

/** Time between two starts, whole ns. */
export function periodNs(scenario: Pick<ConstantArrivalRate, 'timeUnitNs' | 'rate'>): number {
  return Math.trunc(scenario.timeUnitNs / scenario.rate);
}

function constantCurve(scenario: ConstantArrivalRate) {
  const { rate, durationNs, timeUnitNs } = scenario;
  return rateCurve(rate, [{ durationNs, target: rate }], timeUnitNs);
}

function gridTimes(period: number, durationNs: number): StartTimes {
  return {
    total: Math.ceil(durationNs / period),
    timesFrom: () => (k) => k * period,
  };
}
