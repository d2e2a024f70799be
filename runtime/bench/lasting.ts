// How many operations a measurement takes: as many as last long enough that the difference of two runs
// is more than their noise.

/** A shorter difference varies by what a start of a process varies by. */
const LEAST_S = 3;
const QUICK_S = 1;

/** A run of so many operations, or of so many iterations of several. */
export interface Ran {
  readonly operations: number;
  readonly wallS: number;
  readonly cpuS: number;
}

/** Operations per second, and CPU of the client for each (µs). */
export interface Pace {
  readonly perSecond: number;
  readonly cpuUs: number;
}

export interface Lasting {
  /** What is run, with all that its pace depends on: it is probed once. */
  readonly key: string;
  /** Count of the short run: code is compiled by then. */
  readonly short: number;
  /** How many more the first look does. */
  readonly probe: number;
  readonly quick: boolean;
}

/** What was found of each key: it holds for all rounds. */
const found = new Map<string, number>();

/** Runs a short one and a long one, of which the long one lasts seconds more; their difference. */
export async function lasting(
  { key, short, probe, quick }: Lasting,
  run: (count: number) => Promise<Ran>,
): Promise<Pace> {
  const least = quick ? QUICK_S : LEAST_S;
  let more = found.get(key);
  if (more === undefined) {
    const a = await run(short);
    const b = await run(short + probe);
    more = countFor(probe, b.wallS - a.wallS, least);
    found.set(key, more);
    if (more === probe) return difference(a, b);
  }
  return difference(await run(short), await run(short + more));
}

/** How many to do where so many took so long, never fewer than those; a tenth above what is needed. */
export function countFor(probe: number, tookS: number, leastS: number): number {
  if (tookS >= leastS) return probe;
  // A probe that is lost in the noise, or even below zero, says only that it was far too short.
  return Math.ceil((probe * leastS * 1.1) / Math.max(tookS, leastS / 50));
}

function difference(a: Ran, b: Ran): Pace {
  const done = b.operations - a.operations;
  return { perSecond: done / (b.wallS - a.wallS), cpuUs: ((b.cpuS - a.cpuS) / done) * 1e6 };
}
