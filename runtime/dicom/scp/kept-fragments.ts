// A value of fragments kept as it is until it is compared. As long as what they hold is that of a value
// in memory, only what lies between is kept: most values stay known to their end, and then a copy of
// each would be all that comparing them costs.
import { Collected, type Room } from '../collected.ts';

export class KeptFragments {
  readonly #whole: Collected;
  readonly #framing: Collected;
  /** Of each piece of framing: after how many bytes of contents it came, and its length. */
  #cuts: number[] = [];
  /** Bytes of contents that are known from elsewhere. */
  #known = 0;
  #differs = false;

  constructor(room: Room | null) {
    this.#whole = new Collected(room);
    this.#framing = new Collected(room);
  }

  /** What lies between contents; false, here and below, when there is no room. */
  frame(bytes: Buffer, start: number, end: number): boolean {
    if (this.#differs) return this.#whole.add(bytes, start, end);
    this.#cuts.push(this.#known, end - start);
    return this.#framing.add(bytes, start, end);
  }

  /** Contents that are known. */
  same(bytes: number): void {
    this.#known += bytes;
  }

  /** From here on they are not: they were these until now. */
  differ(contents: Buffer): boolean {
    this.#differs = true;
    const framing = this.#framing.take();
    const cuts = this.#cuts;
    this.#cuts = [];
    let at = 0;
    let from = 0;
    for (let i = 0; i < cuts.length; i += 2) {
      const [before = 0, length = 0] = [cuts[i], cuts[i + 1]];
      if (!this.#whole.add(contents, at, before)) return false;
      if (!this.#whole.add(framing, from, from + length)) return false;
      at = before;
      from += length;
    }
    return this.#whole.add(contents, at, contents.length);
  }

  /** Contents that are not known. */
  add(bytes: Buffer, start: number, end: number): boolean {
    return this.#whole.add(bytes, start, end);
  }

  /** All of it where anything differed; null when it is all known. */
  take(): Buffer | null {
    return this.#differs ? this.#whole.take() : null;
  }

  clear(): void {
    this.#whole.clear();
    this.#framing.clear();
    this.#cuts = [];
  }
}
