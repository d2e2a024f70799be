import { describe, expect, it } from 'vitest';
import { FOREIGN } from './keys.ts';
import { bench, came, HORIZON, sent, SETTLE, tallyOf } from '../../tests/fixtures/account.ts';

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
    b.account.accept(sent(1, 1, 0, { prototype: 4 }), 0);
    b.account.accept(sent(1, 2, 0, { prototype: 4 }), 0);
    b.account.arrive(came(1, 1, 5, { pixels: 4 }), 5);
    b.account.arrive(came(1, 2, 5, { pixels: 77 }), 5);
    expect(tallyOf(b)).toMatchObject({ unique: 2, corrupted: 1 });
  });

  it('sees a changed repeat of an untouched first arrival, once', () => {
    const b = bench();
    b.account.arrive(came(1, 1, 5, { pixels: 4 }), 5);
    b.account.arrive(came(1, 1, 6, { pixels: 5 }), 6);
    b.account.accept(sent(1, 1, 0, { prototype: 4 }), 9);
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

describe('contents', () => {
  const contents = (b: ReturnType<typeof bench>) => {
    b.account.close(100);
    const { compared = 0, corrupted = 0, recoded = 0, unhashed = 0 } = tallyOf(b) ?? {};
    return { compared, corrupted, recoded, unhashed };
  };

  it('are compared, came in another transfer syntax, or have no hash: counted apart', () => {
    const b = bench();
    for (const member of [1, 2, 3, 4]) b.account.accept(sent(1, member, 0, { prototype: 9 }), 0);
    b.account.arrive(came(1, 1, 5, { pixels: 9 }), 5);
    b.account.arrive(came(1, 2, 5, { pixels: -1 }), 5);
    b.account.arrive(came(1, 3, 5, { pixels: -2, form: 7 }), 5);
    b.account.arrive(came(1, 4, 5, { pixels: 0 }), 5);
    expect(contents(b)).toEqual({ compared: 2, corrupted: 1, recoded: 1, unhashed: 1 });
  });

  it('are right when they are those of any accepted send, of files sent as they are', () => {
    const b = bench();
    const own = { a: FOREIGN, study: -5 };
    b.account.accept(sent(-5, 1, 0, { ...own, prototype: 8 }), 0);
    b.account.arrive(came(-5, 1, 5, { ...own, pixels: 8 }), 5);
    // What came is known before it is known that it was sent in this form, too.
    b.account.arrive(came(-5, 1, 6, { ...own, pixels: 9 }), 6);
    b.account.accept(sent(-5, 1, 1, { ...own, prototype: 9 }), 7);
    expect(contents(b)).toEqual({ compared: 1, corrupted: 0, recoded: 0, unhashed: 0 });
  });

  it('are changed when one of several arrivals is none of those sent', () => {
    const b = bench();
    const own = { a: FOREIGN, study: -5 };
    b.account.accept(sent(-5, 1, 0, { ...own, prototype: 8 }), 0);
    b.account.accept(sent(-5, 1, 1, { ...own, prototype: 9 }), 1);
    b.account.arrive(came(-5, 1, 5, { ...own, pixels: 9 }), 5);
    b.account.arrive(came(-5, 1, 6, { ...own, pixels: -3 }), 6);
    expect(contents(b)).toMatchObject({ compared: 1, corrupted: 1 });
  });
});
