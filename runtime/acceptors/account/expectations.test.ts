import { describe, expect, it } from 'vitest';
import { bench, came, sent, SETTLE, tags, tallyOf } from '../../tests/fixtures/account.ts';
import type { Bench } from '../../tests/fixtures/account.ts';
import type { Expectation } from './delivery.ts';
import type { Delivery } from '../../../api/dicom/delivery/delivered.ts';

describe('expect()', () => {
  function ask(b: Bench, more: Partial<Expectation>, now: number): Delivery[] {
    const answers: Delivery[] = [];
    const answer = (delivery: Delivery): void => void answers.push(delivery);
    const base = { ticket: 1, study: 1, accepted: 0, timeoutMs: 1000, quietMs: 0 };
    b.expectations.expect({ ...base, ...more, answer }, now);
    return answers;
  }

  it('answers at once when all is there', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5), 5);
    const answers = ask(b, { accepted: 1 }, 6);
    expect(answers).toMatchObject([
      { expected: 1, arrived: 1, missing: 0, duplicated: 0, complete: true, durationMs: 0 },
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
    b.account.sweep(230);
    expect(answers).toMatchObject([{ arrived: 1, duplicated: 1, durationMs: 229 }]);
  });

  it('does not wait for what nobody accepted, but for the quiet in which it could come', () => {
    const b = bench();
    const one = ask(b, { accepted: 0, instance: [1, 1], quietMs: 100 }, 0);
    const study = ask(b, { accepted: 0, study: 2, quietMs: 100 }, 0);
    b.expectations.ticked(99);
    expect([one, study]).toEqual([[], []]);
    b.expectations.ticked(100);
    expect(one).toMatchObject([{ expected: 0, missing: 0, complete: true, durationMs: 100 }]);
    expect(study).toMatchObject([{ expected: 0, missing: 0, complete: true }]);
  });

  it('says at the timeout what is missing, by name', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.accept(sent(1, 2, 0), 0);
    b.account.arrive(came(1, 2, 5), 5);
    b.account.arrive(came(1, 3, 5), 5);
    const answers = ask(b, { accepted: 2 }, 6);
    b.account.sweep(1005);
    expect(answers).toEqual([]);
    b.account.sweep(1006);
    expect(answers).toMatchObject([
      { expected: 2, arrived: 1, missing: 1, unexpected: 1, missingInstances: ['1/1'] },
    ]);
    expect(answers[0]?.complete).toBe(false);
  });

  it('does not wait for what the same study sent elsewhere', () => {
    const b = bench();
    b.account.accept(sent(1, 1, 0), 0);
    b.account.arrive(came(1, 1, 5), 5);
    const answers = ask(b, { accepted: 2 }, 6);
    expect(answers).toMatchObject([{ expected: 1, arrived: 1, missing: 0, complete: true }]);
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
    b.account.arrive(came(1, 1, 5, { header: tags({ StudyDescription: 'X' }) }), 5);
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
    b.account.arrive(came(1, 1, 1, { header: tags({ PatientID: 'P' }) }), 1);
    const answers = ask(b, { accepted: 2, timeoutMs: SETTLE * 4, tags: { PatientID: 'P' } }, 2);
    for (let now = 0; now < SETTLE * 3; now += 50) b.account.sweep(now);
    b.account.arrive(came(1, 2, SETTLE * 3, { header: tags({ PatientID: 'P' }) }), SETTLE * 3);
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
