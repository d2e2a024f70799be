// shared-iterations: a number of iterations that the VUs take one by one, the fast ones more of
// them. With paceOver, iteration k of n is not started before k·paceOver/n: a worklist spread over
// a day instead of emptied at once.
import { formatNs, NS_PER_S } from './duration.ts';
import type { Executor } from './executor.ts';
import { steadily } from './plan.ts';
import type { ScenarioBase } from './scenario.ts';
import { ownedCount } from './segments/segment.ts';
import { startAtOnce } from './slots.ts';
import { iterationsText, vusText } from './words.ts';

export interface SharedIterations extends ScenarioBase {
  readonly executor: 'shared-iterations';
  readonly vus: number;
  /** Over all VUs. */
  readonly iterations: number;
  readonly maxDurationNs: number;
  /** Iteration k of n is due at k·paceOver/n. */
  readonly paceOverNs?: number;
}

export const sharedIterations: Executor<SharedIterations> = {
  name: 'shared-iterations',
  keys: ['vus', 'iterations', 'maxDuration', 'paceOver'],
  read: (keys) => {
    const paceOverNs = keys.has('paceOver') ? keys.duration('paceOver', 1) : undefined;
    // A pace longer than the default limit lengthens the limit.
    const limit = 600 * NS_PER_S + (paceOverNs ?? 0);
    return {
      vus: keys.vus('vus', 1),
      iterations: keys.count('iterations', 1),
      maxDurationNs: keys.duration('maxDuration', NS_PER_S, limit),
      ...(paceOverNs === undefined ? {} : { paceOverNs }),
    };
  },
  check: ({ vus, iterations }) =>
    iterations < vus ? [`${iterations} iterations cannot be shared by ${vus} VUs`] : [],
  describe: ({ vus, iterations, maxDurationNs, paceOverNs }) => {
    const pace = paceOverNs === undefined ? '' : ` paced over ${formatNs(paceOverNs)}`;
    const shared = `${iterationsText(iterations)} shared by ${vusText(vus)}`;
    return [`${shared}${pace} (at most ${formatNs(maxDurationNs)})`];
  },
  maxVUs: ({ vus }) => vus,
  spanNs: ({ maxDurationNs }) => maxDurationNs,
  plannedVUs: ({ vus, maxDurationNs }) => steadily(vus, maxDurationNs),
  iterations: ({ iterations }) => ({ total: iterations, perVU: null }),
  plan: (scenario, share) => {
    const { vus, iterations, maxDurationNs, paceOverNs } = scenario;
    return {
      ...startAtOnce(scenario, share, maxDurationNs),
      pool: {
        size: ownedCount(share.partWork(vus), iterations),
        ...(paceOverNs === undefined
          ? {}
          : { dueNs: (number: number) => paceDueNs(number, iterations, paceOverNs) }),
      },
    };
  },
};

/** When iteration `k` (from 0) of `n` is due under paceOver, ns from the start of the scenario. */
export function paceDueNs(k: number, n: number, paceOverNs: number): number {
  // Quotient and rest apart, because k·paceOver leaves 2^53 at 100 iterations over a day.
  const per = Math.floor(paceOverNs / n);
  return k * per + Math.floor((k * (paceOverNs - per * n)) / n);
}
