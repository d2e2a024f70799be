// Which runs are worth a rehearsal.
import { executorOf } from '../executors/index.ts';
import type { VuPlan } from '../threads/vu.ts';

/** With fewer VUs and fewer starts per second nobody measures the first of them. */
const LEAST_VUS = 20;
const LEAST_RATE = 100;

/** Whether a run is a load: a smoke run is none, nor is one of a few VUs. */
export function isLoad({ smoke, scenarios }: Pick<VuPlan, 'smoke' | 'scenarios'>): boolean {
  if (smoke !== null) return false;
  return scenarios.some((scenario) => {
    const executor = executorOf(scenario);
    const rate = executor.highestRate?.(scenario) ?? 0;
    return rate >= LEAST_RATE || executor.maxVUs(scenario) >= LEAST_VUS;
  });
}
