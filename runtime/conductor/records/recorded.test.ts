import { describe, expect, it } from 'vitest';
import type { Recorded } from '../../executors/recorded.ts';
import type { RecordedAssociation, RecordedOperation } from '../../recording/format.ts';
import type { Declaration } from '../../threads/vu.ts';
import { RequestCollector } from '../../vu/declare/recorded-requests.ts';
import { recordedRows } from './recorded.ts';

const store = (at: number, more: Partial<RecordedOperation> = {}): RecordedOperation => ({
  at,
  service: 'C-STORE',
  by: 'requestor',
  sopClass: '1.2.840.10008.5.1.4.1.1.2',
  transferSyntax: '1.2.840.10008.1.2.1',
  bytes: 500_000,
  sending: 10,
  waiting: 30,
  status: 0,
  ...more,
});

/** Three associations, at 0, 10 and 20 s. */
const OPERATIONS: readonly (readonly RecordedOperation[])[] = [
  [store(5), store(50, { bytes: 2_000_000, waiting: 90 })],
  [
    store(5, { service: 'C-FIND', bytes: 80, waiting: 4, sending: 0 }),
    store(9, { service: 'N-CREATE' }),
    store(9, { by: 'acceptor' }),
  ],
  [store(5, { status: 0xa700 }), store(80, { waiting: null, status: null, unfinished: true })],
];

function rowsOf(changes: Partial<Recorded> = {}) {
  const at = [0, 10_000, 20_000];
  const ms = at.map(() => 1000);
  const collector = new RequestCollector();
  const requests = collector.columns(
    OPERATIONS.map((operations) => collector.of({ operations } as unknown as RecordedAssociation)),
  );
  const traffic = { name: 'monday', startedAtMs: 0, utcOffsetMinutes: 0, at, ms };
  const scenario = {
    ...{ name: 'monday', executor: 'recorded', recording: traffic, startTimeNs: 0, env: {} },
    ...{ speed: 1, scale: 1, loop: 1, from: '', forNs: 0, ...changes },
  } as unknown as Recorded;
  const declared = { kind: 'recording', name: 'monday', requests } as unknown as Declaration;
  return recordedRows([scenario], [declared]);
}

describe('the services of a recording', () => {
  it('are what its requestors asked and a replay asks again, with times and sizes', () => {
    expect(rowsOf()).toEqual([
      {
        service: 'C-STORE',
        count: 3,
        ratePerSecond: 3 / 21,
        failedShare: 1 / 3,
        bytes: 1e6,
        duration: { med: 40, p95: 100, max: 100 },
        sizes: [
          { sizeClass: 'small', count: 2, duration: { med: 40, p95: 40, max: 40 } },
          { sizeClass: 'medium', count: 1, duration: { med: 100, p95: 100, max: 100 } },
        ],
      },
      {
        service: 'C-FIND',
        count: 1,
        ratePerSecond: 1 / 21,
        failedShare: 0,
        bytes: 80,
        duration: { med: 4, p95: 4, max: 4 },
      },
    ]);
  });

  it('are those of the window, by the speed, as often as it is replayed', () => {
    const [stores, ...others] = rowsOf({ from: '15s', forNs: 10e9, loop: 3, speed: 2 });
    expect(others).toEqual([]);
    // Passes of 5 s; the last association begins 2.5 s into the last one and takes half a second.
    expect(stores).toMatchObject({ count: 3, ratePerSecond: 3 / 13, failedShare: 1 });
    expect(rowsOf({ loop: 2 }).map(({ count }) => count)).toEqual([6, 2]);
  });

  it('are none where nothing is replayed', () => {
    expect(recordedRows([], [])).toEqual([]);
  });
});
