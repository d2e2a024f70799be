// Values a scenario leaves to the environment: `rate: 'fromEnv'` is PEAK_IMAGES_PER_SECOND ×
// LOAD_MULTIPLIER, as in the seed suite; VUs are LOAD_CONCURRENCY, durations TEST_DURATION_SECONDS.
import { readNumber } from '../values/values.ts';
import type { Reader } from '../values/values.ts';

/** Variables with their origins. */
export type FromEnv = ReadonlyMap<string, { readonly value: string; readonly origin: string }>;

const DEFAULTS: Readonly<Record<string, number>> = {
  PEAK_IMAGES_PER_SECOND: 50,
  LOAD_MULTIPLIER: 3,
  LOAD_CONCURRENCY: 8,
  TEST_DURATION_SECONDS: 300,
};

/** The number `key: 'fromEnv'` stands for; undefined for keys that cannot come from there. */
export function seedValue(variables: FromEnv, key: string, r: Reader): unknown {
  const number = (name: string): number | undefined => {
    const variable = variables.get(name);
    if (variable === undefined) return DEFAULTS[name];
    return readNumber({ ...r, at: { name, origin: variable.origin } }, variable.value);
  };
  switch (key) {
    case 'rate':
    case 'startRate': {
      const peak = number('PEAK_IMAGES_PER_SECOND');
      const multiplier = number('LOAD_MULTIPLIER');
      return peak === undefined || multiplier === undefined ? undefined : peak * multiplier;
    }
    case 'vus':
    case 'preAllocatedVUs':
    case 'maxVUs':
      return number('LOAD_CONCURRENCY');
    case 'duration': {
      const seconds = number('TEST_DURATION_SECONDS');
      return seconds === undefined ? undefined : seconds * 1000;
    }
    default:
      r.problems.value(r.at, 'a value', 'fromEnv', 'fromEnv serves rate, vus, maxVUs and duration');
      return undefined;
  }
}
