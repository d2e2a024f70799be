// What the account knows of each study while instances of it are on their way.
import { KeyTable, widened } from './key-table.ts';
import { NO_SLOT } from './instances.ts';

/** One row per study; key: its number (negative for a foreign UID), 0. */
export class Studies extends KeyTable {
  /** First of its instances (slot of `Instances`). */
  head = new Int32Array(this.capacity);
  /** Instances of it in the table. */
  live = new Uint32Array(this.capacity);
  /** Accepted sends, ever. */
  sends = new Uint32Array(this.capacity);
  /** Distinct instances accepted, ever; of those arrived. */
  accepted = new Uint32Array(this.capacity);
  joined = new Uint32Array(this.capacity);
  /** Of the dropped ones: what a late question still wants to know. */
  duplicated = new Uint32Array(this.capacity);
  corrupted = new Uint32Array(this.capacity);
  notCompared = new Uint32Array(this.capacity);
  lastArrival = new Float64Array(this.capacity);
  route = new Uint16Array(this.capacity);
  /** 1 while somebody waits for it. */
  watched = new Uint8Array(this.capacity);
  /** The association on which it last arrived; how many so far. */
  #association = new Float64Array(this.capacity);
  #associations = new Uint16Array(this.capacity);
  /** Only for studies that came on more than one. */
  readonly #several = new Map<number, Set<number>>();
  /** Highest member that arrived, and arrivals below it: out of the order of sending. */
  #highest = new Float64Array(this.capacity);
  outOfOrder = new Uint32Array(this.capacity);

  create(study: number, route: number): number {
    const slot = this.add(study, 0);
    this.head[slot] = NO_SLOT;
    this.live[slot] = 0;
    this.sends[slot] = 0;
    this.accepted[slot] = 0;
    this.joined[slot] = 0;
    this.duplicated[slot] = 0;
    this.corrupted[slot] = 0;
    this.notCompared[slot] = 0;
    this.lastArrival[slot] = -Infinity;
    this.route[slot] = route;
    this.watched[slot] = 0;
    this.#association[slot] = NaN;
    this.#associations[slot] = 0;
    this.#highest[slot] = -Infinity;
    this.outOfOrder[slot] = 0;
    return slot;
  }

  /** Notes one arrival: when, on which association, in which order. */
  arrival(slot: number, association: number, member: number, now: number): void {
    this.lastArrival[slot] = now;
    if (member < (this.#highest[slot] ?? 0))
      this.outOfOrder[slot] = (this.outOfOrder[slot] ?? 0) + 1;
    else this.#highest[slot] = member;
    const last = this.#association[slot] ?? NaN;
    if (last === association) return;
    if (Number.isNaN(last)) this.#associations[slot] = 1;
    else this.#countAnother(slot, last, association);
    this.#association[slot] = association;
  }

  associationsOf(slot: number): number {
    return this.#associations[slot] ?? 0;
  }

  forget(slot: number): void {
    if ((this.#associations[slot] ?? 0) > 1) this.#several.delete(slot);
    this.remove(slot);
  }

  #countAnother(slot: number, last: number, association: number): void {
    let seen = this.#several.get(slot);
    if (seen === undefined) this.#several.set(slot, (seen = new Set([last])));
    seen.add(association);
    this.#associations[slot] = Math.min(seen.size, 0xffff);
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    this.head = widened(this.head, capacity);
    this.live = widened(this.live, capacity);
    this.sends = widened(this.sends, capacity);
    this.accepted = widened(this.accepted, capacity);
    this.joined = widened(this.joined, capacity);
    this.duplicated = widened(this.duplicated, capacity);
    this.corrupted = widened(this.corrupted, capacity);
    this.notCompared = widened(this.notCompared, capacity);
    this.lastArrival = widened(this.lastArrival, capacity);
    this.route = widened(this.route, capacity);
    this.watched = widened(this.watched, capacity);
    this.#association = widened(this.#association, capacity);
    this.#associations = widened(this.#associations, capacity);
    this.#highest = widened(this.#highest, capacity);
    this.outOfOrder = widened(this.outOfOrder, capacity);
  }
}
