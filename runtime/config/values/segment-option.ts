// `--execution-segment 1/3:2/3` and `--execution-segment-sequence 0,1/3,2/3,1`, as k6 writes them.
import { gcd, lcm } from '../../executors/segment.ts';
import type { Problems } from './problems.ts';
import type { Stack } from '../sources/stack.ts';
import type { SegmentPair } from '../types.ts';

type Fraction = readonly [number, number];

export interface SegmentOptions {
  readonly executionSegment: SegmentPair | null;
  readonly executionSegmentSequence: readonly string[] | null;
}

/**
 * The pair over the sequence's common denominator, so that all parts agree on who owns what.
 * Without a sequence the parts are taken to be equal: 1/4:2/4 is the second of four.
 */
export function segmentOption(stack: Stack, problems: Problems): SegmentOptions {
  const text = stack.get<string>('executionSegment') ?? null;
  const sequence = stack.get<readonly string[]>('executionSegmentSequence') ?? null;
  if (text === null) return { executionSegment: null, executionSegmentSequence: sequence };
  const at = { name: 'option executionSegment', origin: stack.origin('executionSegment') };
  const [first = '', second] = text.split(':');
  const from = second === undefined ? ([0, 1] as const) : fraction(first);
  const to = fraction(second ?? first);
  const none = { executionSegment: null, executionSegmentSequence: sequence };
  if (from === null || to === null || from[0] * to[1] >= to[0] * from[1] || to[0] > to[1]) {
    problems.value(at, 'two fractions from 0 to 1 in ascending order', text, 'e.g. 1/3:2/3');
    return none;
  }
  const of = denominator([from, to], sequence, problems);
  if (of === null) return none;
  const low = (from[0] * of) / from[1];
  const high = (to[0] * of) / to[1];
  if (sequence === null && (high - low === 0 || low % (high - low) !== 0 || of % (high - low))) {
    problems.value(at, 'one of equal parts, or given with its sequence', text, SEQUENCE_HINT);
    return none;
  }
  const unit = sequence === null ? high - low : 1;
  return {
    executionSegment: [`${low / unit}/${of / unit}`, `${high / unit}/${of / unit}`],
    executionSegmentSequence: sequence,
  };
}

const SEQUENCE_HINT = 'e.g. --execution-segment-sequence 0,1/2,3/4,1';

/** The common denominator; null when the sequence is wrong or does not have the segment's ends. */
function denominator(
  ends: readonly Fraction[],
  sequence: readonly string[] | null,
  problems: Problems,
): number | null {
  if (sequence === null) return ends.reduce((of, [, d]) => lcm(of, d), 1);
  const points = sequence.map(fraction);
  const values = points.map((point) => (point === null ? NaN : point[0] / point[1]));
  const ascending = values.every((value, i) => i === 0 || value > (values[i - 1] ?? NaN));
  const contains = ends.every(([n, d]) => points.some((p) => p !== null && p[0] * d === n * p[1]));
  if (!ascending || values[0] !== 0 || values.at(-1) !== 1 || !contains) {
    const at = { name: 'option executionSegmentSequence', origin: 'configuration' };
    const must = 'ascending from 0 to 1 and have the ends of the segment';
    problems.value(at, must, sequence.join(','), SEQUENCE_HINT);
    return null;
  }
  return points.reduce((of, point) => lcm(of, point?.[1] ?? 1), 1);
}

/** `1/3`, `0.25`, `10%`, `0`, `1`. */
function fraction(text: string): Fraction | null {
  const ratio = /^(\d+)\/(\d+)$/.exec(text.trim());
  if (ratio) return Number(ratio[2]) === 0 ? null : [Number(ratio[1]), Number(ratio[2])];
  const decimal = /^(\d*)(?:\.(\d{1,6}))?(%?)$/.exec(text.trim());
  if (decimal === null || `${decimal[1]}${decimal[2] ?? ''}` === '') return null;
  const digits = decimal[2] ?? '';
  const of = 10 ** digits.length * (decimal[3] === '%' ? 100 : 1);
  const n = Number(`${decimal[1]}${digits}`);
  const shared = gcd(n, of);
  return [n / shared, of / shared];
}
