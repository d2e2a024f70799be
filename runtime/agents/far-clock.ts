// The clock of another host, told by questions that it answers with its time: how far it is ahead of
// ours, how wrong that may be, and how it drifts.

/** A clock may go wrong by so much until it is asked again: 0.1 ms a second, more than a good one does. */
const DRIFT = 1e-4;
/** Answers kept: of the last minute or so. */
const KEPT = 120;
/** Of each such time the best answer is kept for the whole run. */
const ANCHOR_MS = 10_000;
/** Of a long run every second one is given up: drift is slow. */
const MOST_ANCHORS = 1_024;
/** Time over which a drift can be told, and what is one: a clock that NTP sets right runs 0.05 % off. */
const DRIFT_SEEN_MS = 4_000;
const DRIFT_SAID = 1e-3;

export interface ClockReading {
  /** How far it is ahead of ours, ms. */
  readonly offsetMs: number;
  /** How wrong that may be, ms: the answer took twice as long. */
  readonly boundMs: number;
}

interface Answer extends ClockReading {
  /** What it said, epoch ms. */
  readonly theirs: number;
}

export class FarClock {
  readonly #answers: Answer[] = [];
  #anchors: Answer[] = [];

  /** It said `theirs` to a question sent and answered at these times of ours, epoch ms. */
  take(sent: number, theirs: number, got: number): void {
    const answer = { theirs, offsetMs: theirs - (sent + got) / 2, boundMs: (got - sent) / 2 };
    this.#answers.push(answer);
    if (this.#answers.length > KEPT) this.#answers.shift();
    const anchor = this.#anchors.at(-1);
    if (anchor === undefined || theirs - anchor.theirs >= ANCHOR_MS) this.#anchors.push(answer);
    else if (answer.boundMs < anchor.boundMs) this.#anchors[this.#anchors.length - 1] = answer;
    if (this.#anchors.length > MOST_ANCHORS) this.#anchors = this.#anchors.filter((_, i) => i % 2);
  }

  /** As of its last answer; without any, no offset and no bound. */
  get now(): ClockReading {
    const best = this.#best();
    if (best === null) return { offsetMs: 0, boundMs: 0 };
    const age = this.#age(best);
    return { offsetMs: best.offsetMs + age * this.drift, boundMs: best.boundMs + age * DRIFT };
  }

  /** As it was at a time of its own, epoch ms: between two answers it went from one to the other. */
  at(theirs: number): ClockReading {
    const good = this.#good();
    const after = good.findIndex((one) => one.theirs > theirs);
    const [a, b] = after < 0 ? [good.at(-1), undefined] : [good[after - 1], good[after]];
    if (b === undefined) return this.now;
    if (a === undefined) return b;
    const share = (theirs - a.theirs) / (b.theirs - a.theirs);
    return {
      offsetMs: a.offsetMs + (b.offsetMs - a.offsetMs) * share,
      boundMs: Math.max(a.boundMs, b.boundMs),
    };
  }

  /** By which part it runs fast, negative: slow; 0 where that is less than can be told. */
  get drift(): number {
    const [oldest] = this.#answers;
    const before = this.#anchors.filter(({ theirs }) => theirs < (oldest?.theirs ?? 0));
    // why: all answers, as in a short run the best one of the first seconds may be the last of them
    const good = quick([...before, ...this.#answers]);
    const [first, last] = [good[0], good.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const ms = last.theirs - first.theirs;
    if (ms < DRIFT_SEEN_MS) return 0;
    const drift = (last.offsetMs - first.offsetMs) / ms;
    const isSure = Math.abs(drift) - (first.boundMs + last.boundMs) / ms > DRIFT_SAID;
    return isSure ? drift : 0;
  }

  /** The last answers are as good as they are quick and young. */
  #best(): Answer | null {
    const boundOf = (one: Answer): number => one.boundMs + this.#age(one) * DRIFT;
    let best: Answer | null = null;
    for (const one of this.#answers) if (best === null || boundOf(one) <= boundOf(best)) best = one;
    return best;
  }

  #age({ theirs }: Answer): number {
    return (this.#answers.at(-1)?.theirs ?? theirs) - theirs;
  }

  /** Of the whole run, those that were quick. */
  #good(): readonly Answer[] {
    const best = this.#best();
    if (best === null) return [];
    return quick([...this.#anchors.filter(({ theirs }) => theirs < best.theirs), best]);
  }
}

/** Those that did not take much longer than is usual. */
function quick(answers: readonly Answer[]): readonly Answer[] {
  const bounds = answers.map(({ boundMs }) => boundMs).sort((a, b) => a - b);
  const usual = bounds[(bounds.length - 1) >> 1] ?? 0;
  return answers.filter(({ boundMs }) => boundMs <= 3 * usual);
}
