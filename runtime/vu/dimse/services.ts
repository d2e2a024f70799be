// The services that not every script uses: queries, retrieval, normalised services, raw connections.
import type { Associations } from '../associations/associations.ts';
import type { Calls } from '../sandbox/calls.ts';
import type { DeliveryPort } from './delivery.ts';
import type { WorkerParts } from '../parts.ts';
import { wireCommitments } from './commitments.ts';
import { wireEchoes } from './echoes.ts';
import { wireFinds } from './finds.ts';
import { Inboxes } from './inboxes.ts';
import { wireNormalised } from './normalised.ts';
import { wireRaws } from './raws.ts';
import { wireRetrieves } from './retrieves.ts';
import { wireSecond } from './second-calls.ts';
import { wireVerifications } from './verifications.ts';

export interface ServiceParts {
  readonly parts: WorkerParts;
  readonly calls: Calls;
  readonly associations: Associations;
  readonly delivery: DeliveryPort;
}

/** Registers their calls. */
export function wireServices(services: ServiceParts): void {
  const { errors } = services.parts;
  const inboxes = new Inboxes((odd) =>
    errors.failed({ operation: 'N-EVENT-REPORT', ...odd }, null),
  );
  wireEchoes(services);
  wireFinds(services);
  wireRetrieves(services, inboxes);
  wireNormalised(services);
  wireCommitments(services, inboxes);
  wireVerifications(services);
  wireRaws(services);
  wireSecond(services);
}
