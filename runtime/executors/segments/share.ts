// What a plan is made for: one worker's share of one process's part of the whole.
import { segmentOf, splitPart, workOf } from './segment.ts';
import type { SegmentPart, Segment } from './segment.ts';

export interface Share {
  /** VUs of this worker. */
  readonly slots: Segment;
  /** VUs of the process, over all its workers. */
  readonly partSlots: Segment;
  /** Starts of this worker, of a scenario of so many VUs. */
  work(vus: number): Segment;
  /** Starts and iterations of the process. */
  partWork(vus: number): Segment;
}

export function shareOf(part: SegmentPart, worker = 0, workers = 1): Share {
  const own = splitPart(part, worker, workers);
  return {
    slots: segmentOf(own),
    partSlots: segmentOf(part),
    work: (vus) => workOf(own, vus),
    partWork: (vus) => workOf(part, vus),
  };
}
