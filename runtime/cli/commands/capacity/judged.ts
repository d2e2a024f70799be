// What the search is judged by, and how steady that is: the threshold that broke, what each step
// showed of it, and whether figures vary by more than the answer is known.
import { percent, thresholdNumber } from '../../../metrics/numbers.ts';
import type { ThresholdResult } from '../../../metrics/summary.ts';
import type { Step } from './step.ts';

/** One threshold as a step saw it. */
export type StepThreshold = Pick<
  ThresholdResult,
  'metric' | 'expression' | 'observed' | 'limit' | 'failed' | 'contains' | 'type'
>;

/** How a threshold is called: `dicom_req_duration p(95)<40`. */
export const judgedName = ({ metric, expression }: StepThreshold): string =>
  `${metric} ${expression}`;

/** The threshold that broke at the lowest rate; the first of all where none did. */
export function judgedBy(steps: readonly Step[]): string | null {
  const byRate = [...steps].sort((a, b) => a.rate - b.rate);
  const broken = byRate.flatMap(({ judged }) => judged.filter(({ failed }) => failed));
  const [name] = [...broken, ...byRate.flatMap(({ judged }) => judged)].map(judgedName);
  return name ?? null;
}

/** What a step showed of it; null without data. */
export function observedOf(step: Step, name: string): string | null {
  const one = step.judged.find((judged) => judgedName(judged) === name);
  return one?.observed === undefined ? null : thresholdNumber(one, one.observed);
}

/**
 * A warning, when the judged figure fell, or differed at one rate, by more than the precision asked
 * for: near its limit, where that decides. Load makes no figure of the peer better.
 */
export function noiseWarning(steps: readonly Step[], precision: number): string | null {
  const name = judgedBy(steps);
  if (name === null) return null;
  const figures = [...steps]
    .sort((a, b) => a.rate - b.rate)
    .flatMap(({ rate, judged }) => {
      const one = judged.find((each) => judgedName(each) === name);
      return one?.observed === undefined ? [] : [{ rate, value: one.observed, limit: one.limit }];
    });
  if (!/<=?/.test(name)) return null;
  const noise = Math.max(0, ...figures.slice(1).map((b, i) => spread(figures[i] ?? b, b)));
  if (noise <= precision) return null;
  return (
    `noise is larger than the precision: ${name} varied by ${percent(Math.round(noise * 100) / 100)} between steps that ` +
    `should not, and --precision is ${percent(precision)}; longer steps (--step-duration) say more`
  );
}

interface Figure {
  readonly rate: number;
  readonly value: number;
  readonly limit: number;
}

/** Share by which two neighbours, the lower rate first, contradict each other. */
function spread(a: Figure, b: Figure): number {
  const [low, high] = [Math.min(a.value, b.value), Math.max(a.value, b.value)];
  const decides = high >= a.limit / 2;
  const contradicts = a.rate === b.rate || a.value > b.value;
  return decides && contradicts && low > 0 ? high / low - 1 : 0;
}
