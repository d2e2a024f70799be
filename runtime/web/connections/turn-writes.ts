// Requests that are made in one turn of the loop are written at its end, one after the other: a peer
// that sleeps is woken once for all of them, which costs the writer more than a write itself does.

/** Something to write. */
export interface TurnWriter {
  /** The turn is over. */
  writeNow(): void;
}

/** Two within that time belong to one turn, ms. */
const TOGETHER_MS = 0.1;
/** After so many turns with one write each, a wait for the end of a turn would only cost. */
const MOST_ALONE = 16;

export class TurnWrites {
  #together = false;
  /** Turns in a row that had one. */
  #alone = 0;
  #last: TurnWriter | null = null;
  #lastAt = 0;
  #waiting: TurnWriter[] = [];
  /** The array of the turn before, used again. */
  #spare: TurnWriter[] = [];
  readonly #flush = (): void => this.#write();

  /** Calls `writer` at the end of this turn of the loop; at once while there is one at a time. */
  add(writer: TurnWriter, now = performance.now()): void {
    if (!this.#together && !this.#startsCrowd(writer, now)) {
      writer.writeNow();
      return;
    }
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    this.#waiting.push(writer);
  }

  #startsCrowd(writer: TurnWriter, now: number): boolean {
    this.#together = this.#last !== writer && now - this.#lastAt < TOGETHER_MS;
    this.#last = writer;
    this.#lastAt = now;
    return this.#together;
  }

  #write(): void {
    const due = this.#waiting;
    this.#waiting = this.#spare;
    this.#alone = due.length > 1 ? 0 : this.#alone + 1;
    if (this.#alone > MOST_ALONE) {
      this.#together = false;
      this.#alone = 0;
    }
    for (const writer of due) writer.writeNow();
    due.length = 0;
    this.#spare = due;
  }
}

/** Of this thread. */
export const turnWrites = new TurnWrites();
