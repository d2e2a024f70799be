// A replayed recording and the run beside each other: what a service was then, what it is now.
import type { OperationRow, Summary } from '../summary.ts';
import type { RecordedTimes } from './row.ts';

/** One line of two: the recording, or the run. */
export interface ThenOrNow {
  readonly service: string;
  readonly when: 'recorded' | 'replayed';
  readonly count: number;
  readonly ratePerSecond: number;
  readonly failedShare: number;
  /** Mean, of one request. */
  readonly bytes: number;
  readonly duration?: RecordedTimes;
}

/** Two lines for each recorded service, then above now; empty where nothing is replayed. */
export function thenAndNow({ recorded = [], operations }: Summary): ThenOrNow[] {
  return recorded.flatMap((then) => {
    const now = operations.find(({ service }) => service === then.service);
    const { service } = then;
    return [
      { ...then, when: 'recorded' as const },
      { service, when: 'replayed' as const, ...(now === undefined ? NOTHING : numbersOf(now)) },
    ];
  });
}

const NOTHING = { count: 0, ratePerSecond: 0, failedShare: 0, bytes: 0 } as const;

function numbersOf({ count, ratePerSecond, failedShare, sentBytes, duration }: OperationRow) {
  const numbers = { count, ratePerSecond, failedShare, bytes: sentBytes / count };
  if (duration === undefined) return numbers;
  const { med, p95, max } = duration;
  return { ...numbers, duration: { med, p95, max } };
}
