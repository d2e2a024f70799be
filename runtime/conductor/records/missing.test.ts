import { describe, expect, it } from 'vitest';
import { Discretion } from './discretion.ts';
import { MOST_MISSING_SHOWN, shownMissing } from './missing.ts';

const RUN = '179000000000042';
const all = Array.from({ length: 100_000 }, (_, i) => ({
  sopInstanceUid: `1.2.826.0.1.3680043.9.2.${i}`,
  studyUid: '1.2.826.0.1.3680043.9.1.4711',
  route: 'HTM_GI',
}));

describe('missing instances in the results', () => {
  it('are the first twenty, by the ends of their UIDs', () => {
    const shown = shownMissing(all, new Discretion(false, RUN));
    expect(shown).toHaveLength(MOST_MISSING_SHOWN);
    expect(shown[13]).toEqual({ instance: '…3.9.2.13', study: '…9.1.4711', route: 'HTM_GI' });
  });

  it('are named in full with --phi-ok', () => {
    const [first] = shownMissing(all, new Discretion(true, RUN));
    expect(first).toMatchObject({ instance: all[0]?.sopInstanceUid, study: all[0]?.studyUid });
  });
});
