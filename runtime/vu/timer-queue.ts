// All waits of a worker with one Node timer: thousands of sleeping VUs cost one. Waits that end in the
// same millisecond lie together, and a heap of numbers says which of these comes next: a heap of the
// waits themselves would touch a dozen of other VUs for each that wakes, none of them in the cache.

import { LONGEST_TIMER_MS } from '../executors/duration.ts';
import { Turns } from './life/turns.ts';

/** Something that waits. `at` is a performance.now() reading, and stays as it is while it waits. */
export interface Timed {
  at: number;
  /** Belongs to the queue. */
  index: number;
  due(): void;
}

/** How early a timer may fire: Node rounds to whole milliseconds. */
const SLACK_MS = 0.5;
/** `index` of an item that is due and waits for its turn of the loop. */
const TURN_COMES = -2;
/** So many milliseconds of which all waits were taken out may be left in the heap. */
const MOST_EMPTY = 1024;
const resolved = Promise.resolve();

/** The waits that end in one millisecond, in no order. */
interface Moment {
  readonly items: Timed[];
  /** None of them is due before. */
  first: number;
}

/** Until a performance.now() reading, at most as long as a timer can be. */
function waitMs(at: number): number {
  return Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(at - performance.now())));
}

export class TimerQueue {
  /** By the first whole millisecond in which all of them are due. */
  readonly #moments = new Map<number, Moment>();
  /** Their numbers as a binary heap; of some all waits may have been taken out since. */
  #numbers: number[] = [];
  readonly #turns = new Turns<Timed>((item) => this.#take(item));
  #size = 0;
  #timer: NodeJS.Timeout | null = null;
  #armedFor = Number.POSITIVE_INFINITY;
  /** What is due may enter guest code: from a promise job, where it can be cut off safely. */
  readonly #fire = (): void => void resolved.then(this.#due);
  readonly #due = (): void => this.#run();

  get size(): number {
    return this.#size;
  }

  add(item: Timed): void {
    const { at } = item;
    const number = Math.ceil(at);
    let moment = this.#moments.get(number);
    if (moment === undefined) {
      moment = { items: [], first: at };
      this.#moments.set(number, moment);
      pushNumber(this.#numbers, number);
    } else if (at < moment.first) moment.first = at;
    item.index = moment.items.length;
    moment.items.push(item);
    this.#size++;
    if (at < this.#armedFor) this.#arm(at);
  }

  /** Takes an item out before its time; one that is not in the queue is left alone. */
  remove(item: Timed): void {
    const { at, index } = item;
    item.index = -1;
    if (index < 0) return;
    const number = Math.ceil(at);
    const items = this.#moments.get(number)?.items;
    const last = items?.pop();
    if (items === undefined || last === undefined) return;
    this.#size--;
    if (last !== item) {
      items[index] = last;
      last.index = index;
    } else if (items.length === 0) {
      this.#moments.delete(number);
      this.#tidy();
    }
  }

  /** After a stall: what was due when it was cut off is due now. */
  rearm(): void {
    const first = this.#first();
    if (first !== undefined) this.#arm(first.first);
  }

  /** Numbers of moments that are gone come to the top in time; where there are many they go at once. */
  #tidy(): void {
    if (this.#numbers.length - this.#moments.size <= MOST_EMPTY + this.#moments.size) return;
    // Ascending numbers are a heap.
    this.#numbers = [...this.#moments.keys()].sort((a, b) => a - b);
  }

  /** The moment that comes next. */
  #first(): Moment | undefined {
    for (;;) {
      const [number] = this.#numbers;
      if (number === undefined) return undefined;
      const moment = this.#moments.get(number);
      if (moment !== undefined) return moment;
      popNumber(this.#numbers);
    }
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
    let next = this.#first();
    while (next !== undefined && next.first <= limit) {
      this.#takeOut(next, limit, due);
      if (next.items.length > 0) break;
      next = this.#first();
    }
    if (next !== undefined && next.first < this.#armedFor) this.#arm(next.first);
    const [only] = due;
    if (due.length === 1 && only !== undefined) this.#take(only);
    else for (const item of due) this.#turns.push(item);
  }

  /** Moves those of the next moment that are due to `due`, in their order. */
  #takeOut(moment: Moment, limit: number, due: Timed[]): void {
    const { items } = moment;
    items.sort(byTime);
    let count = 0;
    for (const item of items) {
      if (item.at > limit) break;
      item.index = TURN_COMES;
      due.push(item);
      count++;
    }
    this.#size -= count;
    if (count === items.length) {
      this.#moments.delete(popNumber(this.#numbers));
      items.length = 0;
      return;
    }
    items.splice(0, count);
    items.forEach((item, index) => (item.index = index));
    moment.first = items[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  #take(item: Timed): void {
    if (item.index !== TURN_COMES) return;
    item.index = -1;
    item.due();
  }
}

const byTime = (a: Timed, b: Timed): number => a.at - b.at;

/** Into a binary heap. */
function pushNumber(heap: number[], number: number): void {
  let index = heap.length;
  heap.push(number);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above] ?? number;
    if (parent <= number) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = number;
}

/** The least of a binary heap that is not empty. */
function popNumber(heap: number[]): number {
  const least = heap[0] ?? Number.NaN;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return least;
  let index = 0;
  for (;;) {
    let below = 2 * index + 1;
    let child = heap[below];
    if (child === undefined) break;
    const right = heap[below + 1];
    if (right !== undefined && right < child) {
      child = right;
      below++;
    }
    if (child >= last) break;
    heap[index] = child;
    index = below;
  }
  heap[index] = last;
  return least;
}
