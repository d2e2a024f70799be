// Knobs of the examples: environment values, and what SCALE=ci makes shorter and smaller.

/** False in CI, where the same code runs shorter and smaller. */
export const full = __ENV.SCALE !== 'ci';

/** The first at full scale, the second in CI. */
export const scaled = <T>(atFull: T, inCi: T): T => (full ? atFull : inCi);

/** A number from the environment. */
export function number(name: string, byDefault: number): number {
  const value = Number(__ENV[name] ?? byDefault);
  if (Number.isFinite(value)) return value;
  throw new Error(`${name}: must be a number, got "${__ENV[name]}"`);
}

/** A text from the environment. */
export const text = (name: string, byDefault: string): string => __ENV[name] ?? byDefault;

/** Criteria of time and rate: held to at full scale, judged and shown in CI. */
export const timed = (...thresholds: string[]) =>
  thresholds.map((threshold) => ({ threshold, advisory: !full }));
