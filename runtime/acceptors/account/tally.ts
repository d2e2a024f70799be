// The counters of one route's account: sent, accepted, arrived, unique, missing, and what was wrong.
import type { RouteAccount } from '../../threads/delivery.ts';

/** The counters, in the order in which they are reported. */
export const TALLY_FIELDS = [
  'accepted',
  'arrived',
  'unique',
  'missing',
  'late',
  'duplicated',
  'corrupted',
  'recoded',
  'unhashed',
  'unexpected',
] as const;
export type TallyField = (typeof TALLY_FIELDS)[number];

/** Counters of one route, or of arrivals that belong to no route. */
export interface Tally extends Record<TallyField, number> {
  /** Finished studies, and the associations they arrived on: sum and maximum. */
  studies: number;
  associations: number;
  mostAssociations: number;
  /** Arrivals after a later member of their study. */
  outOfOrder: number;
  /** Instances whose pixels were compared with those sent, changed ones included. */
  compared: number;
}

export function newTally(): Tally {
  return {
    accepted: 0,
    arrived: 0,
    unique: 0,
    missing: 0,
    late: 0,
    duplicated: 0,
    corrupted: 0,
    recoded: 0,
    unhashed: 0,
    unexpected: 0,
    studies: 0,
    associations: 0,
    mostAssociations: 0,
    outOfOrder: 0,
    compared: 0,
  };
}

/** Adds `other` to `into`: the same route may reach several receivers, from several workers. */
export function addTally(into: Tally, other: Tally): void {
  for (const field of TALLY_FIELDS) into[field] += other[field];
  into.studies += other.studies;
  into.associations += other.associations;
  into.mostAssociations = Math.max(into.mostAssociations, other.mostAssociations);
  into.outOfOrder += other.outOfOrder;
  into.compared += other.compared;
}

/** The tally as the thread contract wants it. */
export function routeAccount(route: string, tally: Tally): RouteAccount {
  const { outOfOrder, compared } = tally;
  const counts = { route, outOfOrder, compared } as Record<string, number | string>;
  for (const field of TALLY_FIELDS) counts[field] = tally[field];
  const account = counts as unknown as RouteAccount;
  if (tally.studies === 0) return account;
  const mean = tally.associations / tally.studies;
  return { ...account, associationsPerStudy: { mean, max: tally.mostAssociations } };
}
