// Things to do that take turns with sockets: a few milliseconds of them in a turn of the loop.

/** So long at a time before sockets and timers get their turn. */
export const SLICE_MS = 4;
/** So many are called in one turn of the loop at most. */
const AT_ONCE = 32;
/** Items taken are let go of together. */
const FORGET_AFTER = 4096;
const resolved = Promise.resolve();

const NEWCOMERS_LEAST_MS = 0.5;

/**
 * How long newcomers may begin in this turn of the loop: half of what those who are at work took of the
 * last one (`othersMs`). A VU that begins makes more work than its beginning is; so these two come to
 * a balance in which turns are short, and answers do not wait behind thousands who want to connect.
 */
export function newcomersMs(othersMs: number): number {
  return Math.min(SLICE_MS, Math.max(NEWCOMERS_LEAST_MS, othersMs / 2));
}

/**
 * Does each item in a macrotask of its own: what a VU does then is done before the next one's turn,
 * and a script that never yields harms itself only. Guest code is entered from a promise job only:
 * from elsewhere it could not be cut off safely.
 */
export class Turns<T> {
  readonly #take: (item: T) => void;
  #items: T[] = [];
  #head = 0;
  /** Callbacks of the present turn that are still to come. */
  #coming = 0;
  #until = 0;
  readonly #one = (): void => this.#next();

  constructor(take: (item: T) => void) {
    this.#take = take;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#coming === 0) this.#begin();
  }

  get #waiting(): number {
    return this.#items.length - this.#head;
  }

  #begin(): void {
    this.#until = Number.POSITIVE_INFINITY;
    this.#coming = Math.min(AT_ONCE, this.#waiting);
    for (let i = 0; i < this.#coming; i++) setImmediate(this.#one);
  }

  #next(): void {
    const now = performance.now();
    if (this.#until === Number.POSITIVE_INFINITY) this.#until = now + SLICE_MS;
    this.#coming--;
    if (now <= this.#until) this.#do();
    if (this.#coming > 0) return;
    this.#forget();
    if (this.#waiting > 0) this.#begin();
  }

  #do(): void {
    const item = this.#items[this.#head];
    this.#head++;
    if (item !== undefined) void resolved.then(() => this.#take(item));
  }

  /** What was taken may go. */
  #forget(): void {
    if (this.#waiting > 0 && this.#head < FORGET_AFTER) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
