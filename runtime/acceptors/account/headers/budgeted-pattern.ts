// A regular expression of a script or a rule table, run with a budget: one that backtracks costs its
// own answer, not the thread in which all receivers live.
import { createContext, Script, type Context } from 'node:vm';

/** Of one look at one value, and of slow looks together. Patterns that do not backtrack need microseconds. */
const BUDGET_MS = 100;
/** A look that takes longer is counted; one that does not counts against it: a machine may be busy. */
const QUICK_MS = 5;
/** What a look has where slow ones have used up the budget. */
const LEAST_MS = 10;
/**
 * Of the thread's time, for all patterns together, whoever made how many: a fifth, and a second at
 * once. What is over is not looked at.
 */
const SHARE = 0.2;
const MOST_SAVED_MS = 1000;
/** A look that takes less costs nothing of that: those of patterns that do not backtrack. */
const LIGHT_MS = 0.2;
/** Patterns that are remembered, as given up or as slow. */
const MOST_REMEMBERED = 1000;

const TEST = new Script('pattern.test(text)');
/** With what each had taken. */
const givenUp = new Map<string, number>();
/** What slow looks took, by pattern. */
const slowMs = new Map<string, number>();
const saved = { ms: MOST_SAVED_MS, at: performance.now() };
let context: (Context & { pattern: RegExp | null; text: string }) | null = null;

export class BudgetedPattern {
  readonly #pattern: RegExp;
  readonly #key: string;
  /** The last look was not taken. */
  #passedOver = false;

  /** @throws SyntaxError */
  constructor(source: string, flags = '') {
    // why: a sticky or global pattern would remember where it stopped
    this.#pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
    this.#key = String(this.#pattern);
  }

  /**
   * Whether it is found in a text; null when its budget ended first, here or in an earlier text, or
   * that of all patterns.
   */
  test(text: string): boolean | null {
    const key = this.#key;
    this.#passedOver = false;
    if (givenUp.has(key)) return null;
    const room = savedMs();
    if (room < LEAST_MS) {
      this.#passedOver = true;
      return null;
    }
    const run = (context ??= Object.assign(createContext({}), { pattern: null, text: '' }));
    run.pattern = this.#pattern;
    run.text = text;
    const own = Math.max(LEAST_MS, BUDGET_MS - (slowMs.get(key) ?? 0));
    const timeout = Math.ceil(Math.min(own, room));
    const began = performance.now();
    try {
      return TEST.runInContext(run, { timeout }) as boolean;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      if (givenUp.size < MOST_REMEMBERED) givenUp.set(key, timeout);
      return null;
    } finally {
      run.text = '';
      const took = performance.now() - began;
      if (took > LIGHT_MS) saved.ms -= took;
      this.#count(took);
    }
  }

  /** Many looks that take long are as bad as one without end. */
  #count(ms: number): void {
    const before = slowMs.get(this.#key) ?? 0;
    if (ms > QUICK_MS) {
      if (slowMs.size < MOST_REMEMBERED) slowMs.set(this.#key, before + ms);
    } else if (before > QUICK_MS) slowMs.set(this.#key, before - QUICK_MS);
    else if (before > 0) slowMs.delete(this.#key);
  }

  /** What is said where an answer should be. */
  get surrender(): string {
    if (this.#passedOver) {
      return `the pattern ${this.#key} was not tried: slow ones had used up the time of all`;
    }
    return `the pattern ${this.#key} took over ${givenUp.get(this.#key) ?? BUDGET_MS} ms and was given up`;
  }

  toString(): string {
    return this.#key;
  }
}

/** What may be spent now: it grows with the time that passes. */
function savedMs(): number {
  const now = performance.now();
  saved.ms = Math.min(MOST_SAVED_MS, saved.ms + (now - saved.at) * SHARE);
  saved.at = now;
  return saved.ms;
}
