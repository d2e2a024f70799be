// Sent meets arrived: joins accepted stores with arrivals at one receiver, in either order.
import { InstanceFlag, Instances, NO_ROUTE, NO_SLOT } from './instances.ts';
import { Studies } from './studies.ts';
import { newTally } from './tally.ts';
import type { Tally } from './tally.ts';
import type { AccountListener, StudyWatcher } from './listener.ts';
import type { AcceptedRow, ArrivalRow, Evidence } from './rows.ts';
import { Contents } from './contents.ts';
import type { PixelJudge } from './contents.ts';
import { Comparison } from './pixels/hashes.ts';
import { FOREIGN } from './keys.ts';

export interface AccountOptions {
  /** An entry is dropped this long after it was last touched, once complete. */
  readonly settleMs: number;
  /** Missing is decided this long after sending, at the latest. */
  readonly horizonMs: number;
  /** Name of the receiver, for what belongs to no route. */
  readonly name: string;
  /** Compares pixels; absent where only counts are wanted. */
  readonly pixels?: PixelJudge;
}

/** How long an instance that was decided missing is remembered, in horizons. */
const LATE_HORIZONS = 4;

/** How often an incomplete entry is looked at, as a part of `settle`. */
const LOOKS_PER_SETTLE = 4;

/**
 * The account of one receiver. Pure: the time comes in with each call, as a reading of the thread's
 * clock, which goes on evenly from before t0.
 *
 *   accepted row ─┐                    ┌─ delivered (first time both are there)
 *                 ├─> instance entry ──┼─ dropped `settle` after completion
 *   arrival ──────┘        │           └─ missing at the horizon, or at close
 *                     study entry ──> its watcher told
 *
 * What arrived without being accepted is unexpected; that is decided at the horizon or at close,
 * as its row may still come (a router may answer long after it forwarded).
 */
export class Account {
  readonly instances = new Instances();
  readonly studies = new Studies();
  /** Per route number; the numbers are the caller's. */
  readonly tallies: (Tally | undefined)[] = [];
  /** Arrivals of no route. */
  readonly stray = newTally();
  readonly options: AccountOptions;
  readonly headers = new Map<number, Evidence>();
  readonly contents: Contents;
  readonly #listener: AccountListener;
  #watcher: StudyWatcher | null = null;
  #outstandingCount = 0;
  /** Last arrival or accepted row. */
  lastEvent = -Infinity;

  constructor(options: AccountOptions, listener: AccountListener) {
    this.options = options;
    this.contents = new Contents(this.instances, options.pixels);
    this.#listener = listener;
  }

  /** From now on `watcher` is told; there is one. */
  subscribe(watcher: StudyWatcher): void {
    this.#watcher = watcher;
  }

  /** Declares that a route delivers here: from now on it has an account, if all zeros. */
  addRoute(route: number): void {
    this.tallies[route] ??= newTally();
  }

  /** True once a route delivers here. */
  get expecting(): boolean {
    return this.tallies.length > 0;
  }

  /** Accepted instances that have not arrived and are not yet decided missing. */
  get outstanding(): number {
    return this.#outstandingCount;
  }

  accept(row: AcceptedRow, now: number): void {
    this.lastEvent = now;
    const { instances, studies } = this;
    const slot = this.#instance(row.a, row.b, row.study, now);
    const study = instances.study[slot] ?? NO_SLOT;
    const tally = this.#tally(row.route);
    const first = instances.sends[slot] === 0;
    this.contents.sent(slot, row);
    instances.sends[slot] = (instances.sends[slot] ?? 0) + 1;
    studies.sends[study] = (studies.sends[study] ?? 0) + 1;
    tally.accepted++;
    if (first) {
      instances.sent[slot] = row.time;
      instances.route[slot] = row.route;
      studies.route[study] = row.route;
      studies.accepted[study] = (studies.accepted[study] ?? 0) + 1;
      this.#outstandingCount++;
      if ((instances.arrivals[slot] ?? 0) > 0) this.#join(slot, instances.arrived[slot] ?? now);
    }
    if (studies.watched[study] === 1) this.#watcher?.touched(study, now);
  }

  arrive(row: ArrivalRow, now: number): void {
    this.lastEvent = now;
    const { instances, studies } = this;
    const slot = this.#instance(row.a, row.b, row.study, now);
    this.contents.came(slot, row);
    const arrivals = (instances.arrivals[slot] ?? 0) + 1;
    instances.arrivals[slot] = arrivals;
    if (row.header !== undefined) {
      this.headers.get(slot)?.release?.();
      this.headers.set(slot, row.header);
    }
    if (arrivals === 1) instances.arrived[slot] = row.time;
    const study = instances.study[slot] ?? NO_SLOT;
    if (study !== NO_SLOT) studies.arrival(study, row.association, row.b, row.time);
    if ((instances.sends[slot] ?? 0) > 0) this.#arrivedExpected(slot, row.time);
    if (study !== NO_SLOT && studies.watched[study] === 1) {
      this.#watcher?.touched(study, now);
    }
  }

  /** Keeps a study, by its number, until nobody watches it any more; its slot. */
  watch(number: number): number {
    const study = this.#study(number);
    this.studies.watched[study] = 1;
    return study;
  }

  /** Drops what is complete, decides what is overdue, and tells the time. Every ~200 ms. */
  sweep(now: number): void {
    const { settleMs } = this.options;
    const look = settleMs / LOOKS_PER_SETTLE;
    let slot = this.instances.dequeue(now - look);
    for (let guard = this.instances.size; slot !== NO_SLOT && guard >= 0; guard--) {
      if (!this.#settled(slot, now)) this.instances.enqueue(slot, now);
      slot = this.instances.dequeue(now - look);
    }
    this.#watcher?.ticked(now);
  }

  /** Sending is over and `settle` is past: whatever is not here is missing. */
  close(now: number): void {
    this.#watcher?.closing(now);
    const { instances } = this;
    let slot = instances.dequeue(Infinity);
    while (slot !== NO_SLOT) {
      this.#decide(slot);
      this.#drop(slot);
      slot = instances.dequeue(Infinity);
    }
  }

  #tally(route: number): Tally {
    if (route === NO_ROUTE) return this.stray;
    return (this.tallies[route] ??= newTally());
  }

  #study(number: number): number {
    const found = this.studies.find(number, 0);
    return found === NO_SLOT ? this.studies.create(number, NO_ROUTE) : found;
  }

  #instance(a: number, b: number, study: number, now: number): number {
    const { instances } = this;
    let slot = instances.find(a, b);
    if (slot === NO_SLOT) {
      slot = instances.create(a, b, now);
      instances.enqueue(slot, now);
    } else instances.touched[slot] = now;
    if (instances.study[slot] === NO_SLOT && !Number.isNaN(study)) this.#link(slot, study);
    return slot;
  }

  #link(slot: number, number: number): void {
    const { instances, studies } = this;
    const study = this.#study(number);
    const head = studies.head[study] ?? NO_SLOT;
    instances.study[slot] = study;
    instances.next[slot] = head;
    if (head !== NO_SLOT) instances.previous[head] = slot;
    studies.head[study] = slot;
    studies.live[study] = (studies.live[study] ?? 0) + 1;
    const arrived = instances.arrived[slot] ?? NaN;
    if (arrived > (studies.lastArrival[study] ?? 0)) studies.lastArrival[study] = arrived;
  }

  #join(slot: number, arrivedAt: number): void {
    const { instances, studies } = this;
    const route = instances.route[slot] ?? NO_ROUTE;
    const study = instances.study[slot] ?? NO_SLOT;
    const tally = this.#tally(route);
    instances.set(slot, InstanceFlag.JOINED);
    tally.arrived += instances.arrivals[slot] ?? 0;
    studies.joined[study] = (studies.joined[study] ?? 0) + 1;
    if (instances.has(slot, InstanceFlag.MISSING)) tally.late++;
    else {
      tally.unique++;
      this.#outstandingCount--;
    }
    this.#listener.delivered(
      route,
      Math.max(0, arrivedAt - (instances.sent[slot] ?? 0)),
      arrivedAt,
    );
    this.#checkPixels(slot, tally);
  }

  #arrivedExpected(slot: number, time: number): void {
    if (!this.instances.has(slot, InstanceFlag.JOINED)) return this.#join(slot, time);
    const tally = this.#tally(this.instances.route[slot] ?? NO_ROUTE);
    tally.arrived++;
    this.#checkPixels(slot, tally);
  }

  /** Told at once, except where another send of it may be accepted yet that it is right for. */
  #checkPixels(slot: number, tally: Tally): void {
    const { instances } = this;
    if (instances.keyA[slot] === FOREIGN || instances.has(slot, InstanceFlag.CORRUPTED)) return;
    if (this.contents.compare(slot) === Comparison.CHANGED) this.#corrupted(slot, tally);
  }

  #corrupted(slot: number, tally: Tally): void {
    if (this.instances.has(slot, InstanceFlag.CORRUPTED)) return;
    this.instances.set(slot, InstanceFlag.CORRUPTED);
    tally.corrupted++;
  }

  /** What can be said of the contents of an instance that is here, for good. */
  #decideContents(slot: number, tally: Tally): void {
    const found = this.contents.compare(slot);
    if (found === Comparison.CHANGED) this.#corrupted(slot, tally);
    if (found === Comparison.EQUAL || found === Comparison.CHANGED) tally.compared++;
    else if (found !== null) {
      this.instances.set(slot, InstanceFlag.NOT_COMPARED);
      if (found === Comparison.RECODED) tally.recoded++;
      else tally.unhashed++;
    }
  }

  /** Looks at a queued instance; true when it was dropped. */
  #settled(slot: number, now: number): boolean {
    const { instances } = this;
    const { settleMs, horizonMs } = this.options;
    const idle = now - (instances.touched[slot] ?? now);
    const joined = instances.has(slot, InstanceFlag.JOINED);
    const sent = instances.sent[slot] ?? NaN;
    const stray = Number.isNaN(sent);
    if (!joined && !stray && now - sent >= horizonMs) this.#decide(slot);
    // Decided missing, an entry is kept for a while yet, so that a late arrival is known as such.
    const over = joined
      ? idle >= settleMs
      : stray
        ? this.#strayIsOver(slot, idle, now)
        : now - sent >= horizonMs * LATE_HORIZONS;
    if (!over || this.#isWatched(slot)) return false;
    this.#decide(slot);
    this.#drop(slot);
    return true;
  }

  #strayIsOver(slot: number, idle: number, now: number): boolean {
    // Nobody delivers here: a plain sink keeps nothing longer than `settle`.
    if (!this.expecting) return idle >= this.options.settleMs;
    return now - (this.instances.arrived[slot] ?? now) >= this.options.horizonMs;
  }

  #isWatched(slot: number): boolean {
    const study = this.instances.study[slot] ?? NO_SLOT;
    return study !== NO_SLOT && this.studies.watched[study] === 1;
  }

  /** Counts what can be said of an instance for good. */
  #decide(slot: number): void {
    const { instances } = this;
    const arrivals = instances.arrivals[slot] ?? 0;
    const sends = instances.sends[slot] ?? 0;
    if (sends === 0) {
      if (arrivals > 0) this.#decideStray(slot, arrivals);
      return;
    }
    const route = instances.route[slot] ?? NO_ROUTE;
    const tally = this.#tally(route);
    if (arrivals > sends) tally.duplicated += arrivals - sends;
    if (arrivals > 0) this.#decideContents(slot, tally);
    if (arrivals > 0 || instances.has(slot, InstanceFlag.MISSING)) return;
    instances.set(slot, InstanceFlag.MISSING);
    this.#outstandingCount--;
    tally.missing++;
    const study = this.studies.keyA[instances.study[slot] ?? NO_SLOT] ?? NaN;
    const [a = 0, b = 0] = [instances.keyA[slot], instances.keyB[slot]];
    const prototype = instances.prototype[slot] ?? -1;
    this.#listener.missing(a, b, { study, route, prototype, sent: instances.sent[slot] ?? 0 });
  }

  #decideStray(slot: number, arrivals: number): void {
    const { instances, expecting: counted } = this;
    const route = this.#strayRoute(slot);
    if (counted) this.#tally(route).unexpected++;
    const [a = 0, b = 0] = [instances.keyA[slot], instances.keyB[slot]];
    const arrived = instances.arrived[slot] ?? NaN;
    this.#listener.stray?.(a, b, { route, arrivals, arrived, counted });
  }

  /** An unexpected arrival belongs to the route of its study, or to the only route there is. */
  #strayRoute(slot: number): number {
    const study = this.instances.study[slot] ?? NO_SLOT;
    const route = study === NO_SLOT ? NO_ROUTE : (this.studies.route[study] ?? NO_ROUTE);
    if (route !== NO_ROUTE) return route;
    const routes = [...this.tallies.keys()].filter((number) => this.tallies[number] !== undefined);
    return routes.length === 1 ? (routes[0] ?? NO_ROUTE) : NO_ROUTE;
  }

  #drop(slot: number): void {
    const { instances, studies } = this;
    const header = this.headers.get(slot);
    if (header !== undefined) {
      header.release?.();
      this.headers.delete(slot);
    }
    this.contents.forget(slot);
    const study = instances.study[slot] ?? NO_SLOT;
    if (study !== NO_SLOT) this.#unlink(slot, study);
    this.#listener.dropped(instances.keyA[slot] ?? 0, instances.keyB[slot] ?? 0);
    instances.remove(slot);
    if (study !== NO_SLOT && studies.live[study] === 0) this.#finish(study);
  }

  #unlink(slot: number, study: number): void {
    const { instances, studies } = this;
    const previous = instances.previous[slot] ?? NO_SLOT;
    const next = instances.next[slot] ?? NO_SLOT;
    if (previous === NO_SLOT) studies.head[study] = next;
    else instances.next[previous] = next;
    if (next !== NO_SLOT) instances.previous[next] = previous;
    studies.live[study] = (studies.live[study] ?? 1) - 1;
    const extra = (instances.arrivals[slot] ?? 0) - (instances.sends[slot] ?? 0);
    if (extra > 0 && (instances.sends[slot] ?? 0) > 0) {
      studies.duplicated[study] = (studies.duplicated[study] ?? 0) + extra;
    }
    if (instances.has(slot, InstanceFlag.CORRUPTED)) {
      studies.corrupted[study] = (studies.corrupted[study] ?? 0) + 1;
    }
    if (instances.has(slot, InstanceFlag.NOT_COMPARED)) {
      studies.notCompared[study] = (studies.notCompared[study] ?? 0) + 1;
    }
  }

  #finish(study: number): void {
    const { studies } = this;
    if (studies.watched[study] === 1) return;
    const associations = studies.associationsOf(study);
    const route = studies.route[study] ?? NO_ROUTE;
    if (associations > 0 && route !== NO_ROUTE) {
      const tally = this.#tally(route);
      tally.studies++;
      tally.associations += associations;
      tally.mostAssociations = Math.max(tally.mostAssociations, associations);
      tally.outOfOrder += studies.outOfOrder[study] ?? 0;
    }
    this.#watcher?.finished(study);
    this.#listener.finished(studies.keyA[study] ?? 0);
    studies.forget(study);
  }

  /** Called when nobody waits for a study any more. */
  unwatch(study: number): void {
    this.studies.watched[study] = 0;
    if (this.studies.live[study] === 0) this.#finish(study);
  }
}
