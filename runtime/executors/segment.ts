// Execution segments: which slots, starts and iterations of a plan belong to one worker or host.
//
// A segment is written as a pair of exact fractions with a common denominator L, ['1/4', '2/4'].
// Index g (slot, start or iteration, from 0) is at position p = g·s mod L of a cycle of L, s being
// coprime to L; [a/L, b/L) owns it iff a ≤ p < b. So segments that cover [0, 1) own every index
// exactly once, parts sum to the whole whatever the count, and no segment's count ever shrinks
// (floor(n·to) − floor(n·from) would: for [2/5, 3/5) it is 1 at n = 2 and 0 at n = 3).
//
// A part of a part nests: ['1/2 0/3', '2/2 1/3'] is the first third of the second half: of the
// indices the half owns, in order, those at positions [0, 1) of 3. Hosts with different numbers of
// workers so still agree on who owns what.
import { DicomRunError, ExitCode } from '../errors.ts';

/** As it travels: [from, to), fractions with a common denominator, nested levels after a space. */
export type SegmentPair = readonly [string, string];

/** A parsed segment: a cycle of indices and the residues it owns. */
export interface Segment {
  readonly cycle: number;
  /** Sorted residues modulo `cycle`. */
  readonly residues: Int32Array;
  /** prefix[r] = number of owned residues below r. */
  readonly prefix: Int32Array;
}

export const WHOLE: SegmentPair = ['0/1', '1/1'];

/** Largest cycle: keeps the tables small; 1/1000 shares of 1000 hosts still fit. */
const MAX_CYCLE = 1_000_000;

/** Cycles up to this length go round in plain order: index g belongs to worker g mod W. */
const PLAIN_CYCLE = 16;

/** Part `index` of `parts` equal parts of a segment. */
export function splitSegment(pair: SegmentPair, index: number, parts: number): SegmentPair {
  if (parts === 1) return pair;
  const own: SegmentPair = [`${index}/${parts}`, `${index + 1}/${parts}`];
  if (isWhole(pair)) return own;
  return [`${pair[0]} ${own[0]}`, `${pair[1]} ${own[1]}`];
}

/** Parses a pair. Throws `CONFIG_SEGMENT` (exit 104) on anything else. */
export function segmentOf(pair: SegmentPair): Segment {
  const from = pair[0].split(' ');
  const to = pair[1].split(' ');
  if (from.length !== to.length) throw badSegment(pair);
  let segment = tabulate(1, [0]);
  for (let level = 0; level < from.length; level++) {
    const [a, aOf] = fraction(from[level] ?? '', pair);
    const [b, bOf] = fraction(to[level] ?? '', pair);
    const of = lcm(aOf, bOf);
    const low = a * (of / aOf);
    const high = b * (of / bOf);
    if (!(low < high && high <= of)) throw badSegment(pair);
    segment = nest(segment, low, high, of);
  }
  return segment;
}

/** How many of the first `n` indices the segment owns. */
export function ownedCount(segment: Segment, n: number): number {
  if (n <= 0) return 0;
  const rest = n % segment.cycle;
  const rounds = (n - rest) / segment.cycle;
  return rounds * segment.residues.length + (segment.prefix[rest] ?? 0);
}

/** True if index `g` is the segment's. */
export function owns(segment: Segment, g: number): boolean {
  const r = g % segment.cycle;
  return segment.prefix[r + 1] !== segment.prefix[r];
}

/** The segment's `rank`-th index (rank from 0). */
export function nthOwned(segment: Segment, rank: number): number {
  const per = segment.residues.length;
  const rest = rank % per;
  return ((rank - rest) / per) * segment.cycle + (segment.residues[rest] ?? 0);
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

function isWhole(pair: SegmentPair): boolean {
  return pair[0] === WHOLE[0] && pair[1] === WHOLE[1];
}

function fraction(text: string, pair: SegmentPair): readonly [number, number] {
  const match = /^(\d{1,7})\/(\d{1,7})$/.exec(text);
  const of = Number(match?.[2]);
  if (!match || of === 0) throw badSegment(pair);
  return [Number(match[1]), of];
}

function nest(parent: Segment, low: number, high: number, of: number): Segment {
  const stride = strideOf(of);
  const per = parent.residues.length;
  const cycle = parent.cycle * of;
  if (cycle > MAX_CYCLE) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_SEGMENT',
      message: `execution segment: too finely divided (a cycle of ${cycle}, at most ${MAX_CYCLE})`,
      hint: 'use fractions with small denominators, e.g. 1/3:2/3',
    });
  }
  const residues: number[] = [];
  for (let rank = 0; rank < per * of; rank++) {
    const position = ((rank % of) * stride) % of;
    if (position >= low && position < high) residues.push(nthOwned(parent, rank));
  }
  return tabulate(cycle, residues);
}

function tabulate(cycle: number, residues: readonly number[]): Segment {
  const prefix = new Int32Array(cycle + 1);
  for (const r of residues) prefix[r + 1] = 1;
  for (let r = 0; r < cycle; r++) prefix[r + 1] = (prefix[r] ?? 0) + (prefix[r + 1] ?? 0);
  return { cycle, residues: Int32Array.from(residues), prefix };
}

/** Long cycles are walked in golden-ratio strides, so that a wide segment is not one long block. */
function strideOf(of: number): number {
  if (of <= PLAIN_CYCLE) return 1;
  let stride = Math.round(of * 0.6180339887498949);
  while (gcd(stride, of) !== 1) stride++;
  return stride;
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

export function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}

function badSegment(pair: SegmentPair): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_SEGMENT',
    message: `execution segment: not a part of the whole (from "${pair[0]}" to "${pair[1]}")`,
    hint: 'write two fractions from 0 to 1 in ascending order, e.g. 1/3:2/3',
  });
}
