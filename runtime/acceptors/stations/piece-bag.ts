// Collects a data set that arrives in pieces with one copy, in memory that is used again.
import { slabs as ofThread } from './slabs.ts';
import type { Slab, Slabs } from './slabs.ts';

/** A data set in parts. They stay as they are until it is released, for ever if it never is. */
export class Pieces {
  readonly #slabs: Slabs;
  #held: readonly Slab[];
  #parts: readonly Buffer[];

  constructor(slabs: Slabs, held: readonly Slab[], parts: readonly Buffer[]) {
    this.#slabs = slabs;
    this.#held = held;
    this.#parts = parts;
  }

  /** In order; none once they are released. */
  get parts(): readonly Buffer[] {
    return this.#parts;
  }

  /** Nobody reads the parts any more: others may write to them from now on. */
  release(): void {
    const held = this.#held;
    this.forget();
    for (const slab of held) this.#slabs.release(slab);
  }

  /** They are needed no more here, but somebody may still read them. */
  forget(): void {
    this.#held = [];
    this.#parts = [];
  }
}

/** One per association. */
export class PieceBag {
  readonly #slabs: Slabs;
  #slab: Slab | null = null;
  #used = 0;
  /** Where the part that is being filled begins in the slab. */
  #from = 0;
  #parts: Buffer[] = [];
  #held: Slab[] = [];
  bytes = 0;

  constructor(slabs = ofThread) {
    this.#slabs = slabs;
  }

  add(buffer: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    for (let at = start; at < end;) {
      const { bytes } = this.#withRoom();
      const n = Math.min(end - at, bytes.length - this.#used);
      buffer.copy(bytes, this.#used, at, at + n);
      this.#used += n;
      at += n;
    }
  }

  /** What came so far, and starts again. */
  take(): Pieces {
    // why: small data sets share a slab; behind a large one its rest is not worth being held
    if (this.#held.length > 0) this.#leave();
    else this.#closePart();
    const pieces = new Pieces(this.#slabs, this.#held, this.#parts);
    this.#parts = [];
    this.#held = [];
    this.bytes = 0;
    return pieces;
  }

  #withRoom(): Slab {
    if (this.#slab !== null && this.#used < this.#slab.bytes.length) return this.#slab;
    this.#leave();
    this.#slab = this.#slabs.take();
    return this.#slab;
  }

  /** The slab is filled no further. */
  #leave(): void {
    this.#closePart();
    if (this.#slab !== null) this.#slabs.release(this.#slab);
    this.#slab = null;
    this.#used = 0;
    this.#from = 0;
  }

  #closePart(): void {
    const slab = this.#slab;
    if (slab === null || this.#used === this.#from) return;
    slab.holders++;
    this.#held.push(slab);
    this.#parts.push(slab.bytes.subarray(this.#from, this.#used));
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
