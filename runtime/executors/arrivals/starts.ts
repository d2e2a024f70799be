// The walk over an open plan's starts, shared by both arrival-rate executors: intended times of the
// whole plan's starts, and those of one segment, without an allocation per start.
import type { OpenPlan, StartCursor } from '../plan.ts';
import { cellOf, cellPositions, poissonProcess } from './poisson.ts';
import { pieceOf, timeOf } from './rate-curve.ts';
import type { RateCurve } from './rate-curve.ts';
import type { OpenScenario } from '../scenario.ts';
import { nthOwned, ownedBetween, ownedCount, owns } from '../segments/segment.ts';
import type { Segment } from '../segments/segment.ts';
import type { Share } from '../segments/share.ts';

/** Intended times of a whole plan's starts. */
export interface StartTimes {
  readonly total: number;
  /** Time of start `k`, ns; cheapest in ascending order. */
  timesFrom(): (k: number) => number;
}

/** Start k is due where the curve's integral reaches k + 1. */
export function regularTimes(curve: RateCurve): StartTimes {
  return {
    total: curve.total,
    timesFrom() {
      let piece = 0;
      let last = -1;
      return (k) => {
        piece = pieceOf(curve, k + 1, k < last ? 0 : piece);
        last = k;
        return timeOf(curve, k + 1, piece);
      };
    },
  };
}

/** The starts of a Poisson process whose rate is the curve. */
export function poissonTimes(curve: RateCurve, seed: number): StartTimes {
  const process = poissonProcess(curve.exactTotal, seed);
  return {
    total: process.total,
    timesFrom() {
      let last = 0;
      let first = 0;
      let positions: Float64Array = new Float64Array(0);
      let piece = 0;
      return (k) => {
        if (k < first || k >= first + positions.length) {
          const cell = cellOf(process, k);
          first = process.before[cell] ?? 0;
          positions = cellPositions(process, cell);
        }
        const position = positions[k - first] ?? curve.exactTotal;
        if (position <= last) piece = 0;
        last = position;
        piece = pieceOf(curve, position, piece);
        return timeOf(curve, position, piece);
      };
    },
  };
}

/** The open plan of one share over given start times. */
export function openPlan(
  scenario: Pick<OpenScenario, 'name' | 'gracefulStopNs' | 'preAllocatedVUs' | 'maxVUs'>,
  share: Share,
  times: StartTimes,
  regularEndNs: number,
): OpenPlan {
  const { maxVUs } = scenario;
  const slots = ownedBetween(share.slots, 0, maxVUs);
  const work = share.work(maxVUs);
  const ofProcess = share.partWork(maxVUs);
  const ownedStarts = ownedCount(work, times.total);
  return {
    kind: 'open',
    scenario: scenario.name,
    totalStarts: times.total,
    ownedStarts,
    preAllocatedVUs: ownedCount(share.slots, scenario.preAllocatedVUs),
    slots,
    maxVUs: slots.length,
    regularEndNs,
    endNs: regularEndNs + scenario.gracefulStopNs,
    startNs: times.timesFrom(),
    owned: (k) => owns(work, k),
    rankOf: (k) => ownedCount(ofProcess, k),
    starts: () => walk(work, ownedStarts, times.timesFrom()),
  };
}

function walk(
  segment: Segment,
  ownedStarts: number,
  timeOfStart: (k: number) => number,
): { readonly cursor: StartCursor; next(): boolean } {
  const cursor: StartCursor = { k: -1, atNs: 0 };
  let rank = 0;
  return {
    cursor,
    next() {
      if (rank >= ownedStarts) return false;
      cursor.k = nthOwned(segment, rank++);
      cursor.atNs = timeOfStart(cursor.k);
      return true;
    },
  };
}
