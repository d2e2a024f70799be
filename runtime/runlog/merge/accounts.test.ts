import { describe, expect, it } from 'vitest';
import type { OpenRecord } from '../format.ts';
import { joinAccounts } from './accounts.ts';
import type { Accounted } from './accounts.ts';

type Counts = Partial<Accounted['facts']['accounts'][number]>;

function part(counts: Counts, ...open: Omit<OpenRecord, 'k' | 'route' | 'scenario'>[]): Accounted {
  const zero = { accepted: 0, arrived: 0, unique: 0, missing: 0, late: 0, duplicated: 0 };
  const account = { route: 'A', ...zero, corrupted: 0, unexpected: 0, ...counts };
  return {
    facts: { accounts: [account] },
    open: open.map((one) => ({ k: 'open', route: 'A', scenario: '', ...one })),
  };
}

const sender = (missing: readonly string[], arrived = 0): Accounted =>
  part(
    {
      ...{ accepted: missing.length + arrived, missing: missing.length },
      ...{ arrived, unique: arrived },
    },
    { missing },
  );
const receiver = (...strays: (readonly [string, number])[]): Accounted =>
  part({ unexpected: strays.length }, { strays, counted: true });

describe('accounts of several parts', () => {
  it('join what one misses with what another did not expect', () => {
    const { accounts, corrections, unnamed } = joinAccounts([
      sender(['a', 'b'], 1),
      receiver(['a', 1], ['x', 1]),
    ]);
    expect(accounts).toEqual([
      expect.objectContaining({
        ...{ accepted: 3, arrived: 2, unique: 2, missing: 1, duplicated: 0, unexpected: 1 },
      }),
    ]);
    expect(unnamed).toBe(0);
    expect(corrections.map(({ part, metric, by }) => [part, metric, by])).toEqual([
      [1, 'dicom_delivery_unexpected', -1],
      [0, 'dicom_delivery_missing', -1],
      [0, 'dicom_delivery_unique', 1],
      [0, 'dicom_delivery_arrived', 1],
    ]);
  });

  it('count what came to two of them as come twice', () => {
    const { accounts } = joinAccounts([sender(['a']), receiver(['a', 1]), receiver(['a', 2])]);
    expect(accounts).toEqual([
      expect.objectContaining({ arrived: 3, unique: 1, missing: 0, duplicated: 2, unexpected: 0 }),
    ]);
  });

  it('take nothing from a receiver that nobody delivers to, for it expected nothing', () => {
    const silent = part({}, { strays: [['a', 1]], counted: false });
    const { accounts } = joinAccounts([sender(['a']), silent]);
    expect(accounts[0]).toMatchObject({ unique: 1, missing: 0, unexpected: 0 });
  });

  it('name only what arrived nowhere, and say what could not be looked for', () => {
    const named = (end: string) => ({ instance: end, study: 's', route: 'A' });
    const one = sender(['a', 'b']);
    const shown: OpenRecord = { k: 'open', route: '', scenario: '', shown: ['a', 'b'] };
    const missing = [named('…a'), named('…b')];
    const told = { facts: { ...one.facts, missing }, open: [...one.open, shown] };
    expect(joinAccounts([told, receiver(['a', 1])]).missing).toEqual([named('…b')]);
    expect(joinAccounts([part({ accepted: 5, missing: 5 }), receiver()]).unnamed).toBe(5);
  });

  it('time what arrived elsewhere where the clocks are known, by its first arrival', () => {
    const lost = part(
      { accepted: 3, missing: 3 },
      { missing: ['a', 'b', 'c'], sent: [100, 200, 300] },
    );
    const early = part({}, { strays: [['a', 1, 1_150]], counted: true });
    const late = part(
      {},
      {
        strays: [
          ['a', 1, 30],
          ['b', 1, 90],
          ['c', 1],
        ],
        counted: true,
      },
    );
    // The second is 1 s ahead, the third 100 ms behind, each known to half a millisecond.
    const offsets = [0, 1_000, -100];
    const at = (one: number, ms: number) => {
      return { ms: ms - (offsets[one] ?? 0), boundMs: one === 0 ? 0 : 0.5 };
    };
    const { deliveries, accounts } = joinAccounts([lost, early, late], { at });
    expect(deliveries).toEqual([
      { route: 'A', scenario: '', at: 130, durationMs: 30, boundMs: 0.5 },
      // What cannot have taken less than nothing.
      { route: 'A', scenario: '', at: 190, durationMs: 0, boundMs: 0.5 },
    ]);
    expect(accounts[0]).toMatchObject({ unique: 3, missing: 0, durationErrorMs: 0.5 });
    const unknown = joinAccounts([lost, early, late]);
    expect(unknown.deliveries).toEqual([]);
    expect(unknown.accounts[0]?.durationErrorMs).toBeUndefined();
  });

  it('time what came to another receiver of the same part by its own clock', () => {
    const one = part(
      { accepted: 1, missing: 1 },
      { missing: ['a'], sent: [100] },
      { strays: [['a', 1, 107]], counted: true },
    );
    const at = (_: number, ms: number) => ({ ms: ms + Math.sin(ms), boundMs: 0.5 });
    const { deliveries, accounts } = joinAccounts([one], { at });
    expect(deliveries).toMatchObject([{ durationMs: 7, boundMs: 0 }]);
    expect(accounts[0]?.durationErrorMs).toBeUndefined();
  });
});
