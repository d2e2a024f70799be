// What a report of storage commitment proves of what was asked for (PS3.4 J.3.3).
import { describe, expect, it } from 'vitest';
import { type CommitReport, judgeCommitment } from './commitment.ts';

const report = (
  eventType: number,
  committed: readonly string[],
  failed: readonly string[] = [],
): CommitReport => ({
  transactionUid: '2.25.1',
  eventType,
  committed,
  failed: failed.map((sopInstance) => ({ sopInstance, reason: 0x0112 })),
  at: 0,
});

describe('storage commitment', () => {
  it.each([
    { name: 'all', type: 1, committed: ['1', '2'], failed: [], ok: true, missing: [], reason: '' },
    {
      name: 'one of two',
      type: 1,
      committed: ['1'],
      failed: [],
      ok: false,
      missing: ['2'],
      reason: '1 of 2 instances not committed',
    },
    {
      name: 'none',
      type: 1,
      committed: [],
      failed: [],
      ok: false,
      missing: ['1', '2'],
      reason: '2 of 2 instances not committed',
    },
    {
      name: 'one failed',
      type: 2,
      committed: ['1'],
      failed: ['2'],
      ok: false,
      missing: ['2'],
      reason: '1 of 2 instances not committed; event type 2, failures exist',
    },
    {
      name: 'in both lists',
      type: 1,
      committed: ['1', '2'],
      failed: ['2'],
      ok: false,
      missing: ['2'],
      reason: '1 of 2 instances not committed',
    },
    {
      name: 'type 2 without a failure',
      type: 2,
      committed: ['1', '2'],
      failed: [],
      ok: false,
      missing: [],
      reason: 'event type 2, failures exist',
    },
    {
      name: 'no event type',
      type: -1,
      committed: ['1', '2'],
      failed: [],
      ok: false,
      missing: [],
      reason: 'event type missing',
    },
    {
      name: 'an unknown type',
      type: 7,
      committed: ['1', '2'],
      failed: [],
      ok: false,
      missing: [],
      reason: 'event type 7, which is none of the service',
    },
  ])('$name', ({ type, committed, failed, ok, missing, reason }) => {
    const judged = judgeCommitment(['1', '2'], report(type, committed, failed));
    expect(judged).toMatchObject({ ok, failed: missing, reason, unasked: [] });
  });

  it('names strangers', () => {
    const judged = judgeCommitment(['1'], report(1, ['1', '9']));
    expect(judged).toMatchObject({ ok: true, committed: ['1'], unasked: ['9'] });
    expect(judged.reason).toBe('1 instance that nobody asked for');
  });
});
