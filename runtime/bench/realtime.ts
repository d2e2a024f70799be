// The kernel's clock, by which a capture is stamped, from that of the process. `performance.timeOrigin`
// is no such thing: it was read beside the start of `performance.now()`, not with it.

export interface Clocks {
  /** Whole ms since the epoch. */
  date(): number;
  /** ms, in fractions. */
  now(): number;
}

/** Every turn of a ms narrows it, unless the process was not running then. */
const LOOK_MS = 10;

/** Of both, the middle is the better guess; they are as far apart as it may be wrong. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What to add to `performance.now()` for ms since the epoch: every reading of both clocks bounds it. */
function bounds({ date, now }: Clocks): Bounds {
  let [least, most] = [-Infinity, Infinity];
  const until = now() + LOOK_MS;
  for (let before = now(); before < until; before = now()) {
    const whole = date();
    least = Math.max(least, whole - now());
    most = Math.min(most, whole + 1 - before);
  }
  // The other way round where a clock was adjusted in between.
  return { least: Math.min(least, most), most: Math.max(least, most) };
}

/** Times of `performance.now()` become those of the epoch, by looks before and after them. */
export class Realtime {
  readonly #clocks: Clocks;
  readonly #first: Bounds;

  constructor(clocks: Clocks = { date: () => Date.now(), now: () => performance.now() }) {
    this.#clocks = clocks;
    this.#first = bounds(clocks);
  }

  /** Looks again: ms to add, and how far from it the truth may be. */
  offset(): { readonly ms: number; readonly within: number } {
    const last = bounds(this.#clocks);
    const least = Math.min(this.#first.least, last.least);
    const most = Math.max(this.#first.most, last.most);
    return { ms: (least + most) / 2, within: (most - least) / 2 };
  }
}
