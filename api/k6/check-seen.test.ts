import { describe, expect, it } from 'vitest';
import { seenOf } from './check-seen.ts';

const phases = { duration: 153.26, sending: 1, waiting: 152.2, receiving: 0.06 };
const stored = { status: 0, ok: true, outcome: 'success', phases };
const refused = { ...stored, status: 0xa700, ok: false, outcome: 'failure', comment: 'disk full' };
const found = { ...stored, matches: [{}], count: 1 };

const textOf = (value: unknown, condition: unknown): string | undefined =>
  seenOf(value, condition)?.text;

describe('what a check that failed saw of a response', () => {
  it('is its status, where it failed', () => {
    const seen = 'status 0xA700, failure, disk full';
    expect(textOf(refused, (r: typeof stored) => r.ok)).toBe(seen);
    expect(textOf(refused, false)).toBe(seen);
  });

  it('is not its status, where that was a success and the check is about something else', () => {
    expect(textOf(stored, () => false)).toBeUndefined();
    expect(textOf(stored, false)).toBeUndefined();
    expect(textOf(found, (r: typeof found) => r.count === 2)).toBe('1 match');
  });

  it('is the phase that the check reads', () => {
    expect(textOf(stored, (r: typeof stored) => r.phases.duration < 100)).toBe('duration 153 ms');
    const both = (r: typeof stored) => r.phases.sending + r.phases.waiting < 100;
    expect(textOf(stored, both)).toBe('sending 1 ms, waiting 152 ms');
  });

  it('is the success, where something else was wanted', () => {
    expect(textOf(stored, (r: typeof stored) => !r.ok)).toBe('status 0x0000, success');
    expect(textOf(stored, (r: typeof stored) => r.status === 0xa700)).toBe(
      'status 0x0000, success',
    );
  });

  it('still names the instance', () => {
    const instance = { uid: '1.2.3', prototype: 4 };
    expect(seenOf({ ...stored, instance }, () => false)).toEqual({
      instance: '1.2.3',
      prototype: 4,
    });
  });
});
