// One destination of the router: its queue, and a bounded pool of associations that empty it.
import type { RouterRetry } from '../../../api/k6/simulate.ts';
import type { Failure, Rejected } from '../../dicom/errors.ts';
import { describeFailure } from '../../dicom/failure-text.ts';
import type { Pending, Reply } from '../../dicom/dimse/pending.ts';
import { LongTimer } from '../../dicom/long-timer.ts';
import { statusClass, statusHex } from '../../dicom/dimse/status.ts';
import { StoreImages } from '../../dicom/scu/store-image.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import { associate } from '../../dicom/ul/associate.ts';
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import type { Association } from '../../dicom/ul/association.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import { ForwardQueue } from './queue.ts';
import type { QueueItem } from './queue.ts';
import { ROUTER_DEFAULTS } from './spec.ts';
import type { DestinationSpec } from './spec.ts';

/** PS3.8 §9.3.2: at most 128 contexts; a few are left for newcomers. */
const MOST_PAIRS = 120;

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

interface Pair {
  readonly sopClass: string;
  readonly transferSyntax: string;
}

/** One association of the pool; it is also the pending request of its one store. */
class Lane implements Pending {
  messageId = 0;
  commandField = 0;
  contextId = 0;
  sendStart = 0;
  sendEnd = 0;
  firstByte = 0;
  lastByte = 0;
  association: Association | null = null;
  item: QueueItem | null = null;
  /** How many pairs it was opened with: later ones are not on it. */
  pairs = 0;
  stores = 0;
  idle: LongTimer | null = null;
  readonly #destination: Destination;

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  onReply(reply: Reply): void {
    if (!reply.pending) this.#destination.answered(this, reply.status);
  }

  onFailure(failure: Failure): void {
    this.#destination.broke(this, this.#destination.textOf(failure));
  }
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

/** A way out of the router: a queue, and what empties it. */
export interface Outlet {
  readonly stats: PoolStats;
  readonly queue: ForwardQueue;
  /** Waiting and in flight. */
  readonly outstanding: number;
  push(item: QueueItem): void;
  /** Ends what is under way. What waits is lost. */
  close(): void;
}

export function queueOf({ retry }: DestinationOptions): ForwardQueue {
  const { retries, backoffMs, factor } = { ...ROUTER_DEFAULTS, ...retry };
  return new ForwardQueue({ retries, backoffMs, factor });
}

export function newStats(name: string, { associations }: DestinationSpec): PoolStats {
  return {
    name,
    limit: associations ?? ROUTER_DEFAULTS.associations,
    ...{ open: 0, inUse: 0, opened: 0, reused: 0, refused: 0, waitTimeouts: 0 },
    ...{ delivered: 0, failed: 0, waitSum: 0, waitMax: 0 },
  };
}

/** Store and forward to one place, in order of arrival while nothing fails. */
export class Destination implements Outlet {
  readonly stats: PoolStats;
  readonly queue: ForwardQueue;
  readonly #spec: DestinationSpec;
  readonly #options: DestinationOptions;
  readonly #images = new StoreImages({ run: '0'.repeat(15), oddLength: 'send' });
  readonly #lanes: Lane[] = [];
  readonly #pairs: Pair[] = [];
  readonly #tls: TlsOptions | null;
  #timer: LongTimer | null = null;
  #closed = false;

  constructor(name: string, spec: DestinationSpec, options: DestinationOptions) {
    this.#spec = spec;
    this.#options = options;
    const { folder } = options;
    this.#tls = requestorTlsOf(spec.tls, { name: `router: destination "${name}"`, folder });
    this.queue = queueOf(options);
    this.stats = newStats(name, spec);
  }

  get outstanding(): number {
    return this.queue.length + this.stats.inUse;
  }

  push(item: QueueItem): void {
    this.queue.push(item, this.#options.now());
    this.#pump();
  }

  /** Aborts what is open. */
  close(): void {
    this.#closed = true;
    this.#timer?.clear();
    for (const lane of [...this.#lanes]) {
      lane.idle?.clear();
      lane.association?.abort();
    }
  }

  /** The destination answered the store of a lane. */
  answered(lane: Lane, status: number): void {
    const { item } = lane;
    if (item === null) return;
    this.#free(lane);
    const outcome = statusClass(status);
    if (outcome === 'success' || outcome === 'warning') {
      this.stats.delivered++;
      this.queue.delivered(item);
      this.#options.onDone(item, true, '');
    } else this.#failed(item, `status ${statusHex(status)}`);
    this.#settle(lane);
    this.#pump();
  }

  /** A failure in words, for dead letters. */
  textOf(failure: Failure | Rejected): string {
    const { host, port, calledAET, callingAET = this.#options.callingAET } = this.#spec;
    return describeFailure(failure, { host, port, calledAET, callingAET }).message;
  }

  /** The association of a lane is gone. */
  broke(lane: Lane, why: string): void {
    const { item } = lane;
    this.#free(lane);
    this.#retire(lane);
    if (item !== null) this.#failed(item, why);
    this.#pump();
  }

  #failed(item: QueueItem, why: string): void {
    this.stats.failed++;
    if (!this.queue.failed(item, why, this.#options.now())) this.#options.onDone(item, false, why);
  }

  #pump(): void {
    const now = this.#options.now();
    while (!this.#closed && this.stats.inUse < this.stats.limit) {
      const item = this.queue.take(now);
      if (item === null) break;
      if (!this.#place(item, now)) {
        this.queue.putBack(item);
        break;
      }
    }
    this.#giveUpWaiting(now);
    this.#wake(now);
  }

  /** What has waited too long for an association of the pool counts as a failed try. */
  #giveUpWaiting(now: number): void {
    const { waitTimeoutMs = Infinity } = this.#spec;
    if (waitTimeoutMs === Infinity) return;
    const { limit } = this.stats;
    for (;;) {
      const item = this.queue.takeOlder(waitTimeoutMs, now);
      if (item === null) return;
      this.stats.waitTimeouts++;
      this.#failed(item, `none of ${limit} associations became free within ${waitTimeoutMs} ms`);
    }
  }

  /** Gives an item to an idle lane, or to a new one; false when there is no room. */
  #place(item: QueueItem, now: number): boolean {
    const pair = this.#pairOf(item);
    const idle = this.#lanes.find(
      (lane) => lane.item === null && lane.association?.open === true && lane.pairs > pair,
    );
    if (idle !== undefined) {
      this.#send(idle, item, now);
      return true;
    }
    if (this.#lanes.length >= this.stats.limit) {
      // An idle association without the context makes room for one that has it.
      const useless = this.#lanes.find((lane) => lane.item === null);
      if (useless === undefined) return false;
      this.#release(useless);
    }
    this.#open(item, now);
    return true;
  }

  #pairOf({ sopClass, transferSyntax }: QueueItem): number {
    const at = this.#pairs.findIndex(
      (pair) => pair.sopClass === sopClass && pair.transferSyntax === transferSyntax,
    );
    if (at >= 0) return at;
    if (this.#pairs.length >= MOST_PAIRS) {
      this.#pairs.length = 0;
      for (const lane of this.#lanes) lane.pairs = 0;
    }
    return this.#pairs.push({ sopClass, transferSyntax }) - 1;
  }

  #open(item: QueueItem, now: number): void {
    const lane = new Lane(this);
    lane.item = item;
    lane.pairs = this.#pairs.length;
    this.#lanes.push(lane);
    this.stats.inUse++;
    const { host, port, calledAET, callingAET = this.#options.callingAET, maxPdu } = this.#spec;
    const contexts = this.#pairs.map(({ sopClass, transferSyntax }) => ({
      abstractSyntax: sopClass,
      transferSyntaxes: [transferSyntax],
    }));
    const request = { host, port, calledAET, callingAET, contexts, tls: this.#tls };
    try {
      associate(maxPdu === undefined ? request : { ...request, maxPdu }, (outcome) =>
        this.#opened(lane, item, { outcome, since: now }),
      );
    } catch (error) {
      // An AE title that cannot be written, say: this destination never takes anything.
      setImmediate(() => this.broke(lane, error instanceof Error ? error.message : String(error)));
    }
  }

  #opened(
    lane: Lane,
    item: QueueItem,
    { outcome, since }: { readonly outcome: AssociateOutcome; readonly since: number },
  ): void {
    if (outcome.kind !== 'accepted') {
      this.stats.refused++;
      this.broke(lane, this.textOf(outcome));
      return;
    }
    if (this.#closed) return outcome.association.abort();
    this.stats.open++;
    this.stats.opened++;
    lane.association = outcome.association;
    outcome.association.onClosed = () => this.#gone(lane);
    this.stats.inUse--;
    this.#send(lane, item, since);
  }

  #send(lane: Lane, item: QueueItem, since: number): void {
    const { association } = lane;
    if (association === null) return;
    lane.idle?.clear();
    lane.idle = null;
    lane.item = item;
    this.stats.inUse++;
    const contextId = association.contextFor(item.sopClass, item.transferSyntax);
    if (contextId === 0) {
      this.#free(lane);
      this.#failed(item, `no accepted context for ${item.sopClass} in ${item.transferSyntax}`);
      this.#settle(lane);
      // why: not from here, or a queue that no context fits would empty itself recursively
      setImmediate(() => this.#pump());
      return;
    }
    if (lane.stores++ > 0) this.stats.reused++;
    const wait = this.#options.now() - Math.max(item.due, Math.min(since, this.#options.now()));
    this.stats.waitSum += Math.max(0, wait);
    this.stats.waitMax = Math.max(this.stats.waitMax, wait);
    const channel = { contextId, maxPdu: association.maxPdu };
    association.send(this.#images.frame(item.parts, item, channel), lane);
  }

  #free(lane: Lane): void {
    if (lane.item !== null) this.stats.inUse--;
    lane.item = null;
  }

  /** An idle association lingers, for the next instance. */
  #settle(lane: Lane): void {
    const linger = this.#spec.lingerMs ?? ROUTER_DEFAULTS.lingerMs;
    if (linger === 0) return this.#release(lane);
    lane.idle = new LongTimer(() => this.#release(lane), linger);
  }

  #release(lane: Lane): void {
    const { association } = lane;
    this.#retire(lane);
    if (association?.open === true) association.release();
  }

  /** The association ended, by whomever: it is not in the pool any more. */
  #gone(lane: Lane): void {
    if (lane.item === null) this.#retire(lane);
  }

  #retire(lane: Lane): void {
    const at = this.#lanes.indexOf(lane);
    if (at < 0) return;
    this.#lanes.splice(at, 1);
    lane.idle?.clear();
    if (lane.association !== null) this.stats.open--;
  }

  #wake(now: number): void {
    this.#timer?.clear();
    this.#timer = null;
    if (this.#closed) return;
    const full = this.stats.inUse >= this.stats.limit;
    const patience = this.#spec.waitTimeoutMs ?? Infinity;
    const due = full ? this.queue.oldestDue() + patience : this.queue.nextDue(now);
    if (due === Infinity || (due <= now && !full)) return;
    this.#timer = new LongTimer(() => this.#pump(), Math.max(1, Math.ceil(due - now)));
  }
}
