// The services that not every script uses: queries, retrieval, normalised services, raw connections.
import type { Associations } from './associations.ts';
import type { Calls } from './calls.ts';
import type { DeliveryPort } from './delivery.ts';
import type { WorkerParts } from './parts.ts';
import { wireCommitments } from './services/commitments.ts';
import { wireEchoes } from './services/echoes.ts';
import { wireFinds } from './services/finds.ts';
import { Inboxes } from './services/inboxes.ts';
import { wireNormalised } from './services/normalised.ts';
import { wireRaws } from './services/raws.ts';
import { wireRetrieves } from './services/retrieves.ts';
import { wireVerifications } from './services/verifications.ts';

export interface ServiceParts {
  readonly parts: WorkerParts;
  readonly calls: Calls;
  readonly associations: Associations;
  readonly delivery: DeliveryPort;
}

/** Registers their calls. */
export function wireServices(services: ServiceParts): void {
  const inboxes = new Inboxes();
  wireEchoes(services);
  wireFinds(services);
  wireRetrieves(services, inboxes);
  wireNormalised(services);
  wireCommitments(services, inboxes);
  wireVerifications(services);
  wireRaws(services);
}
