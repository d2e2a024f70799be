import { describe, expect, it } from 'vitest';
import { Account } from './account.ts';
import type { AcceptedRow, ArrivalRow } from './account.ts';
import { Expectations } from './expectations.ts';
import type { Delivery, Expectation } from './delivery.ts';

const SETTLE = 1000;
const HORIZON = 10_000;

interface Bench {
  readonly account: Account;
  readonly expectations: Expectations;
  readonly durations: number[];
  readonly missing: string[];
  dropped: number;
}

function bench(): Bench {
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
        missing: (study, a, b) => void state.missing.push(`${study}:${a}/${b}`),
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

function sent(study: number, member: number, time: number, more: Partial<AcceptedRow> = {}) {
  return { a: study, b: member, study, expected: 0, route: 0, time, ...more };
}

function came(study: number, member: number, time: number, more: Partial<ArrivalRow> = {}) {
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

function tallyOf({ account }: Bench) {
  return account.tallies[0];
}

describe('joining', () => {
  it('counts an arrival that comes after its row', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 100), 120);
    expect(b.account.outstanding).toBe(1);
    b.account.arrive(came(1, 1, 150), 150);
    expect(b.account.outstanding).toBe(0);
    expect(tallyOf(b)).toMatchObject({ accepted: 1, arrived: 1, unique: 1, missing: 0 });
    expect(b.durations).toEqual([50]);
  });

  it('counts a row that comes after its arrival, with the time of the arrival', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 150), 150);
    b.account.accept(sent(1, 1, 100), 190);
    expect(tallyOf(b)).toMatchObject({ accepted: 1, arrived: 1, unique: 1 });
    expect(b.durations).toEqual([50]);
  });

  it('never gives a negative duration when two clocks disagree', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 99.9), 100);
    b.account.accept(sent(1, 1, 100), 101);
    expect(b.durations).toEqual([0]);
  });
});

describe('duplicates', () => {
  it('counts an arrival beyond the accepted sends', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5), 5);
    b.account.arrive(came(1, 1, 6), 6);
    b.account.close(10);
    expect(tallyOf(b)).toMatchObject({ accepted: 1, arrived: 2, unique: 1, duplicated: 1 });
  });

  it('takes a deliberate resend for none, whatever the order', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 5), 5);
    b.account.arrive(came(1, 1, 6), 6);
    b.account.accept(sent(1, 1, 0), 7);
    b.account.accept(sent(1, 1, 1), 8);
    b.account.close(10);
    expect(tallyOf(b)).toMatchObject({ accepted: 2, arrived: 2, unique: 1, duplicated: 0 });
  });

  it('does not miss the second arrival of a resend that a receiver may drop', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.accept(sent(1, 1, 1), 1);
    b.account.arrive(came(1, 1, 5), 5);
    b.account.close(10);
    expect(tallyOf(b)).toMatchObject({ accepted: 2, unique: 1, missing: 0 });
  });
});

describe('missing and late', () => {
  it('is decided at close, by name', () => {
    const b = bench();
    b.account.accept(sent(7, 3, 0), 0);
    b.account.close(500);
    expect(tallyOf(b)).toMatchObject({ accepted: 1, unique: 0, missing: 1 });
    expect(b.missing).toEqual(['7:7/3']);
    expect(b.account.instances.size).toBe(0);
    expect(b.account.studies.size).toBe(0);
  });

  it('is decided once, at the horizon; a later arrival is late', () => {
    const b = bench();
    b.account.accept(sent(7, 3, 0), 0);
    for (let now = 0; now < HORIZON + SETTLE; now += 100) b.account.sweep(now);
    expect(tallyOf(b)).toMatchObject({ missing: 1, late: 0 });
    expect(b.account.outstanding).toBe(0);
    b.account.arrive(came(7, 3, HORIZON + 2000), HORIZON + 2000);
    b.account.close(HORIZON + 3000);
    expect(tallyOf(b)).toMatchObject({ accepted: 1, arrived: 1, unique: 0, missing: 1, late: 1 });
    expect(b.missing).toHaveLength(1);
  });

  it('is not decided before the horizon', () => {
    const b = bench();
    b.account.accept(sent(7, 3, 0), 0);
    for (let now = 0; now < HORIZON - 100; now += 100) b.account.sweep(now);
    b.account.arrive(came(7, 3, HORIZON - 50), HORIZON - 50);
    b.account.close(HORIZON);
    expect(tallyOf(b)).toMatchObject({ unique: 1, missing: 0, late: 0 });
  });
});

describe('unexpected', () => {
  it('is what arrived and nobody accepted, on the route of its study', () => {
    const b = bench();
    b.account.addRoute(1);
    b.account.accept(sent(1, 1, 0, { route: 1 }), 0);
    b.account.arrive(came(1, 1, 5), 5);
    b.account.arrive(came(1, 2, 6), 6);
    b.account.close(10);
    expect(b.account.tallies[1]).toMatchObject({ unexpected: 1, arrived: 1, unique: 1 });
  });

  it('waits for a row that comes much later', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 0), 0);
    for (let now = 0; now < SETTLE * 5; now += 100) b.account.sweep(now);
    b.account.accept(sent(1, 1, 0), SETTLE * 5);
    b.account.close(SETTLE * 6);
    expect(tallyOf(b)).toMatchObject({ unexpected: 0, unique: 1 });
  });

  it('of several routes and an unknown study belongs to none of them', () => {
    const b = bench();
    b.account.addRoute(1);
    b.account.arrive(came(9, 1, 0), 0);
    b.account.close(10);
    expect(b.account.stray.unexpected).toBe(1);
  });

  it('is nothing where nobody delivers', () => {
    const b = bench();
    b.account.tallies.length = 0;
    b.account.arrive(came(9, 1, 0), 0);
    for (let now = 0; now <= SETTLE * 2; now += 100) b.account.sweep(now);
    expect(b.account.instances.size).toBe(0);
    expect(b.account.stray.unexpected).toBe(0);
  });
});

describe('corrupted', () => {
  it('compares the hash that was expected with the one that arrived', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0, { expected: 4 }), 0);
    b.account.accept(sent(1, 2, 0, { expected: 4 }), 0);
    b.account.arrive(came(1, 1, 5, { pixels: 4 }), 5);
    b.account.arrive(came(1, 2, 5, { pixels: 77 }), 5);
    expect(tallyOf(b)).toMatchObject({ unique: 2, corrupted: 1 });
  });

  it('sees a changed repeat of an untouched first arrival, once', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 5, { pixels: 4 }), 5);
    b.account.arrive(came(1, 1, 6, { pixels: 5 }), 6);
    b.account.accept(sent(1, 1, 0, { expected: 4 }), 9);
    b.account.arrive(came(1, 1, 10, { pixels: 6 }), 10);
    b.account.close(11);
    expect(tallyOf(b)).toMatchObject({ corrupted: 1, duplicated: 2 });
  });

  it('says nothing without an expected hash', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5, { pixels: 4 }), 5);
    expect(tallyOf(b)).toMatchObject({ corrupted: 0 });
  });
});

describe('memory', () => {
  it('drops an entry `settle` after completion and not much before', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5), 5);
    for (let now = 0; now < SETTLE; now += 50) b.account.sweep(now);
    expect(b.account.instances.size).toBe(1);
    for (let now = SETTLE; now < SETTLE * 1.5; now += 50) b.account.sweep(now);
    expect(b.account.instances.size).toBe(0);
    expect(b.dropped).toBe(1);
  });

  it('is bounded by rate times window over a long run', () => {
    const b = bench();
    let most = 0;
    for (let n = 0; n < 50_000; n++) {
      b.account.accept(sent(n, 1, n), n);
      b.account.arrive(came(n, 1, n), n);
      if (n % 100 === 0) b.account.sweep(n);
      most = Math.max(most, b.account.instances.size);
    }
    expect(most).toBeLessThan(SETTLE * 1.6);
    expect(b.account.instances.capacity).toBeLessThanOrEqual(2048);
    expect(tallyOf(b)).toMatchObject({ accepted: 50_000, unique: 50_000 });
  });

  it('keeps an overdue instance no longer than four horizons', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    for (let now = 0; now < HORIZON * 4 + SETTLE; now += 100) b.account.sweep(now);
    expect(b.account.instances.size).toBe(0);
    expect(tallyOf(b)).toMatchObject({ missing: 1 });
  });
});

describe('associations and order', () => {
  it('counts the associations a study came on, exactly', () => {
    const b = bench();
    for (const [member, association] of [
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 2],
    ] as const) {
      b.account.accept(sent(1, member, 0), 0);
      b.account.arrive(came(1, member, 5, { association }), 5);
    }
    b.account.accept(sent(2, 1, 0), 0);
    b.account.arrive(came(2, 1, 5), 5);
    b.account.close(10);
    expect(tallyOf(b)).toMatchObject({ studies: 2, associations: 3, mostAssociations: 2 });
  });

  it('counts arrivals after a later member', () => {
    const b = bench();
    for (const member of [1, 3, 2, 4]) {
      b.account.accept(sent(1, member, 0), 0);
      b.account.arrive(came(1, member, member), 5);
    }
    b.account.close(10);
    expect(tallyOf(b)?.outOfOrder).toBe(1);
  });
});

describe('expect()', () => {
  function ask(b: Bench, more: Partial<Expectation>, now: number): Delivery[] {
    const answers: Delivery[] = [];
    const answer = (delivery: Delivery): void => void answers.push(delivery);
    const base = { ticket: 1, study: 1, accepted: 0, timeoutMs: 1000, quietMs: 0 };
    b.account.expect({ ...base, ...more, answer }, now);
    return answers;
  }

  it('answers at once when all is there', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5), 5);
    const answers = ask(b, { accepted: 1 }, 6);
    expect(answers).toMatchObject([
      { expected: 1, arrived: 1, missing: 0, duplicated: 0, complete: true, waitedMs: 0 },
    ]);
  });

  it('waits for the rows too', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 5), 5);
    const answers = ask(b, { accepted: 1 }, 6);
    expect(answers).toEqual([]);
    b.account.accept(sent(1, 1, 0), 20);
    expect(answers).toMatchObject([{ expected: 1, arrived: 1, unexpected: 0, complete: true }]);
  });

  it('waits for the last arrival, and for quiet after it', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    const answers = ask(b, { accepted: 1, quietMs: 100 }, 1);
    b.account.arrive(came(1, 1, 50), 50);
    b.account.sweep(120);
    b.account.arrive(came(1, 1, 130), 130);
    b.account.sweep(200);
    expect(answers).toEqual([]);
    expect(b.expectations.nextDeadline(b.account)).toBe(230);
    b.account.sweep(230);
    expect(answers).toMatchObject([{ arrived: 1, duplicated: 1, waitedMs: 229 }]);
  });

  it('says at the timeout what is missing, by name', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.accept(sent(1, 2, 0), 0);
    b.account.arrive(came(1, 2, 5), 5);
    b.account.arrive(came(1, 3, 5), 5);
    const answers = ask(b, { accepted: 2 }, 6);
    expect(b.expectations.nextDeadline(b.account)).toBe(1006);
    b.account.sweep(1005);
    expect(answers).toEqual([]);
    b.account.sweep(1006);
    expect(answers).toMatchObject([
      { expected: 2, arrived: 1, missing: 1, unexpected: 1, missingInstances: ['1/1'] },
    ]);
    expect(answers[0]?.complete).toBe(false);
  });

  it('of one instance looks at that instance only', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.accept(sent(1, 2, 0), 0);
    const answers = ask(b, { instance: [1, 2], accepted: 2 }, 1);
    b.account.arrive(came(1, 2, 5), 5);
    expect(answers).toMatchObject([{ expected: 1, arrived: 1, missing: 0, complete: true }]);
  });

  it('counts elements that are not as wished', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5, { header: { StudyDescription: 'X' } }), 5);
    const answers = ask(b, { accepted: 1, tags: { StudyDescription: 'Y' } }, 6);
    expect(answers).toMatchObject([{ wrongTags: 1, differences: [{ tag: 'StudyDescription' }] }]);
  });

  it('still knows a study whose entries were dropped', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5), 5);
    b.account.arrive(came(1, 1, 6), 6);
    for (let now = 0; now < SETTLE * 3; now += 50) b.account.sweep(now);
    expect(b.account.studies.size).toBe(0);
    const answers = ask(b, { accepted: 1 }, SETTLE * 3);
    expect(answers).toMatchObject([{ expected: 1, arrived: 1, missing: 0, duplicated: 1 }]);
    expect(b.account.studies.size).toBe(0);
  });

  it('says that rows never came, as missing', () => {
    const b = bench();
    const answers = ask(b, { accepted: 2 }, 0);
    b.account.sweep(1000);
    expect(answers).toMatchObject([{ expected: 2, missing: 2, complete: false }]);
  });

  it('keeps the entries of a watched study beyond `settle`', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.accept(sent(1, 2, 0), 0);
    b.account.arrive(came(1, 1, 1, { header: { PatientID: 'P' } }), 1);
    const answers = ask(b, { accepted: 2, timeoutMs: SETTLE * 4, tags: { PatientID: 'P' } }, 2);
    for (let now = 0; now < SETTLE * 3; now += 50) b.account.sweep(now);
    b.account.arrive(came(1, 2, SETTLE * 3, { header: { PatientID: 'P' } }), SETTLE * 3);
    expect(answers).toMatchObject([{ arrived: 2, wrongTags: 0, complete: true }]);
  });

  it('is answered at close whatever is there', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    const answers = ask(b, { accepted: 1, timeoutMs: 60_000 }, 1);
    b.account.close(500);
    expect(answers).toMatchObject([{ missing: 1, complete: false }]);
    expect(tallyOf(b)?.missing).toBe(1);
  });
});
