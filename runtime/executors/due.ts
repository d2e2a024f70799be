// How many starts the recordings of a plan ask for, over time: what the report draws above what was
// done.
import { NS_PER_S } from './duration.ts';
import type { Scenario } from './index.ts';
import { startsOf } from './recorded.ts';

/** Starts by equal lengths of time, from t0. */
export interface DueStarts {
  readonly bucketSeconds: number;
  readonly starts: readonly number[];
}

const MOST_BUCKETS = 1200;

/** Null where nothing is replayed. A scenario that waits for another one has no time yet. */
export function dueStarts(scenarios: readonly Scenario[]): DueStarts | null {
  const times = scenarios.flatMap((scenario) =>
    scenario.executor === 'recorded' && scenario.after === undefined
      ? [...startsOf(scenario).times].map((ns) => (ns + scenario.startTimeNs) / NS_PER_S)
      : [],
  );
  if (times.length === 0) return null;
  const last = times.reduce((most, one) => Math.max(most, one));
  const bucketSeconds = Math.max(1, Math.ceil((last + 1) / MOST_BUCKETS));
  const starts = new Array<number>(Math.floor(last / bucketSeconds) + 1).fill(0);
  for (const at of times) {
    const bucket = Math.floor(at / bucketSeconds);
    starts[bucket] = (starts[bucket] ?? 0) + 1;
  }
  return { bucketSeconds, starts };
}
