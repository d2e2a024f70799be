// `options.simulate`: what the embedded router and archive are like. Without effect on a real target.
import { within } from './problems.ts';
import { readObject } from './values.ts';
import type { Reader } from './values.ts';

/** Specifications of the simulated stations: plain data, checked in full where they are opened. */
export interface Simulation {
  readonly router?: Readonly<Record<string, unknown>>;
  readonly archive?: Readonly<Record<string, unknown>>;
}

/** What a specification may say, by station. */
export const STATION_KEYS: Readonly<Record<string, readonly string[]>> = {
  router: [
    'aets',
    'allow',
    'callingAET',
    'destinations',
    'routes',
    'rules',
    'mode',
    'stableMs',
    'retry',
    'queueBytes',
    'spoolBytes',
    'spoolFolder',
    'tls',
    'pool',
    'faults',
  ],
  archive: [
    'aets',
    'keep',
    'keepBytes',
    'visibleAfterMs',
    'duplicates',
    'destinations',
    'worklist',
    'commitAfterMs',
    'commitOn',
    'tls',
    'token',
    'faults',
  ],
};

export function readSimulation(r: Reader, value: unknown): Simulation | undefined {
  const object = readObject(r, value);
  if (object === undefined) return undefined;
  const simulation: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [key, item] of Object.entries(object)) {
    const known = STATION_KEYS[key];
    const at = within(r.at, key);
    if (known === undefined) {
      r.problems.unknownKey(r.at, key, Object.keys(STATION_KEYS));
      continue;
    }
    const station = readObject({ ...r, at }, item);
    if (station === undefined) continue;
    for (const name of Object.keys(station)) {
      if (!known.includes(name)) r.problems.unknownKey(at, name, known);
    }
    simulation[key] = station;
  }
  return simulation;
}
