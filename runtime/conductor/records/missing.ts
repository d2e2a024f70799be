// The instances that did not arrive, as results name them: a few, and no more of them than may be told.
import type { MissingInstance } from '../../metrics/summary.ts';
import type { MissingInstance as Missing } from '../../threads/delivery.ts';
import type { Discretion } from './discretion.ts';

/** So many are named in summary and report. */
export const MOST_MISSING_SHOWN = 20;

/** The first of them, in the order in which they were given up. */
export function shownMissing(
  missing: readonly Missing[],
  { uid }: Discretion,
): readonly MissingInstance[] {
  return missing.slice(0, MOST_MISSING_SHOWN).map(({ sopInstanceUid, studyUid, route }) => ({
    instance: uid(sopInstanceUid),
    study: uid(studyUid),
    route,
  }));
}
