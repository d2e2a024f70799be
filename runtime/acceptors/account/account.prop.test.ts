import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Account } from './account.ts';
import { SAME_NUMBER } from '../../tests/fixtures/account.ts';
import { Expectations } from './expectations.ts';
import { TALLY_FIELDS } from './tally.ts';

interface Event {
  readonly kind: 'accept' | 'arrive';
  readonly study: number;
  readonly member: number;
  readonly wait: number;
  readonly pixels: number;
}

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom('accept' as const, 'arrive' as const),
  study: fc.integer({ min: 1, max: 4 }),
  member: fc.integer({ min: 1, max: 3 }),
  wait: fc.integer({ min: 0, max: 30 }),
  pixels: fc.constantFrom(9, 9, 9, 10),
});

/** The definitions, read literally over the whole list of events. */
function literally(events: readonly Event[]): Record<string, number> {
  const keys = new Set(events.map(({ study, member }) => `${study}/${member}`));
  const sum = Object.fromEntries(TALLY_FIELDS.map((field) => [field, 0])) as Record<string, number>;
  const add = (field: string, n: number): void => void (sum[field] = (sum[field] ?? 0) + n);
  for (const key of keys) {
    const own = events.filter(({ study, member }) => `${study}/${member}` === key);
    const sends = own.filter(({ kind }) => kind === 'accept').length;
    const arrivals = own.filter(({ kind }) => kind === 'arrive');
    if (sends === 0) {
      add('unexpected', arrivals.length > 0 ? 1 : 0);
      continue;
    }
    add('accepted', sends);
    add('arrived', arrivals.length);
    add(arrivals.length > 0 ? 'unique' : 'missing', 1);
    add('duplicated', Math.max(0, arrivals.length - sends));
    add('corrupted', arrivals.some(({ pixels }) => pixels !== 9) ? 1 : 0);
  }
  return sum;
}

it('counts what the definitions say, for any order of rows and arrivals', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const listener = {
        delivered: () => {},
        dropped: () => {},
        finished: () => {},
        missing: () => {},
      };
      const options = { settleMs: 5000, horizonMs: 50_000, name: 'SINK', pixels: SAME_NUMBER };
      const account = new Account(options, listener);
      new Expectations(account, { uid: String, differences: () => ({ now: [], later: [] }) });
      account.addRoute(0);
      let now = 0;
      for (const { kind, study, member, wait, pixels } of events) {
        now += wait;
        const key = { a: study, b: member, study, time: now };
        if (kind === 'accept') account.accept({ ...key, prototype: 9, route: 0 }, now);
        else account.arrive({ ...key, pixels, form: 0, association: 1, header: undefined }, now);
        account.sweep(now);
      }
      account.close(now);
      expect(account.tallies[0]).toMatchObject(literally(events));
      expect(account.instances.size + account.studies.size).toBe(0);
      expect(account.outstanding).toBe(0);
    }),
    { numRuns: 300 },
  );
});
