// The highest rate that holds: step up by doubling, bisect, confirm. It knows no runs: each step is
// a question to whoever can answer it.

/** What a step at one rate showed. */
export interface StepAnswer {
  readonly holds: boolean;
}

export interface SearchRange {
  /** Where to begin, starts a second. */
  readonly from: number;
  /** No higher than this. */
  readonly to: number;
  /** Bisected until what holds and what does not are no further apart than this share. */
  readonly precision: number;
}

export interface Search {
  /** The highest rate that held, twice; null when not even `from` did. */
  readonly rate: number | null;
  /** The lowest rate above it that did not hold; null when `to` held. */
  readonly broken: number | null;
}

/** Rates are asked for with three digits: more is not meant. */
export function tidy(rate: number): number {
  return Number(rate.toPrecision(3));
}

/**
 * Asks step by step. A rate that held in the search and not when it is confirmed is taken as broken,
 * and the search goes on below it.
 */
export async function searchCapacity(
  { from, to, precision }: SearchRange,
  ask: (rate: number, confirms: boolean) => Promise<StepAnswer>,
): Promise<Search> {
  let held: number | null = null;
  let broken: number | null = null;
  for (let rate = from; broken === null && held !== to; rate = Math.min(to, tidy(rate * 2))) {
    if ((await ask(rate, false)).holds) held = rate;
    else broken = rate;
  }
  for (;;) {
    [held, broken] = await bisect(held, broken, { precision, ask });
    if (held === null || (await ask(held, true)).holds) return { rate: held, broken };
    broken = held;
    held = held > from ? from : null;
  }
}

interface Bisection {
  readonly precision: number;
  readonly ask: (rate: number, confirms: boolean) => Promise<StepAnswer>;
}

async function bisect(
  from: number | null,
  to: number | null,
  { precision, ask }: Bisection,
): Promise<[number | null, number | null]> {
  let held = from;
  let broken = to;
  while (held !== null && broken !== null && broken / held > 1 + precision) {
    const rate = tidy((held + broken) / 2);
    if (rate <= held || rate >= broken) break;
    if ((await ask(rate, false)).holds) held = rate;
    else broken = rate;
  }
  return [held, broken];
}
