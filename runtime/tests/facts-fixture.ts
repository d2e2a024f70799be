// What a run without anything particular is to its judge.
import { IDLE_GENERATOR } from '../metrics/facts.ts';
import type { RunFacts } from '../metrics/facts.ts';

/** Of a run of so long; `more` is what is particular about it. */
export function plainFacts(durationMs: number, more: Partial<RunFacts> = {}): RunFacts {
  return {
    run: {
      ...{ id: 'run', script: 'route.ts', version: '0', mode: 'run', embedded: false, tags: {} },
      ...{ startedAt: '', endedAt: '', durationMs, truncated: false },
    },
    exit: { code: 0, reason: '' },
    ...{ interrupted: 0, accounts: [], errors: { total: 0, groups: [], groupsOmitted: 0 } },
    ...{ generator: IDLE_GENERATOR, cases: [], outputs: [], strictOutput: false, files: [] },
    ...{ next: [], warnings: [], trendStats: [], timeUnit: 'ms' },
    ...more,
  };
}
