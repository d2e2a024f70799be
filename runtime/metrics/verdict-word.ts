// The one word of a verdict, for every place that shows it. No Node in here: the page has it, too.
import type { Verdict } from './summary.ts';

export type VerdictWord = 'PASS' | 'DONE' | 'FAIL';

const WORDS = { pass: 'PASS', done: 'DONE', fail: 'FAIL' } as const;

/** Summaries of older runs have no state. */
export function verdictWord({
  state,
  passed,
}: {
  readonly state?: Verdict['state'];
  readonly passed: boolean;
}): VerdictWord {
  return WORDS[state ?? (passed ? 'pass' : 'fail')];
}
