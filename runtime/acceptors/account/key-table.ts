// A hash table from two numbers to a small slot number, in typed arrays: no object per entry.

const NONE = -1;
const FIRST_CAPACITY = 256;

/** The same column with room for `capacity` entries. */
export function widened<
  T extends Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array,
>(column: T, capacity: number): T {
  const Column = column.constructor as new (length: number) => T;
  const wider = new Column(capacity);
  wider.set(column as never);
  return wider;
}

function hash(a: number, b: number): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul((a / 4294967296) | 0, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35) ^ Math.imul(b | 0, 0x27d4eb2f);
  h ^= Math.imul((b / 4294967296) | 0, 0x165667b1);
  return Math.imul(h ^ (h >>> 13), 0x9e3779b1) >>> 0;
}

/**
 * Slots are dense and recycled, so that further columns are plain typed arrays indexed by slot
 * (see `instances.ts`, `studies.ts`). Chained buckets: removal leaves no tombstones.
 */
export class KeyTable {
  size = 0;
  capacity = FIRST_CAPACITY;
  keyA = new Float64Array(FIRST_CAPACITY);
  keyB = new Float64Array(FIRST_CAPACITY);
  #chain = new Int32Array(FIRST_CAPACITY).fill(NONE);
  #buckets = new Int32Array(FIRST_CAPACITY * 2).fill(NONE);
  #free = NONE;
  #top = 0;

  /** The slot of (a, b), or -1. */
  find(a: number, b: number): number {
    let slot = this.#buckets[hash(a, b) & (this.#buckets.length - 1)] ?? NONE;
    while (slot !== NONE) {
      if (this.keyA[slot] === a && this.keyB[slot] === b) return slot;
      slot = this.#chain[slot] ?? NONE;
    }
    return NONE;
  }

  /** A new slot for (a, b), which must not be there. Columns keep whatever the slot held before. */
  add(a: number, b: number): number {
    if (this.#free === NONE && this.#top === this.capacity) this.grow(this.capacity * 2);
    let slot = this.#free;
    if (slot === NONE) slot = this.#top++;
    else this.#free = this.#chain[slot] ?? NONE;
    this.keyA[slot] = a;
    this.keyB[slot] = b;
    this.#link(slot);
    this.size++;
    return slot;
  }

  remove(slot: number): void {
    const at = hash(this.keyA[slot] ?? 0, this.keyB[slot] ?? 0) & (this.#buckets.length - 1);
    const next = this.#chain[slot] ?? NONE;
    let walk = this.#buckets[at] ?? NONE;
    if (walk === slot) this.#buckets[at] = next;
    else {
      while (walk !== NONE && this.#chain[walk] !== slot) walk = this.#chain[walk] ?? NONE;
      if (walk !== NONE) this.#chain[walk] = next;
    }
    this.#chain[slot] = this.#free;
    this.#free = slot;
    this.size--;
  }

  /** Makes room; a subclass widens its own columns too. */
  protected grow(capacity: number): void {
    this.capacity = capacity;
    this.keyA = widened(this.keyA, capacity);
    this.keyB = widened(this.keyB, capacity);
    this.#chain = widened(this.#chain, capacity);
    this.#buckets = new Int32Array(capacity * 2).fill(NONE);
    for (let slot = 0; slot < this.#top; slot++) this.#link(slot);
  }

  #link(slot: number): void {
    const at = hash(this.keyA[slot] ?? 0, this.keyB[slot] ?? 0) & (this.#buckets.length - 1);
    this.#chain[slot] = this.#buckets[at] ?? NONE;
    this.#buckets[at] = slot;
  }
}
