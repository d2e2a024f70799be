// An account with ears, and short forms of what happens to it, for its tests.
import { Account } from './account.ts';
import type { AcceptedRow, ArrivalRow } from './account.ts';
import { Expectations } from './expectations.ts';

export const SETTLE = 1000;
export const HORIZON = 10_000;

export interface Bench {
  readonly account: Account;
  readonly expectations: Expectations;
  readonly durations: number[];
  readonly missing: string[];
  dropped: number;
}

export function bench(): Bench {
  const expectations = new Expectations({
    uid: (a, b) => `${a}/${b}`,
    differences: (instance, header, tags) =>
      Object.entries(tags)
        .filter(([tag, wish]) => (header as Record<string, string>)[tag] !== wish)
        .map(([tag, wish]) => ({ instance, tag, expected: String(wish), actual: null })),
  });
  const state: Bench = {
    account: new Account(
      { settleMs: SETTLE, horizonMs: HORIZON, name: 'SINK' },
      {
        delivered: (_route, ms) => void state.durations.push(ms),
        dropped: () => void state.dropped++,
        finished: () => {},
        missing: (a, b, { study }) => void state.missing.push(`${study}:${a}/${b}`),
      },
      expectations,
    ),
    expectations,
    durations: [],
    missing: [],
    dropped: 0,
  };
  state.account.addRoute(0);
  return state;
}

export function sent(study: number, member: number, time: number, more: Partial<AcceptedRow> = {}) {
  return { a: study, b: member, study, prototype: 0, expected: 0, route: 0, time, ...more };
}

export function came(study: number, member: number, time: number, more: Partial<ArrivalRow> = {}) {
  return {
    a: study,
    b: member,
    study,
    pixels: 0,
    association: 1,
    time,
    header: undefined,
    ...more,
  };
}

/** What a kept header would say. */
export function tags(values: Record<string, string>): object {
  return values;
}

export function tallyOf({ account }: Bench) {
  return account.tallies[0];
}
