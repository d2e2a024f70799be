// A data set that arrives in pieces, for those who need it whole.

const NO_BYTES = Buffer.alloc(0);
const SMALLEST = 256;

/** Bytes that may be held in all, by everybody who counts on the same room. */
export class Room {
  /** Held now. */
  used = 0;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes so many bytes more; false, and takes none, when they do not fit. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}

/**
 * One buffer that grows: what it holds is what came, at most twice that, however small the pieces.
 * The buffers of its room's users are counted as large as they are.
 */
export class Collected {
  #bytes: Buffer = NO_BYTES;
  #length = 0;
  readonly #room: Room | null;

  constructor(room: Room | null = null) {
    this.#room = room;
  }

  get length(): number {
    return this.#length;
  }

  /** A piece; false when there is no room for it, and then nothing of it is kept. */
  add(buffer: Buffer, start: number, end: number): boolean {
    const needed = this.#length + end - start;
    if (needed > this.#bytes.length && !this.#grow(needed)) return false;
    buffer.copy(this.#bytes, this.#length, start, end);
    this.#length = needed;
    return true;
  }

  /** All of it, and starts again. */
  take(): Buffer {
    const whole = this.#bytes.subarray(0, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#room?.give(this.#bytes.length);
    this.#bytes = NO_BYTES;
    this.#length = 0;
  }

  #grow(needed: number): boolean {
    // why: most data sets come in one piece, which then is all there is
    const first = this.#length === 0 && needed > SMALLEST;
    const size = first ? needed : Math.max(needed, 2 * this.#bytes.length, SMALLEST);
    const more = size - this.#bytes.length;
    if (this.#room !== null && !this.#room.take(more)) return false;
    const larger = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return true;
  }
}
