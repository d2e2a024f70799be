// Points that an output does not have: no fault of the numbers, so that it is said beside the verdict, or
// in it where that is asked for.
import { plural } from '../numbers.ts';
import type { OutputResult, Summary } from '../summary.ts';

/** A sentence for each output that has not all. */
export function lostOutput(outputs: readonly OutputResult[]): string[] {
  return outputs
    .map(({ name, unwritten, rejected }) => ({ name, lost: unwritten + rejected }))
    .filter(({ lost }) => lost > 0)
    .map(({ name, lost }) => `output ${name}: ${plural(lost, 'point')} not stored`);
}

/** All that a reader is warned of, whose first lines do not say it. */
export function warningsIn({ verdict, outputs }: Summary): string[] {
  const lost = lostOutput(outputs).filter((text) => !verdict.reasons.includes(text));
  return [...verdict.warnings, ...lost];
}
