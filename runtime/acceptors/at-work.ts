// What this thread is at, in the memory that main watches: where the thread stands still, main says so.
import { WorkerSlot } from '../threads/state.ts';

let slots: Int32Array | null = null;

/** From now on it is noted here; in a process without main's watch it is not noted at all. */
export function noteWorkIn(state: Int32Array): void {
  slots = state;
}

/** Begins a kind of work at a station. Nothing notes its end: what began last is what hangs. */
export function atWork(work: number, station: number): void {
  if (slots === null) return;
  slots[WorkerSlot.WORK] = work;
  slots[WorkerSlot.STATION] = station;
}
