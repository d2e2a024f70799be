// All waits of a worker in one binary heap with one Node timer: thousands of sleeping VUs cost one.

import { LONGEST_TIMER_MS } from '../executors/duration.ts';
import { Turns } from './life/turns.ts';

/** Something that waits. `at` is a performance.now() reading; `index` belongs to the queue. */
export interface Timed {
  at: number;
  index: number;
  due(): void;
}

/** How early a timer may fire: Node rounds to whole milliseconds. */
const SLACK_MS = 0.5;
/** `index` of an item that is due and waits for its turn of the loop. */
const TURN_COMES = -2;
const resolved = Promise.resolve();

/** Until a performance.now() reading, at most as long as a timer can be. */
function waitMs(at: number): number {
  return Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(at - performance.now())));
}

export class TimerQueue {
  readonly #heap: Timed[] = [];
  readonly #turns = new Turns<Timed>((item) => this.#take(item));
  #timer: NodeJS.Timeout | null = null;
  #armedFor = Number.POSITIVE_INFINITY;
  /** What is due may enter guest code: from a promise job, where it can be cut off safely. */
  readonly #fire = (): void => void resolved.then(this.#due);
  readonly #due = (): void => this.#run();

  get size(): number {
    return this.#heap.length;
  }

  add(item: Timed): void {
    item.index = this.#heap.length;
    this.#heap.push(item);
    this.#up(item);
    if (item.at < this.#armedFor) this.#arm(item.at);
  }

  /** Takes an item out before its time; one that is not in the queue is left alone. */
  remove(item: Timed): void {
    const { index } = item;
    item.index = -1;
    if (index < 0) return;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#heap[index] = last;
    last.index = index;
    this.#up(last);
    this.#down(last);
  }

  /** After a stall: what was due when it was cut off is due now. */
  rearm(): void {
    const first = this.#heap[0];
    if (first !== undefined) this.#arm(first.at);
  }

  #arm(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    // A wait too long for one timer is taken up again when that has fired.
    this.#armedFor = at;
    this.#timer = setTimeout(this.#fire, waitMs(at));
  }

  #run(): void {
    this.#timer = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const limit = performance.now() + SLACK_MS;
    const due: Timed[] = [];
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > limit) break;
      this.remove(first);
      first.index = TURN_COMES;
      due.push(first);
    }
    const next = this.#heap[0];
    if (next !== undefined && next.at < this.#armedFor) this.#arm(next.at);
    const [only] = due;
    if (due.length === 1 && only !== undefined) this.#take(only);
    else for (const item of due) this.#turns.push(item);
  }

  #take(item: Timed): void {
    if (item.index !== TURN_COMES) return;
    item.index = -1;
    item.due();
  }

  #up(item: Timed): void {
    const heap = this.#heap;
    let { index } = item;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || parent.at <= item.at) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = item;
    item.index = index;
  }

  #down(item: Timed): void {
    const heap = this.#heap;
    let { index } = item;
    for (;;) {
      let child = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (child === undefined) break;
      if (right !== undefined && right.at < child.at) child = right;
      if (child.at >= item.at) break;
      const from = child.index;
      heap[index] = child;
      child.index = index;
      index = from;
    }
    heap[index] = item;
    item.index = index;
  }
}
