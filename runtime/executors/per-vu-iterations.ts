// per-vu-iterations: every VU does the same number of iterations, or as many as fit in maxDuration.
// What is left then is dropped.
import { formatNs, NS_PER_S } from './duration.ts';
import type { Executor } from './executor.ts';
import { steadily } from './plan.ts';
import type { ScenarioBase } from './scenario.ts';
import { ownedCount } from './segments/segment.ts';
import { startAtOnce } from './slots.ts';
import { iterationsText, vusText } from './words.ts';

export interface PerVUIterations extends ScenarioBase {
  readonly executor: 'per-vu-iterations';
  readonly vus: number;
  /** Per VU. */
  readonly iterations: number;
  readonly maxDurationNs: number;
}

export const perVUIterations: Executor<PerVUIterations> = {
  name: 'per-vu-iterations',
  keys: ['vus', 'iterations', 'maxDuration'],
  read: (keys) => ({
    vus: keys.vus('vus', 1),
    iterations: keys.count('iterations', 1),
    maxDurationNs: keys.duration('maxDuration', NS_PER_S, 600 * NS_PER_S),
  }),
  check: () => [],
  describe: ({ vus, iterations, maxDurationNs }) => [
    `${iterationsText(iterations)} for each of ${vusText(vus)}` +
      ` (at most ${formatNs(maxDurationNs)})`,
  ],
  maxVUs: ({ vus }) => vus,
  spanNs: ({ maxDurationNs }) => maxDurationNs,
  plannedVUs: ({ vus, maxDurationNs }) => steadily(vus, maxDurationNs),
  iterations: ({ vus, iterations }) => ({ total: vus * iterations, perVU: iterations }),
  plan: (scenario, share) => {
    const { vus, iterations, maxDurationNs } = scenario;
    const own = ownedCount(share.partSlots, vus);
    return {
      ...startAtOnce(scenario, share, maxDurationNs),
      iterationsPerVU: iterations,
      // The first of all VUs, then the second: 0 to vus·iterations, whoever does them.
      numberOf: (rank, slot) => rank * vus + slot,
      rankOf: (number) => {
        const slot = number % vus;
        return ((number - slot) / vus) * own + ownedCount(share.partSlots, slot);
      },
    };
  },
};
