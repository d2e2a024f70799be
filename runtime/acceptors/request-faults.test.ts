import type { RequestRule } from '../../api/k6/simulate.ts';
import { describe, expect, it } from 'vitest';
import { requestFaults } from './request-faults.ts';

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
      { probability: 0.5, silence: true, delay: { p50: 40, p95: 200 } },
      { callingAET: 'A', abortAfter: 10 },
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
