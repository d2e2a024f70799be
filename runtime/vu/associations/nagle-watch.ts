// Finds out that the peer has Nagle's algorithm on: it holds the last part of its response back
// until our delayed acknowledgement, some 40 ms. One late response proves nothing (a busy machine
// does that, too); a good share of all responses does.

/** Last byte after first byte of a response, ms: between these it may have been Nagle's algorithm. */
const DELAYED_MS: readonly [number, number] = [35, 60];
/** So many at least. */
const DELAYED_ANSWERS = 5;
/** Of all answers. The first ones of a connection are acknowledged at once, so not all are late. */
const DELAYED_SHARE = 0.25;

export class NagleWatch {
  #answers = 0;
  #delayed = 0;
  #told = false;

  /** Takes one response; true once, when there is enough of them to say so. */
  answered(gapMs: number): boolean {
    this.#answers++;
    if (gapMs < DELAYED_MS[0] || gapMs > DELAYED_MS[1]) return false;
    this.#delayed++;
    if (this.#told || this.#delayed < DELAYED_ANSWERS) return false;
    this.#told = this.#delayed >= this.#answers * DELAYED_SHARE;
    return this.#told;
  }
}
