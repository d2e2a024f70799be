// Decisions that patterns make wait, in the order in which their instances came.

/** A line at one door: what is ready early waits for those before it. */
export class WaitingLine {
  readonly #places: { run: (() => void) | null }[] = [];

  /** Takes a place; what is given to the answer runs, once, when all before it have run. */
  enter(): (run: () => void) => void {
    const place: { run: (() => void) | null } = { run: null };
    this.#places.push(place);
    return (run) => {
      place.run = run;
      this.#advance();
    };
  }

  #advance(): void {
    for (;;) {
      const run = this.#places[0]?.run ?? null;
      if (run === null) return;
      this.#places.shift();
      run();
    }
  }
}
