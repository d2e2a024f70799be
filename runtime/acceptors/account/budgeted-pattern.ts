// A regular expression of a script or a rule table, run with a budget: one that backtracks without
// end costs its own answer, not the thread in which all receivers live.
import { createContext, Script, type Context } from 'node:vm';

/** Of one look at one value. Patterns that do not backtrack need microseconds. */
const BUDGET_MS = 100;
/** Patterns given up that are remembered: they are not tried, and waited for, again. */
const MOST_REMEMBERED = 1000;

const TEST = new Script('pattern.test(text)');
const givenUp = new Set<string>();
let context: (Context & { pattern: RegExp | null; text: string }) | null = null;

export class BudgetedPattern {
  readonly #pattern: RegExp;

  /** @throws SyntaxError */
  constructor(source: string, flags = '') {
    // why: a sticky or global pattern would remember where it stopped
    this.#pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
  }

  /** Whether it is found in a text; null when its budget ended first, here or in an earlier text. */
  test(text: string): boolean | null {
    const key = String(this.#pattern);
    if (givenUp.has(key)) return null;
    const run = (context ??= Object.assign(createContext({}), { pattern: null, text: '' }));
    run.pattern = this.#pattern;
    run.text = text;
    try {
      return TEST.runInContext(run, { timeout: BUDGET_MS }) as boolean;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      if (givenUp.size < MOST_REMEMBERED) givenUp.add(key);
      return null;
    } finally {
      run.text = '';
    }
  }

  /** What is said where an answer should be. */
  get surrender(): string {
    return `the pattern ${String(this.#pattern)} took over ${BUDGET_MS} ms and was given up`;
  }

  toString(): string {
    return String(this.#pattern);
  }
}
