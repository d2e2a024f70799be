// A rate over time, its integral, and the time at which the integral reaches a number: what the
// arrival-rate executors are made of.
//
//   rate │      ╱‾‾‾‾        integral over [0, t] = starts due by t
//        │    ╱              start i (1-based) is due where the integral reaches i
//        │__╱
//
// In a stage from rate a to b (per ns) of length D, m starts into the stage are due at x with
// a·x + (b−a)·x²/2D = m, so x = 2m / (a + √(a² + 2m(b−a)/D)). Falling rates are solved from the
// stage's end, where that root would cancel out. The starts done by each stage's end are kept
// exactly (integers over one denominator), so fractions carry over stages without drift.
import type { Stage } from '../scenario.ts';

interface Piece {
  readonly startNs: number;
  readonly durationNs: number;
  /** Starts per ns at both ends. */
  readonly from: number;
  readonly to: number;
  /** Starts due before the piece: whole part and fraction. */
  readonly before: number;
  readonly beforeFraction: number;
  /** Starts due in the piece. */
  readonly count: number;
}

export interface RateCurve {
  readonly pieces: readonly Piece[];
  readonly durationNs: number;
  /** The integral over all of it, rounded down. */
  readonly total: number;
  /** The same with its fraction. */
  readonly exactTotal: number;
}

/** Rates are kept to millionths of a start per time unit. */
const RATE_SCALE = 1_000_000;

export function rateCurve(
  startRate: number,
  stages: readonly Stage[],
  timeUnitNs: number,
): RateCurve {
  const denominator = 2n * BigInt(RATE_SCALE) * BigInt(timeUnitNs);
  const pieces: Piece[] = [];
  let rate = startRate;
  let startNs = 0;
  let done = 0n;
  for (const { durationNs, target } of stages) {
    const gained = BigInt(durationNs) * (scaled(rate) + scaled(target));
    if (durationNs > 0) {
      pieces.push({
        startNs,
        durationNs,
        from: Number(scaled(rate)) / RATE_SCALE / timeUnitNs,
        to: Number(scaled(target)) / RATE_SCALE / timeUnitNs,
        before: Number(done / denominator),
        beforeFraction: Number(done % denominator) / Number(denominator),
        count: Number(gained) / Number(denominator),
      });
    }
    done += gained;
    startNs += durationNs;
    rate = target;
  }
  return {
    pieces,
    durationNs: startNs,
    total: Number(done / denominator),
    exactTotal: Number(done) / Number(denominator),
  };
}

/** When the integral reaches `position` (> 0), truncated to ns. Walks forward from `hint`. */
export function timeOf(curve: RateCurve, position: number, hint: number): number {
  const piece = curve.pieces[pieceOf(curve, position, hint)];
  if (piece === undefined) return 0;
  const into = position - piece.before - piece.beforeFraction;
  return piece.startNs + Math.min(piece.durationNs, truncate(offsetOf(piece, into)));
}

/** Index of the piece in which the integral reaches `position`; `hint`: an index not above it. */
export function pieceOf(curve: RateCurve, position: number, hint: number): number {
  let i = hint;
  while (i + 1 < curve.pieces.length) {
    const next = curve.pieces[i + 1];
    if (next === undefined || position - next.before <= next.beforeFraction) break;
    i++;
  }
  return i;
}

function offsetOf(piece: Piece, into: number): number {
  const { from, to, durationNs, count } = piece;
  if (to >= from) return root(into, from, (to - from) / durationNs);
  return durationNs - root(Math.max(0, count - into), to, (from - to) / durationNs);
}

/** x ≥ 0 with rate·x + slope·x²/2 = m. */
function root(m: number, rate: number, slope: number): number {
  if (m <= 0) return 0;
  return (2 * m) / (rate + Math.sqrt(rate * rate + 2 * m * slope));
}

/** Truncates; 99,999,999.9999999 is a rounding error of 100,000,000. */
function truncate(ns: number): number {
  const nearest = Math.round(ns);
  return Math.abs(ns - nearest) < 1e-3 ? nearest : Math.trunc(ns);
}

function scaled(rate: number): bigint {
  return BigInt(Math.round(rate * RATE_SCALE));
}
