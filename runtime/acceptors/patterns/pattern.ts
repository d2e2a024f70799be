// A regular expression of a script or a rule table. One whose steps are known to be few is tried where
// it is asked for; any other in a thread of its own, and who asked goes on when that has answered.
import { LOOK_MS, tryElsewhere } from './helper.ts';
import type { PatternAnswer } from './helper.ts';
import { longestWithin } from './steps.ts';

/** Some milliseconds at worst. */
const MOST_STEPS = 1_000_000;

/** Whether a pattern is found, or why nobody can tell. */
export type PatternFound = boolean | string;

export class Pattern {
  readonly #pattern: RegExp;
  /** A text up to that length is tried at once. */
  readonly #atOnce: number;

  /** @throws SyntaxError */
  constructor(source: string, flags = '') {
    // why: a global pattern would remember where it stopped, and means nothing else here
    this.#pattern = new RegExp(source, flags.replaceAll('g', ''));
    this.#atOnce = longestWithin(source, flags, MOST_STEPS);
  }

  /** Null until `looks` has fetched what is not known. */
  find(text: string, looks: Looks): PatternFound | null {
    if (text.length <= this.#atOnce) {
      this.#pattern.lastIndex = 0;
      return this.#pattern.test(text);
    }
    const answer = looks.answer(this, text);
    if (answer === null || typeof answer === 'boolean') return answer;
    if (answer === 'slow') return `the pattern ${this} took over ${LOOK_MS} ms and was given up`;
    if (answer === 'late') return `the pattern ${this} was not tried: slow ones took all the time`;
    return `the pattern ${this} was not tried to its end: its thread died`;
  }

  /** Tries it in the helper. */
  ask(text: string, done: (answer: PatternAnswer) => void): void {
    const { source, flags } = this.#pattern;
    tryElsewhere({ source, flags, text }, done);
  }

  toString(): string {
    return String(this.#pattern);
  }
}

/** What one decision had to ask of the helper: it is made again when all has been answered. */
export class Looks {
  /** Null = asked. */
  #answers: Map<Pattern, Map<string, PatternAnswer | null>> | null = null;
  #open: { readonly pattern: Pattern; readonly text: string }[] = [];
  /** Asked, and not answered. */
  #left = 0;

  /** Something is to be fetched. */
  get open(): boolean {
    return this.#open.length > 0;
  }

  /** Answers are on their way. */
  get pending(): boolean {
    return this.#left > 0;
  }

  /** What the helper said; null, and to be fetched, when it has not answered yet. */
  answer(pattern: Pattern, text: string): PatternAnswer | null {
    const all = (this.#answers ??= new Map<Pattern, Map<string, PatternAnswer | null>>());
    let own = all.get(pattern);
    if (own === undefined) all.set(pattern, (own = new Map<string, PatternAnswer | null>()));
    const known = own.get(text);
    if (known !== undefined) return known;
    own.set(text, null);
    this.#open.push({ pattern, text });
    return null;
  }

  /** Asks for all that is open; `then` is called when all has been answered. */
  fetch(then: () => void): void {
    const asked = this.#open;
    this.#open = [];
    this.#left = asked.length;
    for (const { pattern, text } of asked) {
      pattern.ask(text, (answer) => {
        this.#answers?.get(pattern)?.set(text, answer);
        if (--this.#left === 0) then();
      });
    }
  }

  /** Makes a decision until nothing is open; `then` gets the last, in the same turn where none was. */
  settle<T>(decide: () => T, then: (decision: T) => void): void {
    const decision = decide();
    if (this.open) this.fetch(() => this.settle(decide, then));
    else then(decision);
  }
}
