// A day of examinations as a rate: quiet night, peak before noon, long afternoon.
//
//   10.1 % ┤          ▆██▇         of a day's exams in its busiest hour, the design figure of
//          │        ▃████▅▆▆▅▄     Wilson & Smith (SPIE 2165, 1994); single days reach 15 %
//        0 ┼▁▁▁▁▁▁▂▄████████████▄▃▂▂▁▁▁
//          0h     6h    12h   18h
import type { Stage } from '../scenario.ts';

/** Share of a day's exams per hour of the day, in per mille; sums to 1000. */
export const DAY_SHARES: readonly number[] = [
  ...[10, 8, 7, 6, 7, 10, 20, 40, 75, 96, 101, 94],
  ...[72, 76, 80, 72, 59, 44, 33, 27, 22, 17, 13, 11],
];

export interface DayRate {
  readonly startRate: number;
  /** One hour of the day, as long as it takes in the run. */
  readonly timeUnitNs: number;
  /** A jump and a hold per hour. */
  readonly stages: readonly Stage[];
}

/**
 * Rate of `examsPerDay` exams spread over a day that takes `dayNs`: 24 h as it is, less to run it
 * faster.
 */
export function dayRate(examsPerDay: number, dayNs: number): DayRate {
  const hourNs = Math.floor(dayNs / DAY_SHARES.length);
  const rates = DAY_SHARES.map((share) => (share * examsPerDay) / 1000);
  return {
    startRate: rates[0] ?? 0,
    timeUnitNs: hourNs,
    stages: rates.flatMap((target) => [
      { durationNs: 0, target },
      { durationNs: hourNs, target },
    ]),
  };
}
