// The store-and-forward queue of one destination: order, retries with back-off, dead letters. Pure.
import type { Body, ItemTail } from './body.ts';

/** One instance on its way to one destination. */
export interface QueueItem {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** Keeps the bytes until the item is done with. */
  readonly body: Body;
  /** The data set, in order. */
  readonly parts: readonly Buffer[];
  /** The end of a large one, on disk; null when `parts` are all of it. */
  readonly tail: ItemTail | null;
  /** Bytes in memory. */
  readonly bytes: number;
  /** Route it came by, for counts. */
  readonly route: string;
  readonly study: string;
  /** Not before, ms. */
  due: number;
  attempts: number;
}

export interface QueueOptions {
  readonly retries: number;
  readonly backoffMs: number;
  readonly factor: number;
}

/** What became of an item that could not be delivered. */
export interface DeadLetter {
  readonly item: QueueItem;
  readonly why: string;
}

/** Dead letters kept by name; more are only counted. */
const MOST_DEAD = 1000;

/** First in, first out; what failed waits its back-off apart from the others. */
export class ForwardQueue {
  readonly dead: DeadLetter[] = [];
  deadCount = 0;
  retried = 0;
  bytes = 0;
  readonly #options: QueueOptions;
  /** A ring would save the shift; a moving head does too. What was taken is let go of at once. */
  #items: (QueueItem | null)[] = [];
  #head = 0;
  #later: QueueItem[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Waiting, in flight not counted. */
  get length(): number {
    return this.#items.length - this.#head + this.#later.length;
  }

  push(item: QueueItem, now: number): void {
    this.bytes += item.bytes;
    if (item.due > now) this.#postpone(item);
    else this.#items.push(item);
  }

  /** The next item that is due, or null. It stays counted in `bytes` until it is done. */
  take(now: number): QueueItem | null {
    this.#ripen(now);
    const item = this.#items[this.#head] ?? null;
    if (item === null) return null;
    // why: a thousand images that have long been delivered would be a gigabyte
    this.#items[this.#head++] = null;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** When something becomes due: now, later, or never (Infinity). */
  nextDue(now: number): number {
    if (this.#head < this.#items.length) return now;
    return this.#later[0]?.due ?? Infinity;
  }

  /** When the first that waits for its turn became due; Infinity when none does. */
  oldestDue(): number {
    return (this.#items[this.#head] ?? this.#later[0])?.due ?? Infinity;
  }

  /** The first that waits for its turn, if it has done so for at least `patience`, ms. */
  takeOlder(patience: number, now: number): QueueItem | null {
    this.#ripen(now);
    return (this.#items[this.#head]?.due ?? Infinity) <= now - patience ? this.take(now) : null;
  }

  /** Puts an item back untouched: it could not even be tried. */
  putBack(item: QueueItem): void {
    if (this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.unshift(item);
  }

  delivered(item: QueueItem): void {
    this.bytes -= item.bytes;
  }

  /** A try failed: again later, or never. True when it will be tried again. */
  failed(item: QueueItem, why: string, now: number): boolean {
    const { retries, backoffMs, factor } = this.#options;
    item.attempts++;
    if (item.attempts > retries) {
      this.bytes -= item.bytes;
      this.deadCount++;
      // why: what is given up is counted and named; its bytes would be the router's end
      if (this.dead.length < MOST_DEAD)
        this.dead.push({ item: { ...item, parts: [], tail: null }, why });
      return false;
    }
    this.retried++;
    item.due = now + backoffMs * factor ** (item.attempts - 1);
    this.#postpone(item);
    return true;
  }

  /** What has become due by now joins those that wait for their turn. */
  #ripen(now: number): void {
    while (this.#later.length > 0 && (this.#later[0]?.due ?? Infinity) <= now) {
      const due = this.#later.shift();
      if (due !== undefined) this.#items.push(due);
    }
  }

  #postpone(item: QueueItem): void {
    let low = 0;
    let high = this.#later.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#later[middle]?.due ?? 0) <= item.due) low = middle + 1;
      else high = middle;
    }
    this.#later.splice(low, 0, item);
  }
}
