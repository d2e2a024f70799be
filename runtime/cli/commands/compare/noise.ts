// What two runs may differ by although nothing has changed. Pure statistics; every answer is the
// half-width of an interval that the difference of two equal runs leaves in one case of a hundred.
//
// Requests of one second resemble each other (a pause of the peer delays all of them), so that
// counting them as independent promises far too much. Therefore seconds are gathered in batches and
// the batches are what varies (batch means). Runs of the same length are compared batch by batch at
// the same time since the start: what the load itself does, a ramp for instance, falls out.

/** A value of one second and how much it counts: a percentile by its requests, a rate by 1. */
export interface Second {
  readonly value: number;
  readonly weight: number;
}

/** Two-sided 99 %. */
const Z = 2.5758;
/** More batches mean shorter ones, which resemble their neighbours again. */
const MOST_BATCHES = 20;
/** Fewer say nothing about how batches vary. */
const LEAST_BATCHES = 4;
/** Runs of lengths that differ by more of the shorter one are not laid side by side. */
const SAME_LENGTH = 0.05;

/** @returns null when a run is too short to tell */
export function batchNoise(before: readonly Second[], after: readonly Second[]): number | null {
  const [n, longer] = [
    Math.min(before.length, after.length),
    Math.max(before.length, after.length),
  ];
  if (longer - n <= Math.max(1, n * SAME_LENGTH)) {
    const seconds = Math.max(1, Math.ceil(n / MOST_BATCHES));
    const [a, b] = [batches(before.slice(0, n), seconds), batches(after.slice(0, n), seconds)];
    const changes = a.flatMap((value, at) => {
      const other = b[at] ?? null;
      return value === null || other === null ? [] : [other - value];
    });
    const error = errorOfMean(changes);
    return error && studentQuantile(error.freedom) * Math.sqrt(error.variance);
  }
  const [a, b] = [before, after].map((run) =>
    errorOfMean(
      batches(run, Math.max(1, Math.ceil(run.length / MOST_BATCHES))).filter((v) => v !== null),
    ),
  );
  if (!a || !b) return null;
  const variance = a.variance + b.variance;
  if (variance === 0) return 0;
  // Welch-Satterthwaite
  const freedom = variance ** 2 / (a.variance ** 2 / a.freedom + b.variance ** 2 / b.freedom);
  return studentQuantile(freedom) * Math.sqrt(variance);
}

/** Weighted means of so many seconds each; null where nothing happened, a short rest is left out. */
function batches(run: readonly Second[], seconds: number): (number | null)[] {
  return Array.from({ length: Math.floor(run.length / seconds) }, (_, at) => {
    const own = run.slice(at * seconds, (at + 1) * seconds);
    const weight = own.reduce((sum, second) => sum + second.weight, 0);
    if (weight === 0) return null;
    return own.reduce((sum, second) => sum + second.value * second.weight, 0) / weight;
  });
}

interface MeanError {
  readonly variance: number;
  readonly freedom: number;
}

function errorOfMean(values: readonly number[]): MeanError | null {
  const n = values.length;
  if (n < LEAST_BATCHES) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const off = values.map((value) => value - mean);
  const squares = off.reduce((sum, value) => sum + value ** 2, 0);
  const variance = squares / (n - 1) / n;
  return { variance: variance * sluggishness(off, squares), freedom: n - 1 };
}

/** More is not believed of a few batches. */
const MOST_ALIKE = 0.7;

/** By what neighbours that still resemble each other multiply the variance of their mean. */
function sluggishness(off: readonly number[], squares: number): number {
  if (squares === 0) return 1;
  const n = off.length;
  const products = off.reduce((sum, value, at) => sum + value * (off[at + 1] ?? 0), 0);
  // Around their own mean even independent values seem to be opposed, by 1/n.
  const alike = Math.min(MOST_ALIKE, Math.max(0, products / squares + 1 / n));
  return (1 + alike) / (1 - alike);
}

/** Student's t at 99 %, two-sided, by Fisher's expansion in 1/freedom; within 3 % from 3 on. */
export function studentQuantile(freedom: number): number {
  const terms = [
    Z,
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
  ];
  return terms.reduce((sum, term, power) => sum + term / freedom ** power, 0);
}

/** A whole run's percentiles and how many samples they stand on. */
export interface Sampled {
  readonly samples: number;
  /** Value at 0..100. */
  readonly percentile: (p: number) => number;
}

/** From the histograms alone, as if requests were independent: the least that noise can be. */
export function percentileNoise(p: number, before: Sampled, after: Sampled): number {
  return Z * Math.hypot(percentileError(p, before), percentileError(p, after));
}

/** Standard error of a percentile: the values one standard error of its rank to either side. */
function percentileError(p: number, { samples, percentile }: Sampled): number {
  if (samples === 0) return Number.POSITIVE_INFINITY;
  const share = p / 100;
  const rank = 100 * Math.sqrt((share * (1 - share)) / samples);
  return (percentile(Math.min(100, p + rank)) - percentile(Math.max(0, p - rank))) / 2;
}

/** Two counts out of so many each. */
export interface NoiseShare {
  readonly count: number;
  readonly of: number;
}

/** Of shares: a failure is a fact and not noise, but few of many tell little about the rest. */
export function shareNoise(before: NoiseShare, after: NoiseShare): number {
  const pooled = (before.count + after.count) / (before.of + after.of);
  return Z * Math.sqrt(pooled * (1 - pooled) * (1 / before.of + 1 / after.of));
}
