// One timer for everything of a thread that waits: response timeouts, ARTIM, delays, trickles.
// Adding and removing are O(1) and allocate nothing; an idle wheel holds no timer.

/** Something that waits. Owned by its user, and in at most one wheel. */
export interface WheelEntry {
  /** Clock time at which {@link onDue} is called. */
  dueAt: number;
  previous: WheelEntry | null;
  next: WheelEntry | null;
  /** Slot it hangs in, -1 = none. */
  slot: number;
  onDue(now: number): void;
}

export interface WheelClock {
  now(): number;
  /** Calls back after about `ms`; must not keep the process alive. */
  after(ms: number, call: () => void): void;
}

const SLOTS = 2048;

export class TimerWheel {
  readonly tickMs: number;
  readonly #clock: WheelClock;
  readonly #slots: (WheelEntry | null)[] = new Array<WheelEntry | null>(SLOTS).fill(null);
  readonly #tick = (): void => this.turn();
  #entries = 0;
  #running = false;
  /** Ticks up to this one have been served. */
  #served = 0;

  constructor(clock: WheelClock, tickMs = 4) {
    this.#clock = clock;
    this.tickMs = tickMs;
  }

  get size(): number {
    return this.#entries;
  }

  /** (Re)sets an entry to be due in `ms`; never early, late by at most a tick and the loop's lag. */
  set(entry: WheelEntry, ms: number): void {
    this.remove(entry);
    const now = this.#clock.now();
    entry.dueAt = now + ms;
    if (this.#entries === 0 && !this.#running) this.#served = Math.floor(now / this.tickMs);
    const slot = Math.max(Math.ceil(entry.dueAt / this.tickMs), this.#served + 1) % SLOTS;
    const head = this.#slots[slot] ?? null;
    entry.slot = slot;
    entry.previous = null;
    entry.next = head;
    if (head !== null) head.previous = entry;
    this.#slots[slot] = entry;
    this.#entries += 1;
    if (!this.#running) {
      this.#running = true;
      this.#clock.after(this.tickMs, this.#tick);
    }
  }

  /** Takes an entry out, if it is in. */
  remove(entry: WheelEntry): void {
    if (entry.slot < 0) return;
    if (entry.previous !== null) entry.previous.next = entry.next;
    else this.#slots[entry.slot] = entry.next;
    if (entry.next !== null) entry.next.previous = entry.previous;
    entry.previous = null;
    entry.next = null;
    entry.slot = -1;
    this.#entries -= 1;
  }

  /** Serves all ticks that have passed. */
  turn(): void {
    const now = this.#clock.now();
    const last = Math.floor(now / this.tickMs);
    // After a stall of more than a revolution each slot needs one visit only.
    const from = Math.max(this.#served + 1, last - SLOTS + 1);
    this.#served = Math.max(this.#served, last);
    for (let tick = from; tick <= last; tick++) this.#serve(tick % SLOTS, now);
    this.#running = this.#entries > 0;
    if (this.#running) this.#clock.after(this.tickMs, this.#tick);
  }

  #serve(slot: number, now: number): void {
    // Entries set during a call land in later slots or at this list's head: neither is visited now.
    let entry = this.#slots[slot] ?? null;
    const due: WheelEntry[] = [];
    for (; entry !== null; entry = entry.next) if (entry.dueAt <= now) due.push(entry);
    for (const one of due) {
      // An earlier call may have removed or moved it.
      if (one.slot !== slot || one.dueAt > now) continue;
      this.remove(one);
      one.onDue(now);
    }
  }
}
