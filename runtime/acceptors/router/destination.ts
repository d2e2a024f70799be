// One destination of the router: its queue, what empties it, and what comes of each instance.
import type { RouterRetry } from '../../../api/k6/simulate.ts';
import { LongTimer } from '../../dicom/long-timer.ts';
import { ForwardQueue } from './queue.ts';
import type { QueueItem } from './queue.ts';
import { ROUTER_DEFAULTS } from './spec.ts';
import type { DestinationSpec } from './spec.ts';

/** What the pool of one destination did, for `/metrics` and for tests. */
export interface PoolStats {
  readonly name: string;
  readonly limit: number;
  open: number;
  inUse: number;
  opened: number;
  /** Stores on an association that had carried one before. */
  reused: number;
  refused: number;
  /** Tries given up because no association became free in time. */
  waitTimeouts: number;
  delivered: number;
  failed: number;
  /** Sum and maximum of the time from due to sent, ms. */
  waitSum: number;
  waitMax: number;
}

/** Options that belong to the router as a whole. */
export interface DestinationOptions {
  /** What file names in its specification are relative to. */
  readonly folder: string;
  readonly callingAET: string;
  readonly retry: RouterRetry;
  readonly now: () => number;
  /** Something left the queue for good. */
  readonly onDone: (item: QueueItem, delivered: boolean, why: string) => void;
}

/** What a way out is made for. */
export interface Addressee {
  readonly name: string;
  readonly spec: DestinationSpec;
  readonly options: DestinationOptions;
}

/** How instances get to a place: over associations, or over the web. */
export interface Way {
  /** Takes an instance along, or has no room for it: false. */
  send(item: QueueItem, since: number): boolean;
  /** Ends what is under way. */
  close(): void;
}

/** What a way out tells of an instance it took along: when it leaves, and one of two ends. */
export interface Dispatch {
  readonly stats: PoolStats;
  /** @param since when it was taken from the queue */
  leaves(item: QueueItem, since: number): void;
  delivered(item: QueueItem): void;
  failed(item: QueueItem, why: string): void;
  /** There may be room for the next one. */
  next(): void;
}

/** Store and forward to one place, in order of arrival while nothing fails. */
export class Destination implements Dispatch {
  readonly stats: PoolStats;
  readonly queue: ForwardQueue;
  readonly #spec: DestinationSpec;
  readonly #options: DestinationOptions;
  readonly #way: Way;
  #timer: LongTimer | null = null;
  #closed = false;

  constructor(addressee: Addressee, way: (addressee: Addressee, dispatch: Dispatch) => Way) {
    const { name, spec, options } = addressee;
    this.#spec = spec;
    this.#options = options;
    const { retries, backoffMs, factor } = { ...ROUTER_DEFAULTS, ...options.retry };
    this.queue = new ForwardQueue({ retries, backoffMs, factor });
    this.stats = {
      name,
      limit: spec.associations ?? ROUTER_DEFAULTS.associations,
      ...{ open: 0, inUse: 0, opened: 0, reused: 0, refused: 0, waitTimeouts: 0 },
      ...{ delivered: 0, failed: 0, waitSum: 0, waitMax: 0 },
    };
    this.#way = way(addressee, this);
  }

  /** Waiting and in flight. */
  get outstanding(): number {
    return this.queue.length + this.stats.inUse;
  }

  push(item: QueueItem): void {
    this.queue.push(item, this.#options.now());
    this.next();
  }

  /** Ends what is under way. What waits is lost. */
  close(): void {
    this.#closed = true;
    this.#timer?.clear();
    this.#way.close();
  }

  leaves(item: QueueItem, since: number): void {
    const wait = Math.max(0, this.#options.now() - Math.max(item.due, since));
    this.stats.waitSum += wait;
    this.stats.waitMax = Math.max(this.stats.waitMax, wait);
  }

  delivered(item: QueueItem): void {
    this.stats.inUse--;
    this.stats.delivered++;
    this.queue.delivered(item);
    this.#options.onDone(item, true, '');
  }

  failed(item: QueueItem, why: string): void {
    this.stats.inUse--;
    this.#tryLater(item, why);
  }

  next(): void {
    const now = this.#options.now();
    while (!this.#closed && this.stats.inUse < this.stats.limit) {
      const item = this.queue.take(now);
      if (item === null) break;
      this.stats.inUse++;
      if (!this.#way.send(item, now)) {
        this.stats.inUse--;
        this.queue.putBack(item);
        break;
      }
    }
    this.#giveUpWaiting(now);
    this.#wake(now);
  }

  #tryLater(item: QueueItem, why: string): void {
    this.stats.failed++;
    if (!this.queue.failed(item, why, this.#options.now())) this.#options.onDone(item, false, why);
  }

  /** What has waited too long for its turn counts as a failed try. */
  #giveUpWaiting(now: number): void {
    const { waitTimeoutMs = Infinity } = this.#spec;
    if (waitTimeoutMs === Infinity) return;
    const { limit } = this.stats;
    const kind = this.#spec.web === undefined ? 'associations' : 'connections';
    for (;;) {
      const item = this.queue.takeOlder(waitTimeoutMs, now);
      if (item === null) return;
      this.stats.waitTimeouts++;
      this.#tryLater(item, `none of ${limit} ${kind} became free within ${waitTimeoutMs} ms`);
    }
  }

  #wake(now: number): void {
    this.#timer?.clear();
    this.#timer = null;
    if (this.#closed) return;
    const full = this.stats.inUse >= this.stats.limit;
    const patience = this.#spec.waitTimeoutMs ?? Infinity;
    const due = full ? this.queue.oldestDue() + patience : this.queue.nextDue(now);
    if (due === Infinity || (due <= now && !full)) return;
    this.#timer = new LongTimer(() => this.next(), Math.max(1, Math.ceil(due - now)));
  }
}
