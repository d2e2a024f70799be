// Scripts that are a list of cases: each an exported function, run once, all at the same time.
import type { Scenario } from 'k6/options';

/** Names separated by blanks. */
export const once = (...names: readonly string[]): Record<string, Scenario> =>
  Object.fromEntries(
    names
      .flatMap((text) => text.split(' '))
      .map((exec) => [exec, { executor: 'per-vu-iterations', exec, maxDuration: '1h' }]),
  );
