// The accounts of several parts made one: what a part sent may have arrived at the receiver of
// another. To its own account it is missing, to the other unexpected; here it is neither.
import type { DeliveryAccount, MissingRow } from '../../metrics/summary.ts';
import type { RunFacts } from '../../metrics/facts.ts';
import type { OpenRecord } from '../format.ts';

type Account = RunFacts['accounts'][number];

/** A change of the counters `dicom_delivery_*` of one part. */
export interface Correction {
  /** Index of the part among those given. */
  readonly part: number;
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly by: number;
}

export interface Joined {
  readonly accounts: readonly Account[];
  /** Named instances that arrived nowhere. */
  readonly missing: readonly MissingRow[];
  readonly corrections: readonly Correction[];
  /** Missing or unexpected instances that no part named, as there were too many. */
  readonly unnamed: number;
  /** What arrived at another part than sent it, with its time; none where clocks were not compared. */
  readonly deliveries: readonly CrossDelivery[];
}

/** An instance that one part sent and another received. */
export interface CrossDelivery {
  readonly route: string;
  readonly scenario: string;
  /** First arrival, ms since t0 of the whole. */
  readonly at: number;
  /** First byte sent to first arrival, ms; what cannot be is 0. */
  readonly durationMs: number;
  /** How wrong that may be: the clocks are two. */
  readonly boundMs: number;
}

/** Times of parts by one clock. */
export interface PartClocks {
  /** Of a time of a part, ms since its t0: ms since t0 of the whole, and how wrong that may be. */
  at(part: number, ms: number): { readonly ms: number; readonly boundMs: number };
}

export interface Accounted {
  readonly facts: Pick<RunFacts, 'accounts' | 'missing'>;
  readonly open: readonly OpenRecord[];
}

interface Place {
  readonly part: number;
  readonly route: string;
  readonly scenario: string;
}

interface Lost extends Place {
  arrivals: number;
  /** ms since t0 of its part; NaN where it is not known. */
  readonly sent: number;
  first: { readonly part: number; readonly ms: number; readonly at: number } | null;
}

const COUNTED = ['accepted', 'arrived', 'unique', 'missing', 'late'] as const;
const MORE_COUNTED = ['duplicated', 'corrupted', 'unexpected'] as const;
type Field = (typeof COUNTED)[number] | (typeof MORE_COUNTED)[number];

/** `clocks`: where those of the parts were compared. */
export function joinAccounts(parts: readonly Accounted[], clocks?: PartClocks): Joined {
  const lost = lostOf(parts);
  const changes = new Changes();
  for (const [part, { open }] of parts.entries()) {
    for (const { route, scenario, counted, strays = [] } of open) {
      for (const [digest, arrivals, ms] of strays) {
        const found = lost.get(digest);
        if (found === undefined) continue;
        found.arrivals += arrivals;
        const at = ms === undefined ? undefined : clocks?.at(part, ms).ms;
        if (ms !== undefined && at !== undefined && at < (found.first?.at ?? Infinity)) {
          found.first = { part, ms, at };
        }
        if (counted === true) changes.add({ part, route, scenario }, 'unexpected', -1);
      }
    }
  }
  for (const one of lost.values()) {
    if (one.arrivals === 0) continue;
    changes.add(one, 'missing', -1);
    changes.add(one, 'unique', 1);
    changes.add(one, 'arrived', one.arrivals);
    if (one.arrivals > 1) changes.add(one, 'duplicated', one.arrivals - 1);
  }
  const deliveries = clocks === undefined ? [] : deliveriesOf(lost.values(), clocks);
  return {
    accounts: sumOf(parts, changes).map((one) => withError(one, deliveries)),
    deliveries,
    missing: parts.flatMap((part) => stillMissing(part, lost)),
    corrections: changes.corrections(),
    unnamed: unnamedOf(parts),
  };
}

/** By digest. Of two parts that miss the same file, as files sent as they are may be, the first. */
function lostOf(parts: readonly Accounted[]): ReadonlyMap<string, Lost> {
  const lost = new Map<string, Lost>();
  for (const [part, { open }] of parts.entries()) {
    for (const { route, scenario, missing = [], sent = [] } of open) {
      for (const [i, digest] of missing.entries()) {
        if (lost.has(digest)) continue;
        const when = { sent: sent[i] ?? NaN, first: null };
        lost.set(digest, { part, route, scenario, arrivals: 0, ...when });
      }
    }
  }
  return lost;
}

function deliveriesOf(lost: Iterable<Lost>, clocks: PartClocks): CrossDelivery[] {
  const found: CrossDelivery[] = [];
  for (const { part, route, scenario, sent, first } of lost) {
    if (first === null || Number.isNaN(sent)) continue;
    // Of two receivers of one part the clock is one.
    const isOne = first.part === part;
    const [from, to] = [clocks.at(part, sent), clocks.at(first.part, first.ms)];
    const durationMs = Math.max(0, isOne ? first.ms - sent : to.ms - from.ms);
    const boundMs = isOne ? 0 : from.boundMs + to.boundMs;
    found.push({ route, scenario, at: to.ms, durationMs, boundMs });
  }
  return found;
}

function withError(account: Account, deliveries: readonly CrossDelivery[]): Account {
  let boundMs = 0;
  for (const one of deliveries) {
    if (one.route === account.route) boundMs = Math.max(boundMs, one.boundMs);
  }
  return boundMs === 0 ? account : { ...account, durationErrorMs: boundMs };
}

/** The instances that a part names, without those that arrived elsewhere. */
function stillMissing({ facts, open }: Accounted, lost: ReadonlyMap<string, Lost>) {
  const shown = open.flatMap((record) => record.shown ?? []);
  return (facts.missing ?? []).filter((_, at) => (lost.get(shown[at] ?? '')?.arrivals ?? 0) === 0);
}

function unnamedOf(parts: readonly Accounted[]): number {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
  return sum(
    parts.map(({ facts, open }) => {
      const lost = sum(facts.accounts.map(({ missing }) => missing));
      const stray = sum(facts.accounts.map(({ unexpected }) => unexpected));
      const counted = open.filter((record) => record.counted === true);
      const named = sum(open.map(({ missing = [] }) => missing.length));
      const known = sum(counted.map(({ strays = [] }) => strays.length));
      return Math.max(0, lost - named) + Math.max(0, stray - known);
    }),
  );
}

class Changes {
  readonly #sums = new Map<string, { readonly place: Place; readonly field: Field; by: number }>();

  add({ part, route, scenario }: Place, field: Field, by: number): void {
    const key = JSON.stringify([part, route, scenario, field]);
    const sum = this.#sums.get(key) ?? { place: { part, route, scenario }, field, by: 0 };
    sum.by += by;
    this.#sums.set(key, sum);
  }

  of(route: string, field: Field): number {
    let sum = 0;
    for (const one of this.#sums.values()) {
      if (one.place.route === route && one.field === field) sum += one.by;
    }
    return sum;
  }

  corrections(): Correction[] {
    return [...this.#sums.values()].map(({ place: { part, route, scenario }, field, by }) => {
      const tags: Record<string, string> = scenario === '' ? { route } : { route, scenario };
      return { part, metric: `dicom_delivery_${field}`, tags, by };
    });
  }
}

function sumOf(parts: readonly Accounted[], changes: Changes): Account[] {
  const byRoute = new Map<string, Account[]>();
  for (const account of parts.flatMap(({ facts }) => facts.accounts)) {
    byRoute.set(account.route, [...(byRoute.get(account.route) ?? []), account]);
  }
  return [...byRoute]
    .map(([route, accounts]) => added(route, accounts, changes))
    .filter((one) => one.accepted > 0 || one.unexpected > 0 || !one.route.startsWith('('));
}

function added(route: string, accounts: readonly Account[], changes: Changes): Account {
  const sum = (of: (one: Account) => number): number =>
    accounts.reduce((all, one) => all + of(one), 0);
  const counts = Object.fromEntries(
    [...COUNTED, ...MORE_COUNTED].map((field) => [
      field,
      sum((one) => one[field]) + changes.of(route, field),
    ]),
  ) as Record<Field, number>;
  return {
    route,
    ...counts,
    ...ofAll(accounts, 'compared', () => sum(({ compared = 0 }) => compared)),
    ...ofAll(accounts, 'recoded', () => sum(({ recoded = 0 }) => recoded)),
    ...ofAll(accounts, 'unhashed', () => sum(({ unhashed = 0 }) => unhashed)),
    ...ofAll(accounts, 'outOfOrder', () => sum(({ outOfOrder = 0 }) => outOfOrder)),
    ...onlyOne(accounts),
  };
}

function ofAll<K extends keyof DeliveryAccount>(
  accounts: readonly Account[],
  field: K & keyof Account,
  value: () => number,
): { readonly [key in K]?: number } {
  return accounts.some((one) => one[field] !== undefined)
    ? ({ [field]: value() } as { readonly [key in K]?: number })
    : {};
}

/** Means of several cannot be averaged: none is better than a wrong one. */
function onlyOne(accounts: readonly Account[]): Pick<Account, 'associationsPerStudy'> {
  const all = accounts.flatMap(({ associationsPerStudy: one }) => (one === undefined ? [] : [one]));
  const [first] = all;
  return all.length === 1 && first !== undefined ? { associationsPerStudy: first } : {};
}
