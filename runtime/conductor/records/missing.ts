// The instances that did not arrive, as results name them: a few, and no more of them than may be told.
// And of a part of a plan, what another part may know more of.
import { createHash } from 'node:crypto';
import type { MissingRow } from '../../metrics/summary.ts';
import type { MissingInstance as Missing } from '../../threads/delivery.ts';
import type { OpenRecord } from '../../runlog/format.ts';
import type { Options } from '../../config/types.ts';
import type { Discretion } from './discretion.ts';
import type { DeliveryCounts } from './events.ts';

/** So many are named in summary and report. */
export const MOST_MISSING_SHOWN = 20;
/** Missing instances that a ledger names, of each acceptor thread. */
const MOST_MISSING_KEPT = 100_000;
/** Of a part: what it misses may have reached another, and what nobody here sent, another sent. */
const MOST_OPEN_KEPT = 1_000_000;

/** How many instances acceptor threads name, of those missing and of those nobody here sent. */
export function mostKept({ part, ledger }: Options) {
  if (part.length > 0) return { mostMissing: MOST_OPEN_KEPT, mostStrays: MOST_OPEN_KEPT };
  return { mostMissing: ledger === 'none' ? MOST_MISSING_SHOWN : MOST_MISSING_KEPT, mostStrays: 0 };
}

/** The first of them, in the order in which they were given up. */
export function shownMissing(
  missing: readonly Missing[],
  { uid, text }: Discretion,
): readonly MissingRow[] {
  return missing.slice(0, MOST_MISSING_SHOWN).map((one) => ({
    instance: uid(one.sopInstanceUid),
    study: uid(one.studyUid),
    route: one.route,
    ...(one.file === undefined ? {} : { file: text(one.file) }),
    ...(one.modality === undefined ? {} : { modality: one.modality }),
    ...(one.sentMs === undefined ? {} : { sentMs: one.sentMs }),
  }));
}

/** Instances of one record of the log. */
const OPEN_PER_RECORD = 5_000;
const DIGEST_CHARACTERS = 20;

/** What the account of a part leaves open, for `dicomrun merge`; no UID stands in it. */
export function* openRecords({ missing, strays }: DeliveryCounts): Generator<OpenRecord> {
  const lost = grouped(missing, ({ route, scenario = '' }) => ({ route, scenario }));
  for (const { key, items } of lost) {
    const sent = items.map(({ sentMs = NaN }) => rounded(sentMs));
    yield { k: 'open', ...key, missing: items.map((one) => digest(one.sopInstanceUid)), sent };
  }
  const shown = missing.slice(0, MOST_MISSING_SHOWN).map((one) => digest(one.sopInstanceUid));
  if (shown.length > 0) yield { k: 'open', route: '', scenario: '', shown };
  const came = grouped(strays, ({ route, scenario, counted }) => ({ route, scenario, counted }));
  for (const { key, items } of came) {
    const strays = items.map(
      (one) => [digest(one.sopInstanceUid), one.arrivals, rounded(one.arrivedMs)] as const,
    );
    yield { k: 'open', ...key, strays };
  }
}

/** To a microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function digest(uid: string): string {
  return createHash('sha256').update(uid).digest('base64url').slice(0, DIGEST_CHARACTERS);
}

function* grouped<T, K>(all: readonly T[], keyOf: (one: T) => K) {
  const groups = new Map<string, { readonly key: K; readonly items: T[] }>();
  for (const one of all) {
    const key = keyOf(one);
    const name = JSON.stringify(key);
    const group = groups.get(name) ?? { key, items: [] };
    if (group.items.push(one) === 1) groups.set(name, group);
    if (group.items.length < OPEN_PER_RECORD) continue;
    yield group;
    groups.delete(name);
  }
  yield* groups.values();
}
