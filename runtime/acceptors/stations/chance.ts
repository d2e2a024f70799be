// Chance that comes out the same in every run: which instance fails is decided by number.

/** A stream of numbers in [0, 1) from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Takes the values of a list in turn; a number stands for itself, nothing for 0. */
export function cycle(values: number | readonly number[] | undefined): () => number {
  if (values === undefined) return () => 0;
  if (typeof values === 'number') return () => values;
  let at = 0;
  return () => values[at++ % values.length] ?? 0;
}

/** Draws from a log-normal distribution with the given median. */
export function lognormal(median: number, sigma: number, next: () => number): () => number {
  return () => {
    // Box and Muller; 1 - x, as the logarithm of 0 is not a number
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return median * Math.exp(sigma * normal);
  };
}
