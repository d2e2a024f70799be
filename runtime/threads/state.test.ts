import { expect, it } from 'vitest';
import { addCount, countOf, WORKER_SLOTS, WorkerSlot } from './state.ts';

it('counts beyond 2^31 and 2^32', () => {
  const state = new Int32Array(new SharedArrayBuffer(4 * WORKER_SLOTS));
  const { ITERATIONS_DONE, DROPPED, VUS_MADE } = WorkerSlot;
  let sum = 0;
  for (const more of [1, 2 ** 31 - 2, 1, 1, 2 ** 31 - 2, 1, 1, 2 ** 31, 2 ** 31 + 7]) {
    addCount(state, ITERATIONS_DONE, more);
    expect(countOf(state, ITERATIONS_DONE)).toBe((sum += more));
  }
  expect([countOf(state, DROPPED), state[VUS_MADE]]).toEqual([0, 0]);
});
