// Poisson arrivals of a given rate curve: exams do not come on a grid.
//
// In units of the curve's integral a Poisson process has rate 1. It is cut into cells of 256
// expected starts; a cell's number of starts is Poisson-distributed, its starts are uniform in it.
// Every cell follows from (seed, cell number) alone, so all segments see one and the same process,
// and totals and random access cost a number per cell, not one per start.

/** Expected starts per cell. */
const CELL = 256;

export interface PoissonProcess {
  readonly total: number;
  /** Starts before each cell; one more entry than there are cells. */
  readonly before: Float64Array;
  readonly seed: number;
  /** Expected number of starts: the length of the process. */
  readonly length: number;
}

export function poissonProcess(length: number, seed: number): PoissonProcess {
  const cells = Math.ceil(length / CELL);
  const before = new Float64Array(cells + 1);
  for (let cell = 0; cell < cells; cell++) {
    const mean = Math.min(CELL, length - cell * CELL);
    before[cell + 1] = (before[cell] ?? 0) + poisson(mean, randomOf(seed, cell, 0));
  }
  return { total: before[cells] ?? 0, before, seed, length };
}

/** Positions (in units of the integral, ascending) of the starts of one cell. */
export function cellPositions(process: PoissonProcess, cell: number): Float64Array {
  const count = (process.before[cell + 1] ?? 0) - (process.before[cell] ?? 0);
  const mean = Math.min(CELL, process.length - cell * CELL);
  const random = randomOf(process.seed, cell, 1);
  const positions = new Float64Array(count);
  for (let i = 0; i < count; i++) positions[i] = cell * CELL + random() * mean;
  return positions.sort();
}

/** The cell that holds start `k`, by bisection. */
export function cellOf(process: PoissonProcess, k: number): number {
  let low = 0;
  let high = process.before.length - 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((process.before[middle + 1] ?? 0) > k) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A 32-bit seed from a name (FNV-1a). */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Numbers in (0, 1), 32 bits each, of a counter-based generator (murmur3's finaliser). */
export function randomOf(seed: number, cell: number, stream: number): () => number {
  let state = mix(seed ^ mix(cell + 1) ^ mix(0x51ed270b + stream));
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return ((mix(state) >>> 0) + 0.5) / 4294967296;
  };
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A Poisson number: by multiplication when small, else by Hörmann's PTRS (1993). */
function poisson(mean: number, random: () => number): number {
  if (mean < 12) return smallPoisson(mean, random);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const accept = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (accept <= k * logMean - mean - logFactorial(k)) return k;
  }
}

function smallPoisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let k = 0;
  for (let product = random(); product > limit; product *= random()) k++;
  return k;
}

/** ln k!, by Stirling's series from 10 on (error below 1e-10). */
function logFactorial(k: number): number {
  if (k < 10) {
    let sum = 0;
    for (let i = 2; i <= k; i++) sum += Math.log(i);
    return sum;
  }
  const n = k + 1;
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return (n - 0.5) * Math.log(n) - n + 0.9189385332046727 + series;
}
