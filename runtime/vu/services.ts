// The services that not every script uses: queries, retrieval, normalised services, raw connections.
import type { Asks } from './asks.ts';
import type { Associations } from './associations.ts';
import type { Calls } from './calls.ts';
import type { WorkerParts } from './parts.ts';

export interface ServiceParts {
  readonly parts: WorkerParts;
  readonly calls: Calls;
  readonly asks: Asks;
  readonly associations: Associations;
}

/** Registers their calls. */
export function wireServices(_parts: ServiceParts): void {
  // Registered here as they come.
}
