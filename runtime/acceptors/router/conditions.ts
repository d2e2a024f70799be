// Conditions on elements, as rule tables and routes write them.
import { DataError } from '../../dicom/element/data-error.ts';
import { BudgetedPattern } from '../account/headers/budgeted-pattern.ts';
import { tagPath } from '../account/headers/header.ts';
import type { TagPath } from '../account/headers/header.ts';
import type { TagWish } from '../account/delivery.ts';

/** Something values can be asked of. */
export interface ValueSource {
  text(path: TagPath): string | null;
}

interface Condition {
  readonly path: TagPath;
  holds(value: string | null): boolean;
}

/** Conditions that must all hold. */
export class ConditionList {
  readonly #conditions: readonly Condition[];

  /** @throws DataError `DATA_UNKNOWN_TAG` */
  constructor(when: Readonly<Record<string, TagWish>>) {
    this.#conditions = Object.entries(when).map(([name, wish]) => {
      const path = tagPath(name);
      if (wish === null) return { path, holds: (value) => value === null };
      if (typeof wish === 'object') {
        const pattern = new BudgetedPattern(wish.re, wish.flags);
        return { path, holds: (value) => value !== null && answerOf(pattern, value) };
      }
      return { path, holds: (value) => (value ?? '') === String(wish) };
    });
  }

  hold(values: ValueSource): boolean {
    return this.#conditions.every(({ path, holds }) => holds(values.text(path)));
  }
}

/** @throws DataError when the pattern was given up: another route would be a guess */
function answerOf(pattern: BudgetedPattern, value: string): boolean {
  const found = pattern.test(value);
  if (found === null) throw new DataError('DATA_UNSUPPORTED', pattern.surrender);
  return found;
}
