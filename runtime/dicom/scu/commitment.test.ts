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
    ['all', 1, ['1', '2'], [], true, [], ''],
    ['one of two', 1, ['1'], [], false, ['2'], '1 of 2 instances not committed'],
    ['none', 1, [], [], false, ['1', '2'], '2 of 2 instances not committed'],
    [
      'one failed',
      2,
      ['1'],
      ['2'],
      false,
      ['2'],
      '1 of 2 instances not committed; event type 2, failures exist',
    ],
    ['in both lists', 1, ['1', '2'], ['2'], false, ['2'], '1 of 2 instances not committed'],
    ['type 2 without a failure', 2, ['1', '2'], [], false, [], 'event type 2, failures exist'],
    ['no event type', -1, ['1', '2'], [], false, [], 'event type missing'],
    ['an unknown type', 7, ['1', '2'], [], false, [], 'event type 7, which is none of the service'],
  ] as const)('%s', (_, type, committed, failed, ok, missing, reason) => {
    const judged = judgeCommitment(['1', '2'], report(type, committed, failed));
    expect(judged).toMatchObject({ ok, failed: missing, reason, unasked: [] });
  });

  it('names strangers', () => {
    const judged = judgeCommitment(['1'], report(1, ['1', '9']));
    expect(judged).toMatchObject({ ok: true, committed: ['1'], unasked: ['9'] });
    expect(judged.reason).toBe('1 instance that nobody asked for');
  });
});
