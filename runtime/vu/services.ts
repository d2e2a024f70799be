// The services that not every script uses: queries, retrieval, normalised services, raw connections.
import type { Asks } from './asks.ts';
import type { Associations } from './associations.ts';
import type { Calls } from './calls.ts';
import type { WorkerParts } from './parts.ts';
import { wireEchoes } from './services/echoes.ts';
import { wireFinds } from './services/finds.ts';
import { Inboxes } from './services/inboxes.ts';
import { wireNormalised } from './services/normalised.ts';
import { wireRetrieves } from './services/retrieves.ts';

export interface ServiceParts {
  readonly parts: WorkerParts;
  readonly calls: Calls;
  readonly asks: Asks;
  readonly associations: Associations;
}

/** Registers their calls. */
export function wireServices(services: ServiceParts): void {
  const inboxes = new Inboxes();
  wireEchoes(services);
  wireFinds(services);
  wireRetrieves(services, inboxes);
  wireNormalised(services);
}
