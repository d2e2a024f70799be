// Collects a data set that arrives in pieces with one copy and few allocations.

const FIRST_SLAB = 64 * 1024;
const SLAB = 1024 * 1024;

/** One per association; what was taken out stays valid. */
export class PieceBag {
  #slab = Buffer.alloc(0);
  #used = 0;
  /** Where the part that is being filled begins in the slab. */
  #from = 0;
  #parts: Buffer[] = [];
  bytes = 0;

  add(buffer: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    let at = start;
    while (at < end) {
      if (this.#used === this.#slab.length) this.#nextSlab(end - at);
      const n = Math.min(end - at, this.#slab.length - this.#used);
      buffer.copy(this.#slab, this.#used, at, at + n);
      this.#used += n;
      at += n;
    }
  }

  /** The bytes so far, in order, and starts again. */
  take(): Buffer[] {
    this.#closePart();
    const parts = this.#parts;
    this.#parts = [];
    this.bytes = 0;
    return parts;
  }

  #nextSlab(wanted: number): void {
    this.#closePart();
    // why: what is held is at most twice what came, plus a first slab for who sends little
    this.#slab = Buffer.allocUnsafeSlow(Math.min(SLAB, Math.max(FIRST_SLAB, wanted, this.bytes)));
    this.#used = 0;
    this.#from = 0;
  }

  #closePart(): void {
    if (this.#used > this.#from) this.#parts.push(this.#slab.subarray(this.#from, this.#used));
    this.#from = this.#used;
  }
}

/** The parts without their first `bytes`. */
export function withoutFirst(parts: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  return parts.flatMap((part) => {
    const cut = Math.min(left, part.length);
    left -= cut;
    return cut === part.length ? [] : [part.subarray(cut)];
  });
}

/** Damage on purpose is done that far before the end: in the pixel data, where there is any. */
export const DAMAGE_FROM_END = 9;
/** What is shorter has no pixel data that one could hit. */
export const LEAST_DAMAGED_BYTES = 16;

/** A copy with one byte inverted; the same when it is too short. */
export function damaged(bytes: Buffer): Buffer {
  if (bytes.length <= LEAST_DAMAGED_BYTES) return bytes;
  const copy = Buffer.from(bytes);
  const at = copy.length - DAMAGE_FROM_END;
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
