// What both arrival rates say alike.
import type { KeyReader } from '../executor.ts';
import type { OpenScenario } from '../scenario.ts';
import { vusText } from '../words.ts';

/** Keys of both. */
export const OPEN_KEYS = ['preAllocatedVUs', 'maxVUs', 'arrival'];

export function readOpenKeys(
  keys: KeyReader,
): Pick<OpenScenario, 'preAllocatedVUs' | 'maxVUs' | 'arrival'> {
  const preAllocatedVUs = keys.vusOrNone('preAllocatedVUs');
  return {
    preAllocatedVUs,
    maxVUs: keys.vus('maxVUs', preAllocatedVUs),
    arrival: keys.choice('arrival', ['regular', 'poisson'], 'regular'),
  };
}

export function checkOpen({ preAllocatedVUs, maxVUs }: OpenScenario): string[] {
  return [
    ...(maxVUs < preAllocatedVUs
      ? [`maxVUs (${maxVUs}) is below preAllocatedVUs (${preAllocatedVUs})`]
      : []),
    ...(maxVUs < 1 ? ['maxVUs must be at least 1'] : []),
  ];
}

/** `Poisson arrivals`, `8 to 20 VUs`. */
export function describeOpen({ arrival, preAllocatedVUs: pre, maxVUs: max }: OpenScenario) {
  return [
    ...(arrival === 'poisson' ? ['Poisson arrivals'] : []),
    pre === max ? vusText(max) : `${pre} to ${max} VUs`,
  ];
}

/** A rate per time unit as one per second, to a hundredth. */
export function perSecond(rate: number, { timeUnitNs }: OpenScenario): number {
  return Math.round((rate * 1e9 * 100) / timeUnitNs) / 100;
}
