import { describe, expect, it } from 'vitest';
import { unreachable } from './plan-facts.ts';

function noteFor(host: string, listens: string, embedded = false): readonly string[] {
  const target = { host, port: 104, calledAET: 'ROUTER', callingAET: 'ME' };
  const receivers = [{ id: 0, acceptor: 0, aets: ['ARCHIVE'], host: listens, port: 11_113 }];
  return unreachable({ options: { embedded }, targets: { target }, receivers });
}

describe('the plan', () => {
  it('says which receiver the target cannot reach', () => {
    expect(noteFor('10.1.2.3', '127.0.0.1')).toEqual([
      expect.stringMatching(
        /^ARCHIVE listens for this machine only, and the target is 10\.1\.2\.3/,
      ),
    ]);
    expect(noteFor('10.1.2.3', '0.0.0.0')).toEqual([]);
    expect(noteFor('127.0.0.1', '127.0.0.1')).toEqual([]);
    expect(noteFor('10.1.2.3', '127.0.0.1', true)).toEqual([]);
  });
});
