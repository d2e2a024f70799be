// What a simulated router does, as data: from JSON, from a script's configuration, from defaults.
import type { RouterDestination, RouterRoute, SimulatedRouter } from '../../../api/k6/simulate.ts';

/** Where deliveries go. */
export interface DestinationSpec extends RouterDestination {
  /** AE title the router calls itself there; default its own. */
  readonly callingAET?: string;
  readonly maxPdu?: number;
}

/** A router whose destinations and routes are all spelled out. */
export type RouterSpec = Omit<SimulatedRouter, 'destinations' | 'routes' | 'pool'> & {
  readonly destinations: Readonly<Record<string, DestinationSpec>>;
  readonly routes: readonly RouterRoute[];
};

export const ROUTER_DEFAULTS = {
  callingAET: 'DICOMRUN_ROUTER',
  associations: 4,
  lingerMs: 1000,
  retries: 3,
  backoffMs: 1000,
  factor: 2,
  stableMs: 2000,
  queueBytes: 1024 ** 3,
  /** Of data sets that are arriving, in memory. */
  arrivingBytes: 256 * 1024 ** 2,
  spoolBytes: 16 * 1024 ** 2,
} as const;
