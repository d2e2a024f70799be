import { expect, it } from 'vitest';
import { atWork, noteWorkIn } from '../acceptors/at-work.ts';
import { StationWork, WORKER_SLOTS, WorkerSlot } from '../threads/state.ts';
import { Standstill } from './acceptors.ts';

it('a thread that stands still is told of once, and again after it has moved', () => {
  const state = new Int32Array(new SharedArrayBuffer(WORKER_SLOTS * 4));
  const pulse = new Standstill(state);
  const told: number[] = [];
  for (let now = 0; now <= 40_000; now += 1000) {
    if (now <= 3000 || now === 20_000) Atomics.add(state, WorkerSlot.HEARTBEAT, 1);
    if (pulse.isNew(now)) told.push(now);
  }
  expect(told).toEqual([13_000, 30_000]);
});

it('what it began last is named, with its station', () => {
  const state = new Int32Array(new SharedArrayBuffer(WORKER_SLOTS * 4));
  const pulse = new Standstill(state);
  const stations = new Map([[3, 'receiver ARCHIVE (127.0.0.1:11112)']]);
  expect(pulse.at(stations)).toBe('');
  noteWorkIn(state);
  atWork(StationWork.EXPECT, 3);
  const where = 'receiver ARCHIVE (127.0.0.1:11112)';
  expect(pulse.at(stations)).toBe(`, comparing elements for expect() (${where})`);
});
