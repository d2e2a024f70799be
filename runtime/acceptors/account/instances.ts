// What the account knows of each SOP instance on its way: about 90 bytes in columns, no object.
import { KeyTable, widened } from './key-table.ts';

/** Bits of {@link Instances.flags}. */
export const InstanceFlag = {
  /** Sent and arrived have met: counted as unique (or late). */
  JOINED: 1,
  /** Decided missing; decided once, a later arrival is late. */
  MISSING: 2,
  /** Counted as corrupted. */
  CORRUPTED: 4,
  /** Counted as not compared. */
  NOT_COMPARED: 8,
} as const;

export const NO_SLOT = -1;
export const NO_ROUTE = 0xffff;

/** One row per instance; keys: study and member number, or -1 and a number for a foreign UID. */
export class Instances extends KeyTable {
  /** First byte of the first accepted send, a reading of the clock; NaN before any. */
  sent = new Float64Array(this.capacity);
  /** First arrival, a reading of the clock; NaN before any. */
  arrived = new Float64Array(this.capacity);
  /** Last accepted row or arrival. */
  touched = new Float64Array(this.capacity);
  /** Accepted sends. */
  sends = new Uint32Array(this.capacity);
  arrivals = new Uint32Array(this.capacity);
  /** What it was made of: see `prototypeNumber`. */
  prototype = new Float64Array(this.capacity);
  /** Number of the pixels that arrived first, 0 = not hashed, and the form in which they came. */
  pixels = new Int32Array(this.capacity);
  form = new Uint8Array(this.capacity);
  route = new Uint16Array(this.capacity);
  flags = new Uint8Array(this.capacity);
  /** Slot of its study, and its neighbours there. */
  study = new Int32Array(this.capacity);
  previous = new Int32Array(this.capacity);
  next = new Int32Array(this.capacity);
  /** The queue of instances to look at again, oldest first. */
  #queuedAt = new Float64Array(this.capacity);
  #behind = new Int32Array(this.capacity);
  #head = NO_SLOT;
  #tail = NO_SLOT;

  /** A fresh row, of no study yet. */
  create(a: number, b: number, now: number): number {
    const slot = this.add(a, b);
    this.sent[slot] = NaN;
    this.arrived[slot] = NaN;
    this.touched[slot] = now;
    this.sends[slot] = 0;
    this.arrivals[slot] = 0;
    this.prototype[slot] = -1;
    this.pixels[slot] = 0;
    this.form[slot] = 0;
    this.route[slot] = NO_ROUTE;
    this.flags[slot] = 0;
    this.study[slot] = NO_SLOT;
    this.previous[slot] = NO_SLOT;
    this.next[slot] = NO_SLOT;
    return slot;
  }

  has(slot: number, flag: number): boolean {
    return ((this.flags[slot] ?? 0) & flag) !== 0;
  }

  set(slot: number, flag: number): void {
    this.flags[slot] = (this.flags[slot] ?? 0) | flag;
  }

  /** Puts an instance at the end of the queue. Each is in it exactly once. */
  enqueue(slot: number, now: number): void {
    this.#queuedAt[slot] = now;
    this.#behind[slot] = NO_SLOT;
    if (this.#tail === NO_SLOT) this.#head = slot;
    else this.#behind[this.#tail] = slot;
    this.#tail = slot;
  }

  /** Takes the oldest instance queued at or before `time`, or -1. */
  dequeue(time: number): number {
    const slot = this.#head;
    if (slot === NO_SLOT || (this.#queuedAt[slot] ?? 0) > time) return NO_SLOT;
    this.#head = this.#behind[slot] ?? NO_SLOT;
    if (this.#head === NO_SLOT) this.#tail = NO_SLOT;
    return slot;
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    this.sent = widened(this.sent, capacity);
    this.arrived = widened(this.arrived, capacity);
    this.touched = widened(this.touched, capacity);
    this.sends = widened(this.sends, capacity);
    this.arrivals = widened(this.arrivals, capacity);
    this.prototype = widened(this.prototype, capacity);
    this.pixels = widened(this.pixels, capacity);
    this.form = widened(this.form, capacity);
    this.route = widened(this.route, capacity);
    this.flags = widened(this.flags, capacity);
    this.study = widened(this.study, capacity);
    this.previous = widened(this.previous, capacity);
    this.next = widened(this.next, capacity);
    this.#queuedAt = widened(this.#queuedAt, capacity);
    this.#behind = widened(this.#behind, capacity);
  }
}
