// Memory that data sets arrive in, used again: what is asked for anew costs the kernel's pages, and each
// 64 MB of it a collection of V8, which took half of a router's core.

/** Small enough that who sends little holds little. */
const SLAB_BYTES = 64 * 1024;
/** What is free and kept for the next data sets; more is left to the collector. */
const MOST_FREE_BYTES = 64 * 1024 ** 2;

/** A piece of memory, and how many hold bytes of it. */
export interface Slab {
  readonly bytes: Buffer;
  holders: number;
}

/**
 * Those of a thread that are free. A slab comes back when the last who held bytes of it says that
 * nobody can read them any more; who cannot be sure says nothing, and the collector takes it.
 */
export class Slabs {
  /** Sees what comes back: a test writes over it. */
  onFree: ((bytes: Buffer) => void) | null = null;
  readonly #free: Slab[] = [];
  readonly #most: number;

  constructor(mostFreeBytes = MOST_FREE_BYTES) {
    this.#most = Math.floor(mostFreeBytes / SLAB_BYTES);
  }

  get freeBytes(): number {
    return this.#free.length * SLAB_BYTES;
  }

  /** One that nobody else holds. */
  take(): Slab {
    // why: the last that came back is still in the processor's cache
    const slab = this.#free.pop() ?? { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), holders: 0 };
    slab.holders = 1;
    return slab;
  }

  /** A holder is done with it. */
  release(slab: Slab): void {
    if (--slab.holders > 0) return;
    this.onFree?.(slab.bytes);
    if (this.#free.length < this.#most) this.#free.push(slab);
  }
}

/** Of all associations of the thread. */
export const slabs = new Slabs();
