// constant-vus: a fixed number of VUs loops for a time.
//
//   VUs  n ┤██████████████
//          └──────────────┬┄┄┄┄┄┄
//          0              D      D + gracefulStop
import { formatNs, NS_PER_S } from './duration.ts';
import type { Executor } from './executor.ts';
import { steadily } from './plan.ts';
import type { ScenarioBase } from './scenario.ts';
import { startAtOnce } from './slots.ts';
import { vusText } from './words.ts';

export interface ConstantVUs extends ScenarioBase {
  readonly executor: 'constant-vus';
  readonly vus: number;
  readonly durationNs: number;
}

export const constantVUs: Executor<ConstantVUs> = {
  name: 'constant-vus',
  keys: ['vus', 'duration'],
  read: (keys) => ({ vus: keys.vus('vus', 1), durationNs: keys.duration('duration', NS_PER_S) }),
  check: () => [],
  describe: ({ vus, durationNs }) => [`${vusText(vus)} for ${formatNs(durationNs)}`],
  maxVUs: ({ vus }) => vus,
  spanNs: ({ durationNs }) => durationNs,
  plannedVUs: ({ vus, durationNs }) => steadily(vus, durationNs),
  plan: (scenario, share) => startAtOnce(scenario, share, scenario.durationNs),
};
