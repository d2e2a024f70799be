import type { AcceptorFaults, RequestRule } from '../../../api/k6/simulate.ts';
import { describe, expect, it } from 'vitest';
import { faultPolicy, requestFaults } from './request-faults.ts';

describe('rules for requests', () => {
  it('become faults of the wire', () => {
    expect(
      requestFaults([
        { service: 'C-FIND', every: 3, status: [0xa700, 0], delay: '2s' },
        { share: 0.5, neverAnswer: true, delay: { p50: '40ms', p95: 200 } },
        { callingAET: 'A', abortAfter: 10 },
      ]),
    ).toEqual([
      { service: 'C-FIND', every: 3, status: [0xa700, 0], delay: 2000 },
      { share: 0.5, neverAnswer: true, delay: { p50: 40, p95: 200 } },
      { callingAET: 'A', abortAfter: 10 },
    ]);
  });

  it('speak as a station does: shares of statuses, delays in turn, a median and sigma', () => {
    expect(
      requestFaults([
        { status: { A700: 0.5 }, delay: ['1s', 20] },
        { delay: { lognormal: '40ms' } },
      ]),
    ).toEqual([
      { status: new Map([[0xa700, 0.5]]), delay: [1000, 20] },
      { delay: { p50: 40, sigma: 0.5 } },
    ]);
  });

  it.each([
    [{ servce: 'C-FIND' }, /no "servce"/],
    [{ service: 'C-FINDS' }, /no service "C-FINDS"/],
    [{ status: 0x10000 }, /status 65536/],
    [{ status: [0, -1] }, /status -1/],
    [{ delay: 'soon' }, /"soon"/],
  ])('refuse %j', (rule, message) => {
    expect(() => requestFaults([rule as RequestRule])).toThrow(message);
  });
});

describe('rules for associations', () => {
  it('become faults of the wire', () => {
    const reject = { result: 2, source: 3, reason: 1 };
    expect(
      faultPolicy({
        associate: [
          { first: 3, abort: true },
          { abort: { source: 2, reason: 6 }, share: 0.5 },
          { every: 2, neverAnswer: true },
          { callingAET: 'A', reset: true, delay: '1s' },
          { reject, abort: false },
        ],
        neverRelease: true,
      }),
    ).toEqual({
      associate: [
        { first: 3, abort: { source: 0, reason: 0 } },
        { abort: { source: 2, reason: 6 }, share: 0.5 },
        { every: 2, neverAnswer: true },
        { callingAET: 'A', reset: true, delay: 1000 },
        { reject },
      ],
      neverRelease: true,
    });
  });

  it('are not there where nothing says so', () => {
    expect(faultPolicy({ delay: 5, neverRelease: false })).toBeNull();
  });

  it.each([
    [{ associate: [{ abrt: true }] }, /faults\.associate: there is no "abrt"/],
    [{ associate: { abort: true } }, /must be a list/],
    [{ associate: [{ reject: { result: 1 } }] }, /result, source and reason/],
    [{ associate: [{ delay: 'soon' }] }, /"soon"/],
  ])('refuse %j', (faults, message) => {
    expect(() => faultPolicy(faults as unknown as AcceptorFaults)).toThrow(message);
  });
});
