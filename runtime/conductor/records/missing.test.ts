import { describe, expect, it } from 'vitest';
import { Discretion } from './discretion.ts';
import { MOST_MISSING_SHOWN, openRecords, shownMissing } from './missing.ts';

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

describe('what the account of a part leaves open', () => {
  it('is told with its times and without a UID', () => {
    const missing = all.slice(0, 2).map((one, i) => ({ ...one, sentMs: i + 0.123456 }));
    const came = { route: 'HTM_GI', scenario: '', arrivals: 2, arrivedMs: 7.000049, counted: true };
    const strays = [{ sopInstanceUid: '1.2.826.0.1.3680043.9.2.0', ...came }];
    const records = [...openRecords({ routes: [], missing, strays })];
    const [lost, shown, stray] = records;
    expect(lost).toMatchObject({ k: 'open', route: 'HTM_GI', sent: [0.123, 1.123] });
    expect(shown?.shown).toEqual(lost?.missing);
    // The same instance has the same digest in the logs of both.
    expect(stray?.strays).toEqual([[lost?.missing?.[0], 2, 7]]);
    expect(JSON.stringify(records)).not.toContain('1.2.826');
  });
});
