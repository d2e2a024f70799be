// How what goes wrong on purpose is drawn: a value, values in turn, or by chance. One vocabulary for
// what a whole station does and for what a rule does to a single request.

/** Log-normal by its median and 95th percentile in ms, or by median and sigma of the logarithm. */
type Spread = { readonly p50: number; readonly p95: number } | Logarithm;
interface Logarithm {
  readonly p50: number;
  readonly sigma: number;
}

/** A time in ms, or drawn by chance. */
export type DelaySpec = number | Spread;

/** A status, or drawn: by its share (0 to 1), what remains is 0. */
export type StatusSpec = number | ReadonlyMap<number, number>;

/** One value for all, or values taken in turn. */
export type InTurn<T> = T | readonly T[];

/** A draw of its own, with its own place in its lists. */
type Draw = () => number;

/** z of the 95th percentile of the normal distribution. */
const Z95 = 1.6448536269514722;

/** Draws a delay in ms. `random` gives numbers in [0, 1). */
export function drawDelay(spec: DelaySpec | undefined, random: Draw): number {
  if (spec === undefined) return 0;
  if (typeof spec === 'number') return spec;
  const sigma = 'sigma' in spec ? spec.sigma : Math.log(spec.p95 / spec.p50) / Z95;
  // Box and Muller; 1 - u keeps the logarithm away from 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return spec.p50 * Math.exp(sigma * normal);
}

/** Delays in ms, one a call; 0 without any. */
export function delays(spec: InTurn<DelaySpec> | undefined, random: Draw): Draw {
  const next = inTurn(spec);
  return () => drawDelay(next(), random);
}

/** Statuses, one a call; 0 = what the service itself answers. */
export function statuses(spec: InTurn<StatusSpec> | undefined, random: Draw): Draw {
  const next = inTurn(spec);
  return () => {
    const one = next();
    if (one === undefined || typeof one === 'number') return one ?? 0;
    let roll = random();
    for (const [code, part] of one) {
      roll -= part;
      if (roll < 0) return code;
    }
    return 0;
  };
}

/** Says yes that often; where chance decides nothing, none is drawn. */
export function share(part: number | undefined, random: Draw): () => boolean {
  if (part === undefined || part <= 0) return () => false;
  if (part >= 1) return () => true;
  return () => random() < part;
}

function inTurn<T>(values: InTurn<T> | undefined): () => T | undefined {
  if (!isList(values)) return () => values;
  let at = 0;
  return () => values[at++ % values.length];
}

const isList = <T>(values: InTurn<T> | undefined): values is readonly T[] => Array.isArray(values);

/** Where in a data set an association ends, in bytes that have come; 0 = at once. */
export interface CutPoints {
  readonly abortAfter?: number;
  readonly resetAfter?: number;
  readonly closeAfter?: number;
}

/** How it ends at `bytes`, if it does. */
export function cutAt(points: CutPoints, bytes: number): 'abort' | 'reset' | 'close' | null {
  const { abortAfter = Infinity, resetAfter = Infinity, closeAfter = Infinity } = points;
  if (bytes >= abortAfter) return 'abort';
  if (bytes >= resetAfter) return 'reset';
  return bytes >= closeAfter ? 'close' : null;
}
