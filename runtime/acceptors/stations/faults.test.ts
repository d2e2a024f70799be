import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import { describe, expect, it } from 'vitest';
import type { AssociateIndication } from '../../dicom/scp/acceptor-types.ts';
import { span } from './fault-words.ts';
import { FaultDice } from './faults.ts';

function dice(faults: AcceptorFaults, clock = { now: 0 }): FaultDice {
  return new FaultDice(faults, () => clock.now);
}

const asking = (open: number): AssociateIndication => ({ open }) as AssociateIndication;

function times<T>(n: number, what: () => T): T[] {
  return Array.from({ length: n }, what);
}

/** Whether a context of an abstract syntax stays accepted. */
function taken(by: FaultDice, abstractSyntax: string): boolean {
  const context = {
    id: 1,
    abstractSyntax,
    transferSyntax: '1.2',
    result: 0,
    scu: true,
    scp: false,
  };
  return by.contexts([context])[0]?.result === 0;
}

describe('fault dice', () => {
  it('do nothing without faults', () => {
    const none = dice({});
    expect([none.status(), none.delay(), none.refusal(asking(10_000))]).toEqual([0, 0, null]);
    expect(none.store()).toMatchObject({ answered: true });
    expect(taken(none, '1.2')).toBe(true);
  });

  it('take statuses and delays in turn', () => {
    const turn = dice({ status: [0, 0xa700], delay: ['1s', 20] });
    expect(times(4, turn.status)).toEqual([0, 0xa700, 0, 0xa700]);
    expect(times(3, turn.delay)).toEqual([1000, 20, 1000]);
  });

  it('roll shares, the same in every run', () => {
    const faults = { status: { A700: 0.1, '0xC000': 0.05 } };
    const rolled = times(10_000, dice(faults).status);
    const share = (code: number): number => rolled.filter((one) => one === code).length / 10_000;
    expect(share(0xa700)).toBeCloseTo(0.1, 1);
    expect(share(0xc000)).toBeCloseTo(0.05, 1);
    expect(times(10_000, dice(faults).status)).toEqual(rolled);
  });

  it('draw delays around a median', () => {
    const drawn = times(5001, dice({ delay: { lognormal: '40ms', sigma: 0.3 } }).delay);
    const sorted = drawn.sort((a, b) => a - b);
    expect(sorted[2500]).toBeGreaterThan(37);
    expect(sorted[2500]).toBeLessThan(43);
    expect(sorted[0]).toBeGreaterThan(0);
  });

  it('speak as rules do: one status, a delay by its percentiles', () => {
    const one = dice({ status: 0xa700, delay: { p50: '100ms', p95: '300ms' } });
    expect(times(3, one.status)).toEqual([0xa700, 0xa700, 0xa700]);
    const drawn = times(4001, one.delay).sort((a, b) => a - b);
    expect(drawn[2000]).toBeGreaterThan(90);
    expect(drawn[2000]).toBeLessThan(110);
    expect(() => dice({ status: 0x10000 })).toThrow('status 65536');
  });

  it('reject when down, when full, and by share with any numbers', () => {
    const clock = { now: 0 };
    const down = dice({ down: [{ from: '1s', to: '2s' }] }, clock);
    expect(down.refusal(asking(0))).toBeNull();
    clock.now = 1500;
    expect(down.refusal(asking(0))).toMatchObject({ kind: 'reject', result: 2, reason: 2 });
    expect(down.store()).toMatchObject({ resetAfter: 0 });
    clock.now = 2000;
    expect(down.refusal(asking(0))).toBeNull();
    expect(down.store()).not.toHaveProperty('resetAfter');
    const full = dice({ associationLimit: 3 });
    expect([full.refusal(asking(2)), full.refusal(asking(3))]).toMatchObject([
      null,
      { kind: 'reject' },
    ]);
    const all = dice({ reject: { result: 1, source: 1, reason: 7 } });
    expect(all.refusal(asking(0))).toEqual({ kind: 'reject', result: 1, source: 1, reason: 7 });
    const some = dice({ reject: { share: 0.5 } });
    const refused = times(1000, () => some.refusal(asking(0))).filter((one) => one !== null);
    expect(refused.length / 1000).toBeCloseTo(0.5, 1);
  });

  it('harm a share of the stores, and take only some contexts', () => {
    const some = dice({ neverAnswer: true, share: 0.25 });
    const harmed = times(4000, () => some.store()).filter(({ answered }) => !answered);
    expect(harmed.length / 4000).toBeCloseTo(0.25, 1);
    expect(taken(dice({ contexts: 'none' }), '1.2')).toBe(false);
    expect(taken(dice({ contexts: ['1.2'] }), '1.2')).toBe(true);
    expect(taken(dice({ contexts: ['1.2'] }), '1.3')).toBe(false);
  });

  it('refuse what they cannot read', () => {
    expect([span(5), span('40ms'), span('1m30s'), span('1.5s')]).toEqual([5, 40, 90_000, 1500]);
    // What is a duration as an option is one here.
    expect(['1d', '1000', '0', '.5s', '1us', ' 2s'].map(span)).toEqual([
      86_400_000, 1000, 0, 500, 0.001, 2000,
    ]);
    expect(() => dice({ delay: '40 apples' })).toThrow('"40 apples"');
    expect(() => dice({ status: { XYZ: 1 } })).toThrow('"XYZ"');
  });
});
