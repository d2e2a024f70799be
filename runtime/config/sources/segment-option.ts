// `--execution-segment 1/3:2/3` and `--execution-segment-sequence 0,1/3,2/3,1`, as k6 writes them.
import { gcd, lcm, MAX_CYCLE, WHOLE } from '../../executors/segments/segment.ts';
import type { Division, SegmentPart } from '../../executors/segments/segment.ts';
import type { Problems } from '../values/problems.ts';
import type { Stack } from './stack.ts';

type Fraction = readonly [number, number];

/** Parts that the study numbers of a run are divided for. */
const MAX_PARTS = 1000;

export interface SegmentOptions {
  /** As it was written; null without one. */
  readonly executionSegment: string | null;
  readonly executionSegmentSequence: readonly string[] | null;
  /** The part of the plan that is run here. */
  readonly part: SegmentPart;
}

/**
 * The part among all parts, which the sequence tells. Without a sequence they are taken to be equal:
 * 1/4:2/4 is the second of four.
 */
export function segmentOption(stack: Stack, problems: Problems): SegmentOptions {
  const text = stack.get('executionSegment') ?? null;
  const sequence = stack.get('executionSegmentSequence') ?? null;
  const given = { executionSegment: text, executionSegmentSequence: sequence };
  if (text === null) return { ...given, part: WHOLE };
  const at = { name: 'option executionSegment', origin: stack.origin('executionSegment') };
  const refuse = (must: string, hint: string): SegmentOptions => {
    problems.value(at, must, text, hint);
    return { ...given, part: WHOLE };
  };
  const [first = '', second] = text.split(':');
  const from = second === undefined ? ([0, 1] as const) : fraction(first);
  const to = fraction(second ?? first);
  if (from === null || to === null || from[0] * to[1] >= to[0] * from[1] || to[0] > to[1]) {
    return refuse('two fractions from 0 to 1 in ascending order', 'e.g. 1/3:2/3');
  }
  const few = `one of at most ${MAX_PARTS} parts with small denominators`;
  const points = sequence === null ? equalPoints(from, to) : sequencePoints(sequence, problems);
  if (points === null && sequence !== null) return { ...given, part: WHOLE };
  if (points === null) return refuse('one of equal parts, or given with its sequence', SEQUENCE);
  if (points.length > MAX_PARTS + 1) return refuse(few, 'e.g. 1/3:2/3');
  const division = divisionOf(points, from, to);
  if (division === null) return refuse('one of the parts of its sequence', partsText(points));
  const { widths } = division;
  if (widths.reduce((sum, width) => sum + width) > MAX_CYCLE) return refuse(few, 'e.g. 1/3:2/3');
  return { ...given, part: widths.length === 1 ? WHOLE : [division] };
}

const SEQUENCE = 'e.g. --execution-segment-sequence 0,1/2,3/4,1';

/** Ends of all parts, when they are equal ones; null when they cannot be. */
function equalPoints(from: Fraction, to: Fraction): readonly Fraction[] | null {
  const of = lcm(from[1], to[1]);
  const low = (from[0] * of) / from[1];
  const width = (to[0] * of) / to[1] - low;
  if (low % width !== 0 || of % width !== 0) return null;
  const parts = Math.min(of / width, MAX_PARTS + 1);
  return Array.from({ length: parts + 1 }, (_, i) => [i, parts]);
}

/** Ends of the parts that a sequence tells; null when it is wrong. */
function sequencePoints(
  sequence: readonly string[],
  problems: Problems,
): readonly Fraction[] | null {
  const points = sequence.flatMap((text) => {
    const point = fraction(text);
    return point === null ? [] : [point];
  });
  const values = points.map(([n, of]) => n / of);
  const ascending = values.every((value, i) => i === 0 || value > (values[i - 1] ?? NaN));
  const whole = values[0] === 0 && values.at(-1) === 1 && points.length === sequence.length;
  if (ascending && whole) return points;
  const at = { name: 'option executionSegmentSequence', origin: 'configuration' };
  problems.value(at, 'ascending from 0 to 1', sequence.join(','), SEQUENCE);
  return null;
}

/** The part between two points; null when it is none, or more than one. */
function divisionOf(points: readonly Fraction[], from: Fraction, to: Fraction): Division | null {
  const same = (a: Fraction, b: Fraction): boolean => a[0] * b[1] === b[0] * a[1];
  const index = points.findIndex((point) => same(point, from));
  const end = points[index + 1];
  if (index < 0 || end === undefined || !same(end, to)) return null;
  const of = points.reduce((all, [, one]) => Math.min(lcm(all, one), 2 ** 40), 1);
  const at = points.map(([n, one]) => Math.round((n * of) / one));
  return { widths: at.slice(1).map((high, i) => high - (at[i] ?? 0)), index };
}

function partsText(points: readonly Fraction[]): string {
  const texts = points.map(([n, of]) => (n === 0 || n === of ? `${n / of}` : `${n}/${of}`));
  const parts = texts.slice(1, 5).map((to, i) => `${texts[i]}:${to}`);
  return `one of ${parts.join(', ')}${texts.length > 5 ? ', …' : ''}`;
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
