// Execution segments: which VUs, starts and iterations of a plan belong to one process or worker.
//
// A whole is divided into parts of whole-number widths, in order; a part may be divided again. Of
// every division all parts are known, so that each can say by itself, without a message, which
// indices (VU, start or iteration, from 0) are its own: they take turns in a cycle of as many
// indices as the widths sum up to, each part as often as it is wide, spread as evenly as whole
// numbers allow (see `turns`). So parts own every index exactly once, a part's count of the first n
// indices is never a whole one off n times its share, and none ever shrinks as n grows. Equal parts
// simply go round: index g belongs to part g mod n.
import { DicomRunError, ExitCode } from '../../errors.ts';

/** One division: the widths of all its parts in order, and which of them is meant. */
export interface Division {
  readonly widths: readonly number[];
  readonly index: number;
}

/** A part of the whole as it travels: divisions from the whole inwards; none = all of it. */
export type SegmentPart = readonly Division[];

export const WHOLE: SegmentPart = [];

/** One division, worked out: a cycle of indices and those of them that the part owns. */
interface Turns {
  readonly cycle: number;
  /** Sorted residues modulo `cycle`. */
  readonly residues: Int32Array;
  /** prefix[r] = number of owned residues below r. */
  readonly prefix: Int32Array;
}

/** Which indices a part owns, from the outermost division inwards. */
export type Segment = readonly Turns[];

/** Worker threads that each of several processes may have: study numbers are divided for so many. */
export const WORKERS_PER_PROCESS = 64;

/** Largest cycle: keeps the tables small; tenths of a per mille still fit. */
export const MAX_CYCLE = 1_000_000;

/** Part `index` of `parts` equal parts of a part. */
export function splitPart(part: SegmentPart, index: number, parts: number): SegmentPart {
  return parts === 1 ? part : [...part, { widths: new Array<number>(parts).fill(1), index }];
}

/** How many parts there are in all, and which of them this is, from 0. */
export function placeOf(part: SegmentPart): { readonly index: number; readonly parts: number } {
  let index = 0;
  let parts = 1;
  for (const division of part) {
    index = index * division.widths.length + division.index;
    parts *= division.widths.length;
  }
  return { index, parts };
}

/** `part 2 of 3`. */
export function partName(part: SegmentPart): string {
  const { index, parts } = placeOf(part);
  return `part ${index + 1} of ${parts}`;
}

/** Whose the VUs are. */
export function segmentOf(part: SegmentPart): Segment {
  return part.map(({ widths, index }) => turnsOf(widths, index));
}

/**
 * Whose the starts and iterations are that `vus` VUs do: in each division those parts share them
 * that own a VU, by their widths. So nobody owns work that it has no VU for.
 */
export function workOf(part: SegmentPart, vus: number): Segment {
  let inside = vus;
  return part.map(({ widths, index }) => {
    const counts = countsOf(widths, inside);
    inside = counts[index] ?? 0;
    const taking = widths.map((width, i) => ((counts[i] ?? 0) > 0 ? width : 0));
    return turnsOf(taking, index);
  });
}

/** How many of the first `n` indices the segment owns. */
export function ownedCount(segment: Segment, n: number): number {
  let count = n;
  for (const { cycle, residues, prefix } of segment) {
    if (count <= 0) return 0;
    const rest = count % cycle;
    count = ((count - rest) / cycle) * residues.length + (prefix[rest] ?? 0);
  }
  return Math.max(0, count);
}

/** True if index `g` is the segment's. */
export function owns(segment: Segment, g: number): boolean {
  let rank = g;
  for (const { cycle, residues, prefix } of segment) {
    const rest = rank % cycle;
    const before = prefix[rest] ?? 0;
    if (prefix[rest + 1] === before) return false;
    rank = ((rank - rest) / cycle) * residues.length + before;
  }
  return true;
}

/** The segment's `rank`-th index (rank from 0). */
export function nthOwned(segment: Segment, rank: number): number {
  let g = rank;
  for (let level = segment.length - 1; level >= 0; level--) {
    const turns = segment[level];
    if (turns === undefined) break;
    const per = turns.residues.length;
    const rest = g % per;
    g = ((g - rest) / per) * turns.cycle + (turns.residues[rest] ?? 0);
  }
  return g;
}

/** The segment's indices in [low, high), ascending. */
export function ownedBetween(segment: Segment, low: number, high: number): number[] {
  const indices: number[] = [];
  const last = ownedCount(segment, high);
  for (let rank = ownedCount(segment, low); rank < last; rank++) {
    indices.push(nthOwned(segment, rank));
  }
  return indices;
}

interface Order {
  readonly shares: readonly number[];
  readonly cycle: number;
  /** Whose turn it is, in a cycle. */
  readonly order: Int32Array;
}

const orders = new Map<string, Order>();

function orderOf(widths: readonly number[]): Order {
  const key = widths.join();
  let found = orders.get(key);
  if (found === undefined) orders.set(key, (found = newOrder(widths)));
  return found;
}

function newOrder(widths: readonly number[]): Order {
  const by = widths.reduce(gcd, 0);
  const shares = widths.map((width) => width / by);
  const cycle = shares.reduce((sum, share) => sum + share, 0);
  if (cycle > MAX_CYCLE) throw tooFine(cycle);
  return { shares, cycle, order: turns(shares, cycle) };
}

/** How many of the first `n` indices each part owns. */
export function countsOf(widths: readonly number[], n: number): number[] {
  const { shares, cycle, order } = orderOf(widths);
  const rest = n % cycle;
  const counts = shares.map((share) => ((n - rest) / cycle) * share);
  for (const part of order.subarray(0, rest)) counts[part] = (counts[part] ?? 0) + 1;
  return counts;
}

function turnsOf(widths: readonly number[], index: number): Turns {
  if (!((widths[index] ?? 0) > 0)) {
    return { cycle: 1, residues: new Int32Array(0), prefix: new Int32Array(2) };
  }
  const { cycle, order } = orderOf(widths);
  const prefix = new Int32Array(cycle + 1);
  for (let r = 0; r < cycle; r++) prefix[r + 1] = (prefix[r] ?? 0) + (order[r] === index ? 1 : 0);
  const residues = Int32Array.from(order.keys()).filter((r) => order[r] === index);
  return { cycle, residues, prefix };
}

/**
 * Who has the turn, in a cycle of the shares' sum: the quota method of Balinski and Young (1975).
 * Of those whose count is below their share so far, whoever has the largest share per turn had.
 * Every count stays less than one off its share, at every time.
 */
function turns(shares: readonly number[], cycle: number): Int32Array {
  const order = new Int32Array(cycle);
  const takers = shares.flatMap((share, i) => (share > 0 ? [i] : []));
  if (cycle === takers.length) return order.map((_, r) => takers[r] ?? 0);
  const had = new Int32Array(shares.length);
  for (let r = 0; r < cycle; r++) {
    let best = -1;
    for (const i of takers) {
      const share = shares[i] ?? 0;
      const count = had[i] ?? 0;
      if (count * cycle >= (r + 1) * share) continue;
      const [bestShare = 0, bestCount = 0] = best < 0 ? [] : [shares[best], had[best]];
      if (best < 0 || share * (bestCount + 1) > bestShare * (count + 1)) best = i;
    }
    order[r] = best;
    had[best] = (had[best] ?? 0) + 1;
  }
  return order;
}

function tooFine(cycle: number): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SEGMENT',
    message: `execution segment: too finely divided (a cycle of ${cycle}, at most ${MAX_CYCLE})`,
    hint: 'use fractions with small denominators, e.g. 1/3:2/3',
  });
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

export function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}
