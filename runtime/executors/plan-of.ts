// From a scenario and a segment to its plan.
import { planConstantArrivalRate } from './constant-arrival-rate.ts';
import { planConstantVUs } from './constant-vus.ts';
import { planPerVUIterations } from './per-vu-iterations.ts';
import type { Plan } from './plan.ts';
import { planRampingArrivalRate } from './ramping-arrival-rate.ts';
import { planRampingVUs } from './ramping-vus.ts';
import type { Scenario } from './scenario.ts';
import { segmentOf, WHOLE } from './segment.ts';
import type { SegmentPair } from './segment.ts';
import { planSharedIterations } from './shared-iterations.ts';

/**
 * The plan of one scenario for one execution segment (all of it unless told), in ns from the start
 * of the scenario. Pure; the plans of segments that cover [0, 1) add up to the whole plan.
 */
export function planOf(scenario: Scenario, pair: SegmentPair = WHOLE): Plan {
  const segment = segmentOf(pair);
  switch (scenario.executor) {
    case 'constant-vus':
      return planConstantVUs(scenario, segment);
    case 'ramping-vus':
      return planRampingVUs(scenario, segment);
    case 'per-vu-iterations':
      return planPerVUIterations(scenario, segment);
    case 'shared-iterations':
      return planSharedIterations(scenario, segment);
    case 'constant-arrival-rate':
      return planConstantArrivalRate(scenario, segment);
    case 'ramping-arrival-rate':
      return planRampingArrivalRate(scenario, segment);
  }
}
